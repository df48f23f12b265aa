// Values of records as people read them. Everything here is text: nothing is ever taken as HTML.

import { ageText, DASH, toEpoch } from "../../live/sources/format.js";

/** What stands where there is no value. */
export const DASH_TEXT = DASH;

const DAY_S = 86_400;
const HALF_YEAR_S = 182 * DAY_S;
const CURRENCY = /^[A-Z]{3}$/;
const formatters = new Map();

// Building a formatter costs far more than using it, and a grid needs the same few all the time.
function cached(key, build) {
  if (!formatters.has(key)) formatters.set(key, build());
  return formatters.get(key);
}

// Dates read the same everywhere, "22 Nov 2026, 14:30", as the server writes them elsewhere.
function dateFormat(locale = "en-GB", options) {
  const key = JSON.stringify([locale, options]);
  return cached(key, () => {
    try {
      return new Intl.DateTimeFormat(locale, options);
    } catch {
      // A time zone that this browser does not know: better its own one, which the text then names.
      return new Intl.DateTimeFormat(locale, { ...options, timeZone: undefined, timeZoneName: "short" });
    }
  });
}

const DATE = { day: "numeric", month: "short", year: "numeric" };
const TIME = { hour: "2-digit", minute: "2-digit" };

/** "22 Nov 2026"; a date has no time zone. */
export function dateText(value, { locale } = {}) {
  const day = /^\d{4}-\d{2}-\d{2}/.exec(String(value ?? ""))?.[0];
  const at = day ? Date.parse(`${day}T00:00:00Z`) : NaN;
  return Number.isNaN(at) ? String(value ?? DASH) : dateFormat(locale, { ...DATE, timeZone: "UTC" }).format(at);
}

function zoned(options, timeZone) {
  return timeZone ? { ...options, timeZone } : options;
}

/** "5 min ago" for the last day, else "22 Nov, 14:30" in the fleet's time zone; with a far year. */
export function momentText(value, { locale, timeZone, now = Date.now() / 1000 } = {}) {
  const at = toEpoch(value);
  if (at === null) return value ? String(value) : DASH;
  const age = now - at;
  if (age >= 0 && age < DAY_S) return ageText(age);
  const far = Math.abs(age) > HALF_YEAR_S;
  return dateFormat(locale, zoned({ ...DATE, ...TIME, year: far ? "numeric" : undefined }, timeZone)).format(at * 1000);
}

const DAYS = ["Yesterday", "Today", "Tomorrow"];

/** "Today 14:30": when something is or was to be. "3 h ago" would say that it has happened. */
export function plannedText(value, { locale, timeZone, now = Date.now() / 1000 } = {}) {
  const at = toEpoch(value);
  if (at === null) return value ? String(value) : DASH;
  const day = dateFormat("en-CA", zoned({ year: "numeric", month: "2-digit", day: "2-digit" }, timeZone));
  const [that, today] = [at, now].map((moment) => Date.parse(day.format(moment * 1000)));
  const near = DAYS[Math.round((that - today) / (DAY_S * 1000)) + 1];
  if (near) return `${near} ${dateFormat(locale, zoned(TIME, timeZone)).format(at * 1000)}`;
  const far = Math.abs(now - at) > HALF_YEAR_S;
  return dateFormat(locale, zoned({ ...DATE, ...TIME, year: far ? "numeric" : undefined }, timeZone)).format(at * 1000);
}

/** The exact moment with its time zone, to the second. */
export function exactMoment(value, { locale, timeZone } = {}) {
  const at = toEpoch(value);
  if (at === null) return "";
  const options = { ...DATE, ...TIME, second: "2-digit", timeZoneName: "short" };
  return dateFormat(locale, zoned(options, timeZone)).format(at * 1000);
}

function numeric(value) {
  return typeof value === "number" || (typeof value === "string" && value.trim() !== "") ? Number(value) : NaN;
}

/** "1,234.5 kg"; `digits` fixes how many there are after the point, `most` limits them. */
export function numberText(value, { unit, digits, most = 3, locale } = {}) {
  const number = numeric(value);
  if (!Number.isFinite(number)) return String(value ?? DASH);
  const fixed = { minimumFractionDigits: digits ?? 0, maximumFractionDigits: digits ?? most };
  const format = cached(`n${digits}/${most}${locale}`, () => new Intl.NumberFormat(locale, fixed));
  return unit ? `${format.format(number)} ${unit}` : format.format(number);
}

/** "€1,234.50"; the unit is a currency code (ISO 4217), any other unit is written after the amount. */
export function moneyText(value, { unit, locale } = {}) {
  const number = numeric(value);
  if (!Number.isFinite(number)) return String(value ?? DASH);
  const currency = CURRENCY.test(unit ?? "") ? { style: "currency", currency: unit } : {};
  const options = { minimumFractionDigits: 2, maximumFractionDigits: 2, ...currency };
  const text = cached(`m${unit}${locale}`, () => new Intl.NumberFormat(locale, options)).format(number);
  return unit && !currency.currency ? `${text} ${unit}` : text;
}

/** "out_for_delivery" → "Out for delivery" */
export function words(value) {
  const text = String(value ?? "").replaceAll("_", " ").trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The label that the column gives a value, else the value in words. */
export function choiceText(value, options) {
  return options?.find((option) => option.value === value)?.label ?? words(value);
}

/** The label of what `vehicle_id` points to: the row carries it as `vehicle`. */
export function referenceText(row, id) {
  const found = row[id.replace(/_id$/, "")] ?? row[id];
  if (found === null || found === undefined) return DASH;
  if (typeof found === "object") return String(found.label ?? found.name ?? found.id ?? DASH);
  return `#${found}`;
}

/** How the fleet's units show a column of a row: `{unit, per, inverse, digits}`, or nothing. */
function measureOf(column, row, { units }) {
  const shown = column.units?.[units || "metric"];
  if (!shown?.by) return shown;
  const by = row[shown.by];
  return by ? shown.cases[by] ?? shown.other : undefined;
}

/** What a column's values are called, in the fleet's units. */
export function unitOf(column, units) {
  return column.units?.[units || "metric"]?.unit ?? column.unit;
}

function measuredText(value, column, format, row) {
  const { digits, unit } = column;
  const measure = measureOf(column, row, format);
  const number = numeric(value);
  if (!measure || !Number.isFinite(number)) return numberText(value, { ...format, unit, digits });
  const shown = measure.inverse ? (number ? measure.per / number : 0) : number / measure.per;
  return numberText(shown, { ...format, unit: measure.unit, digits, most: measure.digits });
}

const WRITERS = {
  integer: (value, column, format) => numberText(value, { ...format, unit: column.unit, digits: 0 }),
  number: measuredText,
  money: (value, column, format) => moneyText(value, { ...format, unit: column.unit }),
  date: (value, _, format) => dateText(value, format),
  moment: (value, column, format) => (column.planned ? plannedText : momentText)(value, format),
  choice: (value, column) => choiceText(value, column.options),
  status: (value, column) => choiceText(value, column.options),
  flag: (value) => (value ? "Yes" : "No"),
  tags: (value, column) => tagTexts(value, column.options).join(", "),
};

/** The texts of a list of tags. */
export function tagTexts(value, options) {
  const list = Array.isArray(value) ? value : [value];
  return list.map((tag) => (options ? choiceText(tag, options) : String(tag?.label ?? tag)));
}

export function isMissing(value) {
  return value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}

/** What a cell says: `format` is `{locale, timeZone, now, units}`. */
export function cellText(row, column, format = {}) {
  if (column.type === "reference") return referenceText(row, column.id);
  const value = row[column.id];
  if (isMissing(value)) return DASH;
  const write = WRITERS[column.type];
  if (write) return write(value, column, format, row);
  return typeof value === "object" ? String(value.label ?? JSON.stringify(value)) : String(value);
}

/** "deliveries" and "delivery" of `/api/v1/deliveries`. */
export function nounsOf(url) {
  const plural = words(url.split("?")[0].split("/").filter(Boolean).pop() ?? "rows").toLowerCase().replaceAll("-", " ");
  const singular = plural.endsWith("ies") ? `${plural.slice(0, -3)}y` : plural.replace(/s$/, "");
  return { plural, singular };
}

/** "1,234 deliveries · 3 selected" */
export function footerText({ total, selected, filtered }, { plural, singular }, locale) {
  if (total === null) return `Loading ${plural}…`;
  const count = numberText(total, { locale });
  const found = `${count} ${total === 1 ? singular : plural}${filtered ? " found" : ""}`;
  return selected > 0 ? `${found} · ${numberText(selected, { locale })} selected` : found;
}

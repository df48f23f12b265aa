// To which rows stops could go, and what would break there, as far as the page itself can tell. No DOM.

import { clockText } from "../../history/sources/moments.js";
import { deliveryOf } from "./planBoard.js";
import { bare, cheapestPlace, detourOf } from "./planGuess.js";
import { weighed, weighedAt } from "./planWeigh.js";
import { loadText, secondsText } from "./planWords.js";

const ENOUGH = 40; // of many stops these say where they belong
const MINUTE_S = 60;
const TOLD_S = 300; // leaving so much earlier, or waiting so long, is worth a word
const SIZES = { kg: "weight_kg", m3: "volume_m3", parcels: "parcels" };

// What cannot be carried at all

function tooFull(row, items) {
  const more = (unit) => items.reduce((sum, { order }) => sum + (order[SIZES[unit]] ?? 0), 0);
  const over = row.loads.filter(({ unit, peak, room }) => room > 0 && more(unit) > 0 && peak + more(unit) > room);
  return over.map(({ unit, peak, room }) => `too full: ${loadText({ unit, peak: peak + more(unit), room })}`);
}

/** What they need, skills or goods of a depot, and the row has not. */
function unmet(row, items) {
  const needs = new Set(items.flatMap(({ order }) => order.skills ?? []));
  return [...needs].filter((need) => !row.skills.includes(need)).map((need) => `needs ${need}`);
}

// What breaks by the clock

const isHit = ([from, to], windows) => windows.some(([opens, closes]) => from <= closes && to >= opens);

/** Its hours, where they have nothing of the hours in which these stops are wanted. */
function apart(board, row, items) {
  const hours = [Math.min(row.shift[0], row.starts ?? Infinity), Math.max(row.shift[1], row.ends ?? -Infinity)];
  const out = items.some(({ order }) => order.windows.length && !isHit(hours, order.windows));
  return out ? [`works ${hours.map((one) => clockText(one, board.zone)).join("–")}, outside the hours that are wanted`] : [];
}

function broken({ late, others, over }) {
  const found = [];
  if (late >= MINUTE_S) found.push(`would be late by ${secondsText(late)}`);
  if (others >= MINUTE_S) found.push(`makes others late by ${secondsText(others)}`);
  if (over > MINUTE_S) found.push(`${secondsText(over)} outside its shift`);
  return found;
}

function told({ sooner, later, waits }) {
  const found = [];
  if (sooner >= TOLD_S) found.push(`leaves ${secondsText(sooner)} earlier`);
  if (later >= TOLD_S) found.push(`leaves ${secondsText(later)} later`);
  if (waits >= TOLD_S) found.push(`waits ${secondsText(waits)}`);
  return found;
}

const weight = ({ more, late, others }) => more + late + others;
const isBetter = (a, b) => a.breaks.length - b.breaks.length || weight(a) - weight(b);
const judged = (found) => ({ ...found, breaks: broken(found) });

/** Where the day gets longer by least of all places at which least breaks. */
function alone(board, row, stops, item) {
  const done = stops.filter(({ done: at }) => at).length;
  const places = Array.from({ length: stops.length - done + 1 }, (_, i) => done + i);
  return places.map((place) => judged(weighedAt(board, row, stops, item, place))).sort(isBetter)[0];
}

// Several go to where each of them is the smallest detour.
function together(board, row, stops, items) {
  let seconds = 0;
  for (const item of items) {
    const place = cheapestPlace(row, stops, item.order);
    seconds += detourOf(board, row, stops, item.order, place);
    stops = [...stops.slice(0, place), item, ...stops.slice(place)];
  }
  return judged(weighed(board, row, stops, seconds));
}

function offer(board, row, items) {
  const own = new Set(items.map(({ id }) => deliveryOf(id)));
  const stops = row.stops.filter(({ id }) => !own.has(deliveryOf(id)));
  const fresh = items.map(bare);
  return fresh.length === 1 ? alone(board, row, stops, fresh[0]) : together(board, row, stops, fresh);
}

function judge(board, row, items) {
  const some = items.slice(0, ENOUGH);
  const scale = items.length / Math.max(1, some.length);
  const found = offer(board, row, some);
  const coming = items.filter(({ id }) => board.where.get(id)?.row !== row);
  const never = [...unmet(row, coming), ...tooFull(row, coming)];
  const breaks = [...never, ...apart(board, row, some), ...found.breaks];
  return { row, seconds: found.more * scale, weight: weight(found) * scale, never: never.length, breaks, notes: told(found) };
}

/** The rows on which these stops are not yet, `{row, seconds, breaks, notes}`: last come those that
 * cannot carry them; of the others those first on which they break nothing, and of those the ones
 * whose day gets longer by least: by driving, waiting and leaving earlier. */
export function nearest(board, items) {
  const from = new Set(items.map(({ id }) => board.where.get(id)?.row ?? null));
  const rows = board.rows.filter((row) => from.size !== 1 || !from.has(row)).map((row) => judge(board, row, items));
  return rows.sort((a, b) => a.never - b.never || a.breaks.length - b.breaks.length || a.weight - b.weight);
}

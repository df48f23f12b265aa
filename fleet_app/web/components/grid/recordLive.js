// Live columns: what the live store knows of a vehicle outranks the row that the API sent.

import { ageText, batteryText, exactTime, speedText, STATUS_WORDS, toEpoch } from "../../live/sources/format.js";

const READERS = [
  [/status$/, (vehicle) => vehicle.shown, (value) => STATUS_WORDS[value] ?? value, "status"],
  [/speed$/, (vehicle) => (vehicle.shown === "offline" ? null : vehicle.speed), speedText, "number"],
  [/battery$/, (vehicle, row, id) => vehicle.battery ?? row[id], batteryText, "number"],
  [/seen$/, (vehicle) => vehicle.recordedAt, null, "age"],
];

/** The vehicle that a row is about: `live` is "vehicles", or the field that holds a vehicle's id. */
export function vehicleOf(row, { live, store }) {
  if (!live || !store) return undefined;
  return store.vehicles.get(live === "vehicles" ? row.id : row[live]);
}

function age(value, store) {
  const at = toEpoch(value);
  const now = store ? store.serverNow() : Date.now() / 1000;
  return { text: ageText(at === null ? null : Math.max(0, now - at)), title: exactTime(at) };
}

/** `{value, text, title, kind}` of one live cell; `context` is `{live, store}`. */
export function overlay(id, row, context) {
  const reader = READERS.find(([pattern]) => pattern.test(id));
  const vehicle = vehicleOf(row, context);
  if (!reader) return { value: row[id], text: String(row[id] ?? ""), title: "", kind: "text" };
  const [, read, write, kind] = reader;
  const value = vehicle ? read(vehicle, row, id) : row[id];
  if (kind === "age") return { value, kind, ...age(value, context.store) };
  return { value, text: write(value), title: "", kind };
}

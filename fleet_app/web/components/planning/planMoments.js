// Which moment a time on the clock stands for, on the day of a plan. No DOM.

import { clockText, dayKey } from "../../history/sources/moments.js";

const DAY = 86_400_000;

/** When the clocks of a zone show "22:30" on "2026-11-24"; where they leave it out, an hour later. */
export function momentOn(day, clock, zone) {
  const wanted = Date.parse(`${day}T${clock}:00Z`);
  let moment = wanted;
  for (let turn = 0; turn < 2; turn += 1) {
    const shown = Date.parse(`${dayKey(moment, zone)}T${clockText(moment, zone)}:00Z`);
    moment += wanted - shown;
  }
  return moment;
}

/** A departure: on the day of the plan, or after midnight where the shift lasts so long. */
export function departureAt(day, clock, [begins, ends], zone) {
  const next = new Date(Date.parse(`${day}T00:00:00Z`) + DAY).toISOString().slice(0, 10);
  const [first, second] = [day, next].map((one) => momentOn(one, clock, zone));
  const isNight = (first < begins || first >= ends) && second >= begins && second < ends;
  return isNight ? second : first;
}

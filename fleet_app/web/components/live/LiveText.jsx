// Small live texts: an age that ticks, and one value of one vehicle, both without server traffic.

import { useEffect, useState } from "react";
import {
  ageText,
  batteryText,
  countText,
  DASH,
  exactTime,
  headingText,
  NEVER_SEEN,
  placeText,
  speedText,
  STATUS_WORDS,
  toEpoch,
} from "./format.js";
import { store } from "./liveStore.js";

function useLive() {
  const [, bump] = useState(0);
  useEffect(() => store.subscribe(() => bump((count) => count + 1)), []);
}

function freshness(age) {
  if (age === null || age > store.offlineAfter) return "old";
  return age > store.staleAfter ? "ageing" : "fresh";
}

function Age({ epoch, className }) {
  const age = epoch === null ? null : Math.max(0, store.serverNow() - epoch);
  return (
    <time
      className={`live-age ${className ?? ""}`}
      data-freshness={freshness(age)}
      dateTime={epoch === null ? undefined : new Date(epoch * 1000).toISOString()}
      title={exactTime(epoch)}
    >
      {ageText(age)}
    </time>
  );
}

/** How old a moment is (`at`), or with no `at` the newest fix of the fleet. */
export function LiveAge({ at, className }) {
  useLive();
  const given = at !== undefined && at !== null && at !== "";
  return <Age epoch={given ? toEpoch(at) : store.newestFix} className={className} />;
}

const FIELDS = {
  status: (vehicle) => (
    <span className="live-status">
      <i className="st-dot" data-status={vehicle.shown} aria-hidden="true" />
      {STATUS_WORDS[vehicle.shown]}
    </span>
  ),
  speed: (vehicle) => speedText(vehicle.speed),
  battery: (vehicle) => batteryText(vehicle.battery),
  heading: (vehicle) => headingText(vehicle.heading),
  place: (vehicle) => placeText(vehicle.lat, vehicle.lon),
  last_seen: (vehicle) => <Age epoch={vehicle.recordedAt} />,
};

const UNSEEN = { status: STATUS_WORDS[NEVER_SEEN], last_seen: "never" };

/** One value of one vehicle, kept current by the live frames; a fact comes from the roster. */
export function LiveText({ vehicle, field, className }) {
  useLive();
  const id = Number(vehicle) || 0;
  const known = store.vehicles.get(id);
  const facts = store.factsOf(id);
  let content = DASH;
  if (field in FIELDS) content = known ? FIELDS[field](known) : UNSEEN[field] ?? DASH;
  else if (id) content = facts[field] || DASH;
  return (
    <span className={className} data-field={field}>
      {content}
    </span>
  );
}

/** How many vehicles the fleet has; with `status`, how many are shown in that status. */
export function LiveCount({ status, noun, className }) {
  useLive();
  const counts = store.counts();
  const count = status === "online" ? counts.all - counts.offline - counts[NEVER_SEEN] : counts[status || "all"] ?? 0;
  const text = noun ? countText(count, noun) : count.toLocaleString("en-GB");
  return <span className={className}>{text}</span>;
}

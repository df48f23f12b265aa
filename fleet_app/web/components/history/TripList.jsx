// The list of a period: days, and on them trips, stops and events. A click goes there.

import { useEffect, useMemo, useReducer, useRef } from "react";
import { days, eventShort, eventText, lasted, unseenText } from "./facts.js";
import { clockText, dayKey, dayText, distanceText, lengthText } from "./moments.js";
import { Icon } from "./PastIcons.jsx";

const NOW = "data-now";

/** "08:15", and the day before or after it when that is another one than the list's. */
function momentOn(day, ms, zone) {
  const clock = clockText(ms, zone);
  return dayKey(ms, zone) === day ? clock : `${dayText(ms, zone).slice(0, 3)} ${clock}`;
}

function When({ fact, day, zone }) {
  return <b className="past-when">{momentOn(day, fact.from, zone)} – {fact.to === null ? "now" : momentOn(day, fact.to, zone)}</b>;
}

function Events({ events, day, zone, onGo }) {
  if (!events.length) return null;
  return (
    <ul className="past-events">
      {events.map((event) => (
        <li key={event.id}>
          <button type="button" className="past-event" data-kind={event.kind} title={`${eventText(event)}, ${momentOn(day, event.from, zone)}`} onClick={() => onGo(event)}>
            <Icon name={event.kind} size={13} />
            <span className="past-event-at">{momentOn(day, event.from, zone)}</span>
            <span className="past-event-what">{eventShort(event)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

const NOTHING = "No trips or stops are known for this time. Fixes may still be played.";
const UNCLEAR = "Trips and stops of this time are still being worked out. The fixes can be played already.";

function Places({ entry, places }) {
  const start = entry.place || places.at(entry.lat, entry.lon);
  if (entry.kind !== "trip" || entry.endLat === null) return <span className="past-place">{start}</span>;
  const end = entry.endPlace || places.at(entry.endLat, entry.endLon);
  return (
    <span className="past-place">
      <span>{start}</span>
      <span><i aria-hidden="true">→ </i><span className="only-read">to </span>{end}</span>
    </span>
  );
}

function Entry({ entry, day, period, zone, colorOf, places, name, chosen, reports, onGo }) {
  const known = entry.kind === "trip" || entry.kind === "stop";
  return (
    <li className="past-entry" data-kind={known ? entry.kind : "event"} data-id={`${entry.kind}-${entry.id}`} data-from={entry.from} data-until={entry.to ?? period.to} data-chosen={chosen} style={{ "--vehicle": colorOf(entry.vehicleId) }}>
      <button type="button" className="past-go" aria-current={chosen ? "true" : undefined} onClick={() => onGo(entry)}>
        <span className="past-sign" aria-hidden="true">{entry.kind === "stop" ? entry.number : known ? <Icon name="play" size={10} filled /> : <Icon name={entry.kind} size={12} />}</span>
        <span className="past-what">
          {known ? <When fact={entry} day={day} zone={zone} /> : <b className="past-when">{momentOn(day, entry.from, zone)} {eventText(entry)}</b>}
          {name && <span className="past-name">{name}</span>}
          <Places entry={entry} places={places} />
          {known && unseenText(entry) && <span className="past-unseen">{unseenText(entry)}</span>}
        </span>
        <span className="past-much">
          {entry.kind === "trip" && <b>{distanceText(entry.distance)}</b>}
          {known && <span>{lasted(entry)}</span>}
          {entry.kind === "stop" && <span className="only-read">stop {entry.number}</span>}
        </span>
      </button>
      {reports && entry.kind === "trip" && (
        <a className="past-report" href={`/api/v1/trips/${entry.id}/report.html`} download title="Save this trip as a map file to read and mail" aria-label={`Report of the trip at ${momentOn(day, entry.from, zone)}`}>
          <Icon name="report" size={12} />
          Report
        </a>
      )}
      <Events events={entry.events} day={day} zone={zone} onGo={onGo} />
    </li>
  );
}

/** Marks the entry that is played, and keeps it in sight while it plays. */
function useNow(box, player, groups) {
  useEffect(() => {
    const entries = [...box.current.querySelectorAll(".past-entry[data-until]")].map((element) => ({
      element, from: Number(element.dataset.from), to: Number(element.dataset.until),
    }));
    let marked = new Set();
    const stop = player.onFrame((ms) => {
      const now = new Set(entries.filter(({ from, to }) => from <= ms && ms < to).map(({ element }) => element));
      if (now.size === marked.size && [...now].every((one) => marked.has(one))) return;
      for (const one of marked) one.removeAttribute(NOW);
      for (const one of now) one.setAttribute(NOW, "true");
      if (player.playing) now.values().next().value?.scrollIntoView({ block: "nearest" });
      marked = now;
    });
    return () => {
      stop();
      for (const one of marked) one.removeAttribute(NOW);
    };
  }, [player, groups]);
}

export function TripList({ data, period, zone, units, colorOf, names, places, player, focus, reports, onGo }) {
  const box = useRef(null);
  const [, again] = useReducer((count) => count + 1, 0);
  useEffect(() => places.watch(again), [places]);
  const groups = useMemo(() => days(data, { ...period, zone }), [data, period.from, period.to, zone]);
  useNow(box, player, groups);
  const many = names.size > 1;
  return (
    <div ref={box} className="past-days" data-units={units} data-reports={Boolean(reports)}>
      {groups.map(({ day, ms, trips, metres, driven, entries }) => (
        <section key={day} className="past-day" aria-label={dayText(ms, zone)}>
          <h2>
            {dayText(ms, zone)}
            <span>{trips} {trips === 1 ? "trip" : "trips"} · {distanceText(metres)}{trips > 0 && ` · ${lengthText(driven)}`}</span>
          </h2>
          <ol>
            {entries.map((entry) => (
              <Entry key={`${entry.kind}-${entry.id}`} {...{ entry, day, period, zone, colorOf, places, reports, onGo }} chosen={focus?.kind === entry.kind && focus.id === entry.id} name={many ? names.get(entry.vehicleId) : ""} />
            ))}
          </ol>
        </section>
      ))}
      {!groups.length && <p className="empty">{data?.unclear ? UNCLEAR : NOTHING}</p>}
    </div>
  );
}

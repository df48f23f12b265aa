// What every page shows of alerts: messages of new ones, a switch for the sound, and a vehicle's.

import { useEffect, useRef, useState } from "react";
import { LiveAge } from "../../live/sources/LiveText.jsx";
import { NewsTeller, piled, setSound, sound, wantsSound } from "./alertNews.js";

const STAY_MS = 12_000;
const NOTHING = { items: [], more: 0 };
const tellers = new NewsTeller(); // of the page, however often it is built anew

/** Messages of alerts that were raised while somebody looks. */
export function AlertToasts({ alerts, fleet }) {
  const [shown, setShown] = useState(NOTHING);
  const [held, setHeld] = useState(false);
  const seen = useRef("");
  const waited = useRef(0);
  const text = JSON.stringify(alerts ?? null);
  useEffect(() => {
    if (seen.current === text) return;
    seen.current = text;
    const { newest = [], open = 0, at = 0 } = alerts ?? {};
    const fresh = tellers.hear(Number(fleet) || 0, newest, at > 0);
    if (fresh.some(({ severity }) => severity === "critical") && wantsSound()) sound();
    const waiting = new Set(newest.map(({ id }) => id));
    const raised = open - waited.current;
    if (at > 0) waited.current = open;
    setShown((old) => {
      // What somebody looks after already needs no message any more; what is no longer among the
      // newest may still wait.
      const items = open > newest.length ? old.items : old.items.filter(({ id }) => waiting.has(id));
      const still = { items, more: items.length ? old.more : 0 };
      return fresh.length ? piled(still, fresh, raised) : still;
    });
  }, [text, fleet]);
  useEffect(() => {
    if (!shown.items.length || held) return undefined;
    const timer = setTimeout(() => setShown(NOTHING), STAY_MS);
    return () => clearTimeout(timer);
  }, [shown, held]);
  const dismiss = (id) => setShown((old) => {
    const items = old.items.filter((one) => one.id !== id);
    return { items, more: items.length ? old.more : 0 };
  });
  return (
    <div className="alert-toasts" role="status" aria-live="polite" onMouseEnter={() => setHeld(true)} onMouseLeave={() => setHeld(false)} onFocus={() => setHeld(true)} onBlur={() => setHeld(false)}>
      {shown.items.map((one) => (
        <div key={one.id} className="alert-toast" data-severity={one.severity} data-testid="alert-toast">
          <a href={`/alerts?id=${one.id}&tab=open`}>
            <b>{one.title}</b>
            <span>{one.message}</span>
          </a>
          <button type="button" className="toast-close" aria-label="Dismiss" onClick={() => dismiss(one.id)}>×</button>
        </div>
      ))}
      {shown.more > 0 && <a className="alert-toast-more" href="/alerts">{shown.more.toLocaleString("en-GB")} more</a>}
    </div>
  );
}

/** A switch of this browser. */
export function AlertSound() {
  const [on, setOn] = useState(false);
  useEffect(() => setOn(wantsSound()), []);
  const change = (wanted) => {
    setOn(wanted);
    setSound(wanted);
    if (wanted) sound();
  };
  return (
    <label className="check alert-sound">
      <input type="checkbox" checked={on} onChange={(event) => change(event.target.checked)} />
      <span>Sound for critical alerts in this browser</span>
    </label>
  );
}

/** The alerts of one vehicle that somebody should look at; read again when theirs change. */
export function VehicleAlerts({ vehicle, alerts, fleet }) {
  const id = Number(vehicle) || 0;
  const [rows, setRows] = useState({ of: 0, list: [] });
  const worst = alerts?.vehicles?.[id] ?? "";
  const at = worst ? alerts?.at ?? 0 : 0;
  useEffect(() => {
    if (!id || !worst) return undefined;
    const asked = new AbortController();
    const owner = Number(fleet) ? `&fleet_id=${Number(fleet)}` : "";
    fetch(`/api/v1/alerts?vehicle_id=${id}&status=raised,acknowledged&sort=-severity,-last_at&limit=4${owner}`, { credentials: "same-origin", signal: asked.signal })
      .then((answer) => (answer.ok ? answer.json() : null))
      .then((body) => body && setRows({ of: id, list: body.data }))
      .catch(() => undefined); // the next change reads again
    return () => asked.abort();
  }, [id, worst, at, fleet]);
  if (!worst || rows.of !== id || !rows.list.length) return null;
  return (
    <section className="vehicle-alerts" aria-label="Open alerts" data-testid="vehicle-alerts">
      <h3>Alerts</h3>
      <ul>
        {rows.list.slice(0, 3).map((one) => (
          <li key={one.id}>
            <a href={`/alerts?id=${one.id}&vehicle_id=${id}`}>
              <i className="severity" data-severity={one.severity} aria-hidden="true" />
              <span>{one.title}{one.count > 1 ? ` ×${one.count}` : ""}</span>
              <LiveAge at={one.last_at} />
            </a>
          </li>
        ))}
      </ul>
      {rows.list.length > 3 && <a className="link" href={`/alerts?tab=all&vehicle_id=${id}`}>All of this vehicle</a>}
    </section>
  );
}

// The alerts to look after: one line each, moved through and ticked by keys or by the pointer.

import { useEffect, useMemo, useRef, useState } from "react";
import { isTyping, KeyMatcher } from "../../grid/sources/hotkeys.js";
import { LiveAge } from "../../live/sources/LiveText.jsx";
import { AGAIN_MS, AlertPages, stepFrom, ticked } from "./alertList.js";

const KEYS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1, x: "tick", " ": "tick", Enter: "open" };
const WORDS = { critical: "Critical", warning: "Warning", info: "Information" };
const STATUSES = { raised: "Open", acknowledged: "Acknowledged", snoozed: "Snoozed", resolved: "Resolved" };
const DIALOG = "dialog[open]:modal, [role=dialog][aria-modal=true]";

export function SeverityMark({ severity }) {
  return <i className="severity" data-severity={severity} role="img" aria-label={WORDS[severity] ?? severity} title={WORDS[severity]} />;
}

function whereOf({ vehicle, driver }) {
  return [vehicle?.label, driver?.label].filter(Boolean).join(" · ");
}

// What lasts has been going on since then.
function whenOf({ count, event }, lasting) {
  if (count > 1) return "last ";
  return lasting.includes(event) ? "began " : "";
}

function Standing({ row, tab }) {
  const words = [];
  if (tab === "all") words.push(STATUSES[row.status]);
  if (row.assigned_to) words.push(row.assigned_to.label);
  return words.length ? <span className="alert-standing">{words.join(" · ")}</span> : null;
}

function Row({ row, chosen, isTicked, selectable, tab, lasting, onOpen, onTick }) {
  const line = useRef(null);
  useEffect(() => {
    if (chosen) line.current?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return (
    <li ref={line} className="alert-row" data-chosen={chosen} data-severity={row.severity} data-testid={`alert-${row.id}`}>
      {selectable && (
        <label className="alert-tick">
          <input type="checkbox" checked={isTicked} aria-label={`Tick ${row.title}`} onChange={(event) => onTick(row.id, event.nativeEvent.shiftKey)} />
        </label>
      )}
      <button type="button" className="alert-open" aria-current={chosen ? "true" : undefined} onClick={() => onOpen(row.id)}>
        <SeverityMark severity={row.severity} />
        <span className="alert-words">
          <span className="alert-head">
            <b>{row.title}</b>
            {row.count > 1 && <span className="alert-count" title={`${row.count} times`}>×{row.count.toLocaleString("en-GB")}</span>}
            {row.late && <span className="alert-late">learnt late</span>}
          </span>
          <span className="alert-message">{row.message}</span>
          <span className="alert-where">{whereOf(row)}</span>
        </span>
        <span className="alert-when">
          <span>{whenOf(row, lasting)}<LiveAge at={row.last_at} /></span>
          <Standing row={row} tab={tab} />
        </span>
      </button>
    </li>
  );
}

// Rows keep their place while somebody reads; what is gone from the list goes.
function usePages(url, version, changes) {
  const [state, setState] = useState({ rows: [], total: null, error: "" });
  const pages = useMemo(() => new AlertPages(setState), []);
  const heard = JSON.stringify([version, changes?.sequence ?? null]);
  const first = useRef(true);
  useEffect(() => {
    pages.start(url);
    return () => pages.stop();
  }, [url]);
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return undefined;
    }
    const timer = setTimeout(() => pages.read(), AGAIN_MS);
    return () => clearTimeout(timer);
  }, [heard]);
  return [state, pages];
}

function useKeys(act) {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const matcher = new KeyMatcher(Object.fromEntries(Object.keys(KEYS).map((key) => [key, key])));
    const heard = (event) => {
      if (event.defaultPrevented || document.querySelector(DIALOG) || document.querySelector("[popover]:popover-open")) return;
      const isTick = event.target.matches?.(".alert-tick input");
      if (isTyping(event.target) && !isTick) return;
      // Enter and Space press the button or follow the link that has the focus.
      const pressed = ["Enter", " "].includes(event.key) && event.target.closest?.("a, button, summary, input");
      if (pressed) return;
      const repeated = event.repeat && typeof KEYS[event.key] === "number";
      const name = repeated ? event.key : matcher.press(event);
      if (!name) return;
      event.preventDefault();
      latest.current(KEYS[name]);
    };
    document.addEventListener("keydown", heard);
    return () => document.removeEventListener("keydown", heard);
  }, []);
}

function Empty({ state, props, retry }) {
  if (state.error && !state.rows.length)
    return (
      <div className="alerts-empty" role="alert">
        <p>{state.error}</p>
        <button type="button" className="button" onClick={retry}>Try again</button>
      </div>
    );
  if (state.total === null) return <p className="alerts-empty">Loading…</p>;
  if (state.total > 0) return null;
  if (!props.filtered) return <p className="alerts-empty">{props.emptyText}</p>;
  return (
    <div className="alerts-empty">
      <p>No alerts match these filters.</p>
      <button type="button" className="button" onClick={() => props.onShowAll?.()}>Show all</button>
    </div>
  );
}

function Foot({ state, more, hidden }) {
  if (!state.total) return null;
  const shown = state.rows.length;
  return (
    <div className="alerts-foot">
      <span aria-live="polite">{state.total.toLocaleString("en-GB")} {state.total === 1 ? "alert" : "alerts"}</span>
      {hidden > 0 && <button type="button" className="link" onClick={more}>Show more ({(state.total - shown).toLocaleString("en-GB")})</button>}
      {state.error && <span role="alert">{state.error}</span>}
    </div>
  );
}

export function AlertList(props) {
  const { url, query = "", version = 0, changes, chosen = 0, selected = [], selectable = false, tab = "open", lasting = [] } = props;
  const [state, pages] = usePages(`${url}?${query}`, version, changes);
  const [cursor, setCursor] = useState(Number(chosen) || 0);
  const lastTicked = useRef(0);
  const settle = useRef(0);
  useEffect(() => setCursor(Number(chosen) || 0), [chosen]);
  useEffect(() => () => clearTimeout(settle.current), []);
  const open = (id, soon = false) => {
    if (!id) return;
    setCursor(id);
    clearTimeout(settle.current);
    // Running through the list opens only where one stops.
    settle.current = setTimeout(() => props.onOpen?.(id), soon ? 140 : 0);
  };
  const tick = (id, upTo) => {
    if (!id || !selectable) return;
    props.onSelect?.(ticked(state.rows, selected, id, upTo ? lastTicked.current : 0));
    lastTicked.current = id;
  };
  useKeys((what) => {
    if (what === "tick") tick(cursor, false);
    else if (what === "open") open(cursor || state.rows[0]?.id);
    else open(stepFrom(state.rows, cursor, what), true);
  });
  const marks = new Set(selected);
  return (
    <div className="alert-list" data-testid="alert-list" aria-busy={state.total === null && !state.error}>
      <Empty state={state} props={props} retry={() => pages.read()} />
      <ul aria-label="Alerts">
        {state.rows.map((row) => (
          <Row key={row.id} row={row} {...{ tab, lasting }} chosen={row.id === cursor} isTicked={marks.has(row.id)} selectable={selectable} onOpen={open} onTick={tick} />
        ))}
      </ul>
      <Foot state={state} more={() => pages.more()} hidden={(state.total ?? 0) - state.rows.length} />
    </div>
  );
}

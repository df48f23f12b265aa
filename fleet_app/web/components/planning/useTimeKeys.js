// The timeline by keys: a cursor that goes from stop to stop and from row to row, and the hours.

import { useEffect, useRef, useState } from "react";
import { clockText } from "../../history/sources/moments.js";
import { crewName, problemsOf } from "./planBoard.js";
import { across, along, lineOf, span } from "./planCursor.js";
import { timeKey } from "./planKeys.js";
import { around, AXIS, ROW, Scale } from "./planTime.js";
import { rowText } from "./planWords.js";

const ZOOM = 1.6;
const HOURS = 0.25;

/** What those hear who cannot see where the cursor is. */
function lineWords(line, zone) {
  const { row, stop, place } = line;
  if (!stop) return `${crewName(row)}, ${rowText(row, zone)}`;
  const when = stop.begins === null ? "" : `, ${clockText(stop.begins, zone)}`;
  return [`Stop ${place + 1}, ${stop.order.customer || stop.order.number}${when}, ${crewName(row)}`, ...problemsOf(row, stop)].join(", ");
}

/** The cursor of the timeline; null as long as nobody went there by keys. */
export function useTimeKeys({ desk, scroller, latest, setView, onAct, onLine }) {
  const [cursor, setCursor] = useState(null);
  const [anchor, setAnchor] = useState(null);
  const here = useRef(null);
  here.current = cursor;
  useEffect(() => setCursor(null), [desk.board?.id]);

  // Where in the window the line is, once it is in view.
  const reveal = (line) => {
    const { scale, range } = latest.current;
    const element = scroller.current;
    const top = desk.board.rows.indexOf(line.row) * ROW;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + ROW + AXIS > element.scrollTop + element.clientHeight) element.scrollTop = top + ROW + AXIS - element.clientHeight;
    const moment = line.stop?.begins ?? line.row.shift[0];
    const hours = line.stop?.begins ? around(scale, moment, range) : null;
    if (hours) setView(hours);
    const lanes = element.querySelector(".plan-lane-area").getBoundingClientRect();
    return { x: lanes.left + (hours ? new Scale(hours, scale.width) : scale).x(moment), y: lanes.top + top + ROW - 8 };
  };
  // From elsewhere: where the cursor is, too, but nobody points there.
  const show = (next) => {
    const line = lineOf(desk.board, next);
    if (!line || !scroller.current?.clientHeight) return;
    setCursor(next);
    setAnchor(next);
    reveal(line);
  };
  const go = (next, extend = false) => {
    const line = lineOf(desk.board, next);
    if (!line) return;
    setCursor(next);
    if (!extend) setAnchor(next);
    else desk.choose({ chosen: new Set(span(desk.board, anchor ?? next, next)), anchor: null });
    desk.point({ id: line.id ?? 0, row: line.row.key, from: "keys", ...reveal(line) });
    desk.whisper(lineWords(line, desk.zone));
  };
  const zoom = (by) => {
    const { scale, range } = latest.current;
    const stop = lineOf(desk.board, here.current)?.stop;
    const x = stop?.begins ? Math.min(scale.width, Math.max(0, scale.x(stop.begins))) : scale.width / 2;
    setView(by ? scale.zoomed(ZOOM ** by, x, range) : null);
  };
  const acts = {
    along: ({ by, extend }) => go(along(desk.board, here.current, by), extend),
    across: ({ by }) => go(across(desk.board, here.current, by)),
    zoom: ({ by }) => zoom(by),
    hours: ({ by }) => setView(latest.current.scale.shifted(by * latest.current.scale.width * HOURS, latest.current.range)),
    toggle: (_, line) => toggle(line),
    all: (_, line) => line && desk.choose({ chosen: new Set(line.row.stops.map(({ id }) => id)), anchor: null }),
  };
  const toggle = (line) => {
    if (!line) return;
    const ids = line.stop ? [line.id] : line.row.stops.map(({ id }) => id);
    const chosen = new Set(desk.chosen);
    const all = ids.every((id) => chosen.has(id));
    for (const id of ids) if (all) chosen.delete(id);
      else chosen.add(id);
    desk.choose({ chosen, anchor: line.key });
  };
  const onKeyDown = (event) => {
    const line = lineOf(desk.board, here.current);
    onLine(line);
    const said = timeKey(event);
    if (!said || event.defaultPrevented) return;
    if (acts[said.act]) acts[said.act](said, line);
    else if (!onAct(said, line, () => undefined)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onFocus = (event) => {
    // A press of the mouse says itself where.
    if (event.target === event.currentTarget && event.target.matches(":focus-visible")) go(here.current ?? along(desk.board, null, 0));
  };
  return { cursor, setCursor, show, keys: { onKeyDown, onFocus, onBlur: () => desk.hover?.from === "keys" && desk.point(null) } };
}

// The day as a timeline: a row for each driver, blocks where work is done, lines where they drive.

import { useEffect, useMemo, useRef, useState } from "react";
import { clockText } from "../../history/sources/moments.js";
import { colourVar } from "./planColours.js";
import { madeOn, rowName } from "./planBoard.js";
import { boxes, drawBox } from "./planBoxing.js";
import { paintAxis, paintRows } from "./planPaint.js";
import { AXIS, dayRange, placeNear, ROW, Scale, stopNear, stopsIn, ticks } from "./planTime.js";
import { Icon } from "./PlanIcons.jsx";
import { rowsText } from "./planWords.js";
import { useNow, useSize, useTurn } from "./usePlan.js";
import { useTimeKeys } from "./useTimeKeys.js";

const ZOOM = 1.6;
const WHEEL = 1.0018;
const REACH = { mouse: 4, touch: 12 };

function fitted(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  return { ctx: canvas.getContext("2d"), ratio };
}

function Labels({ desk }) {
  useTurn(desk, "board", "hover", "drag", "view");
  return desk.board.rows.map((row) => (
    <div key={row.key} className="plan-lane-name" style={{ "--row": colourVar(row) }} data-drop={desk.drag && desk.drop?.row === row.key} data-hover={desk.hover?.row === row.key} data-pale={Boolean(desk.focus) && desk.focus !== row.key} onMouseEnter={() => desk.drag || desk.point({ id: 0, row: row.key, from: "time" })} onMouseLeave={() => desk.point(null)} onClick={() => desk.setFocus(row.key)} title={row.driver ? `${row.driver}, ${row.vehicle}` : row.vehicle}>
      <i className="plan-swatch" />
      <span className="plan-cut">{rowName(row)}</span>
      {row.problems.length > 0 && <span className="plan-trouble"><Icon name="warning" size={12} />{row.problems.length}</span>}
      <small>{madeOn(row) || ""}</small>
    </div>
  ));
}

function useCanvas({ desk, scale, size, scroller, colours, now, cursor }) {
  const rows = useRef(null);
  const axis = useRef(null);
  const latest = useRef({});
  latest.current = { scale, size, colours, now, cursor };
  const paint = useRef(null);
  paint.current ??= () => {
    const { scale: at, size: { height }, colours: colors, now: moment, cursor: line } = latest.current;
    if (!rows.current || !desk.board || at.width < 2) return;
    const marks = ticks(at, desk.zone);
    const given = { scale: at, colours: colors, marks, now: moment, zone: desk.zone, live: desk.live };
    const body = fitted(rows.current, at.width, Math.max(1, height - AXIS));
    paintRows(body.ctx, desk.board.rows, { ...given, ratio: body.ratio, top: scroller.current.scrollTop, height: height - AXIS, chosen: desk.chosen, hover: desk.hover, drag: desk.drag, drop: desk.drop, focus: desk.focus, cursor: line });
    const head = fitted(axis.current, at.width, AXIS);
    paintAxis(head.ctx, { ...given, ratio: head.ratio, height: AXIS });
  };
  const soon = useRef(0);
  const again = () => {
    cancelAnimationFrame(soon.current);
    soon.current = requestAnimationFrame(() => paint.current());
  };
  useEffect(() => desk.subscribe((kind) => kind !== "note" && kind !== "shapes" && again()), [desk]);
  useEffect(again);
  return { rows, axis, again };
}

export function TimelinePane({ desk, dragging, colours, onAct, onLine }) {
  useTurn(desk, "board", "view");
  const { board } = desk;
  const scroller = useRef(null);
  const lanes = useRef(null);
  const size = useSize(scroller);
  const { width } = useSize(lanes);
  const range = useMemo(() => dayRange(board), [board]);
  const [view, setView] = useState(null);
  const now = useNow();
  const scale = new Scale(view ?? range, width);
  const latest = useRef({});
  latest.current = { scale, range };
  useEffect(() => setView(null), [board.id]);
  const { cursor, setCursor, show, keys } = useTimeKeys({ desk, scroller, latest, setView, onAct, onLine });
  useEffect(() => {
    desk.revealTime = show;
  });
  const { rows, axis, again } = useCanvas({ desk, scale, size, scroller, colours, now, cursor });

  const at = (clientX, clientY) => {
    const box = rows.current.getBoundingClientRect();
    const row = desk.board.rows[Math.floor((clientY - box.top + scroller.current.scrollTop) / ROW)];
    return { row, x: clientX - box.left };
  };
  useEffect(() => dragging.add(scroller.current, (x, y) => {
    const { row, x: own } = at(x, y);
    if (!row) return null;
    return { row: row.key, place: own < 0 ? null : placeNear(row, latest.current.scale, own) };
  }, scroller.current), []);
  useEffect(() => {
    // React listens passively: the page would zoom as well.
    const wheel = (event) => {
      const { scale: old, range: day } = latest.current;
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        setView(old.zoomed(WHEEL ** -event.deltaY, at(event.clientX, event.clientY).x, day));
      } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        event.preventDefault();
        setView(old.shifted(event.deltaX || event.deltaY, day));
      }
    };
    const element = scroller.current;
    element.addEventListener("wheel", wheel, { passive: false });
    return () => element.removeEventListener("wheel", wheel);
  }, []);

  const under = (event) => {
    const { row, x } = at(event.clientX, event.clientY);
    return { row, stop: row ? stopNear(row, scale, x, REACH[event.pointerType] ?? REACH.mouse) : null };
  };
  const onMove = (event) => {
    if (desk.drag || event.buttons) return;
    const { row, stop } = under(event);
    event.currentTarget.style.cursor = stop ? "grab" : "";
    desk.point(row ? { id: stop?.id ?? 0, row: row.key, from: "time", x: event.clientX, y: event.clientY } : null);
  };
  const onDown = (event) => {
    setCursor(null);
    if (boxes(desk, event)) return drawBox(event, { desk, layer: lanes.current, scrolls: scroller.current, inside: (box) => stopsIn(desk.board.rows, latest.current.scale, box) });
    const { stop } = under(event);
    if (stop) dragging.grab(event, stop.id);
    // Beside the blocks, and by a finger that does not hold still, the hours are taken along.
    return stop && event.pointerType === "mouse" ? undefined : pan(event);
  };
  const pan = (event) => {
    if (event.button !== 0 || event.isPrimary === false) return;
    const begin = { x: event.clientX, view: latest.current.scale };
    const move = (next) => desk.drag || setView(begin.view.shifted(begin.x - next.clientX, latest.current.range));
    const up = () => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", up);
      window.removeEventListener("pointercancel", up);
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up);
    window.addEventListener("pointercancel", up);
  };
  const onClick = (event) => {
    const { stop } = under(event);
    if (!stop) return;
    const add = event.ctrlKey || event.metaKey || desk.adding;
    const chosen = new Set(add || event.shiftKey ? desk.chosen : []);
    if (chosen.has(stop.id) && add) chosen.delete(stop.id);
    else chosen.add(stop.id);
    desk.choose({ chosen, anchor: `stop ${stop.id}` });
    desk.reveal?.(stop.id);
  };
  const zoom = (factor) => setView(scale.zoomed(factor, scale.width / 2, range));
  const late = board.totals.late_stops;
  return (
    <section className="plan-time" aria-label="Timeline" data-testid="plan-time">
      <div className="plan-time-tools" role="group" aria-label="Hours">
        <button type="button" className="icon-button small" aria-label="Fewer hours" title="Fewer hours (Ctrl + wheel)" onClick={() => zoom(ZOOM)}><Icon name="plus" size={15} /></button>
        <button type="button" className="icon-button small" aria-label="More hours" title="More hours" disabled={!view} onClick={() => zoom(1 / ZOOM)}><Icon name="minus" size={15} /></button>
        <button type="button" className="icon-button small" aria-label="The whole day" title="The whole day" disabled={!view} onClick={() => setView(null)}><Icon name="fit" size={15} /></button>
      </div>
      <div ref={scroller} className="plan-time-scroll" onScroll={again} {...keys} tabIndex={0} role="group" data-part="timeline" aria-label={`Timeline of ${rowsText(board)}, ${clockText(scale.from, desk.zone)} to ${clockText(scale.to, desk.zone)}, ${late} late. Arrow keys go from stop to stop and from route to route.`}>
        <canvas ref={axis} className="plan-axis" aria-hidden="true" />
        <div className="plan-lanes" style={{ height: board.rows.length * ROW }}>
          <div className="plan-lane-names" aria-hidden="true"><Labels desk={desk} /></div>
          <div ref={lanes} className="plan-lane-area"><canvas ref={rows} aria-hidden="true" onPointerMove={onMove} onPointerLeave={() => desk.point(null)} onPointerDown={onDown} onClick={onClick} /></div>
        </div>
      </div>
    </section>
  );
}

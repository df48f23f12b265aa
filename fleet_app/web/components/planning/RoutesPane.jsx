// The routes of the plan: each with its driver, how full its day is, and its stops in order.

import { useEffect, useMemo, useRef } from "react";
import { clockText } from "../../history/sources/moments.js";
import { colourVar } from "./planColours.js";
import { crewName, problemsOf, rowName, rowProblems } from "./planBoard.js";
import { dropAt, dropY, routeLines } from "./planPick.js";
import { driftMinutes, lookOf, waitS } from "./planTime.js";
import { counted, fullness, heardText, loadText, noteText, rowText, secondsText, statesOf, windowsText } from "./planWords.js";
import { Icon, Menu } from "./PlanIcons.jsx";
import { rowItems } from "./rowActs.js";
import { lineId, useLines, useTurn } from "./usePlan.js";

const PERCENT = 100;
const MINUTE_S = 60;

function Fullness({ row }) {
  const share = fullness(row);
  if (share === null) return null;
  const words = row.loads.map(loadText).join(", ");
  return (
    <span className="plan-full" title={`Fullest: ${words}`} data-over={share > 1}>
      <i style={{ height: `${Math.min(1, share) * PERCENT}%` }} />
      <span className="only-read">{`${Math.round(share * PERCENT)} % full`}</span>
    </span>
  );
}

const LOCKS = { crew: "Driver and vehicle are locked", order: "Stops and order are locked" };

function Head({ line, desk, dragging: _, active, onPick, acts, folded, ...aria }) {
  const { row } = line;
  const wrong = rowProblems(row);
  const troubles = row.problems.length;
  const all = row.stops.length > 0 && row.stops.every(({ id }) => desk.chosen.has(id));
  const heard = desk.live ? heardText(row, desk.zone) : "";
  const states = statesOf(row);
  return (
    <div
      {...aria} role="treeitem" aria-level={1} aria-expanded={row.stops.length ? !folded : undefined} aria-selected={all} aria-label={`${[crewName(row), ...states].join(", ")}, ${heard ? `${heard}, ` : ""}${rowText(row, desk.zone)}${troubles ? `, ${counted(troubles, "problem")}` : ""}`}
      className="plan-row-head" data-active={active} data-chosen={all} data-drop={desk.drop?.row === row.key && desk.drop.place === null} data-focus={desk.focus === row.key}
      data-testid={`row-${row.key}`} style={{ top: line.top, height: line.height, "--row": colourVar(row) }}
      onClick={(event) => onPick(event, line)} onDoubleClick={() => desk.map?.fit({ row: row.key })}
      onMouseEnter={() => desk.drag || desk.point({ id: 0, row: row.key, from: "list" })} onMouseLeave={() => desk.point(null)}
    >
      <button type="button" tabIndex={-1} className="plan-fold" disabled={!row.stops.length} aria-label={folded ? `Show the stops of ${rowName(row)}` : `Hide the stops of ${rowName(row)}`} onClick={(event) => (event.stopPropagation(), desk.fold(row.key))}>
        <Icon name={folded ? "right" : "down"} size={14} />
      </button>
      <i className="plan-swatch" aria-hidden="true" />
      <span className="plan-row-words">
        <span className="plan-line">
          <b className="plan-cut">{rowName(row)}</b>
          {row.lock && <span className="plan-sign" title={LOCKS[row.lock]}><Icon name="lock" size={13} /></span>}
          {states.map((state) => <span key={state} className="plan-published" data-changed={state === "Changed"}>{state}</span>)}
          {troubles > 0 && <span className="plan-trouble" title={wrong.concat(row.problems.filter(({ delivery_id: id }) => id).map(({ message }) => message)).slice(0, 8).join("\n")}><Icon name="warning" size={13} />{troubles}</span>}
        </span>
        <span className="plan-line quiet"><span className="plan-cut">{heard && `${heard} · `}{row.driver ? `${row.vehicle} · ` : "No driver · "}{rowText(row, desk.zone)}</span></span>
      </span>
      <Fullness row={row} />
      {acts && <span onClick={(event) => event.stopPropagation()}><Menu label={`What to do with ${rowName(row)}`} icon="more" className="icon-button small" items={rowItems(desk, row, acts)} tabIndex={-1} /></span>}
    </div>
  );
}

function when(stop, live, zone) {
  if (live && stop.done) return `${clockText(stop.done, zone)} done`;
  const now = live ? stop.arrived ?? stop.eta : null;
  return stop.arrives === null ? "…" : clockText(now ?? stop.begins, zone);
}

const RISKS = { at_risk: "At risk", late: "Late", on_time: "On time" };

function Stop({ line, desk, dragging, active, onPick, ...aria }) {
  const { stop, row, place } = line;
  const { live } = desk;
  const look = lookOf(stop, live);
  const wrong = problemsOf(row, stop);
  const chosen = desk.chosen.has(stop.id);
  const drift = live ? driftMinutes(stop) : null;
  const windows = windowsText(stop.order.windows, desk.zone);
  const waits = waitS(stop) >= MINUTE_S && !stop.done ? `waits ${secondsText(waitS(stop))}` : "";
  const told = look === "late" && !wrong.length ? [`${secondsText(stop.lateS)} late`] : wrong;
  return (
    <div
      {...aria} role="treeitem" aria-level={2} aria-selected={chosen} aria-label={`Stop ${place + 1}, ${stop.order.customer || stop.order.number}, ${when(stop, live, desk.zone)}${windows ? `, wanted ${windows}` : ""}${waits ? `, ${waits}` : ""}${look === "done" ? ", done" : ""}${stop.locked ? ", locked" : ""}${told.length ? `, ${told.join(", ")}` : ""}`}
      className="plan-stop" data-stop="" data-active={active} data-chosen={chosen} data-look={look} data-hover={desk.hover?.id === stop.id} data-dragged={desk.drag?.ids.includes(stop.id)}
      data-testid={`stop-${stop.id}`} style={{ top: line.top, height: line.height, "--row": colourVar(row) }}
      onPointerDown={(event) => dragging.grab(event, stop.id)} onClick={(event) => onPick(event, line)} onDoubleClick={() => desk.map?.fit({ ids: [stop.id] })}
      onMouseEnter={() => desk.drag || desk.point({ id: stop.id, row: row.key, from: "list" })} onMouseLeave={() => desk.point(null)}
    >
      <span className="plan-place">{look === "done" ? <Icon name="check" size={12} /> : place + 1}</span>
      <span className="plan-row-words">
        <span className="plan-line">
          <span className="plan-cut plan-customer">{stop.order.customer || stop.order.number}</span>
          {stop.locked && <span className="plan-sign" title="Locked to this route"><Icon name="lock" size={12} /></span>}
          {drift !== null && Math.abs(drift) >= 1 && <span className="plan-drift" data-risk={stop.risk || (drift > 0 ? "late" : "on_time")} title={RISKS[stop.risk]}>{drift > 0 ? `+${drift}` : `−${-drift}`} min</span>}
          <time className="plan-when">{when(stop, live, desk.zone)}</time>
        </span>
        {wrong.length > 0 && <span className="plan-reason plan-told" title={wrong.join("\n")}><Icon name="warning" size={12} /> {wrong.join("; ")}</span>}
        <span className="plan-line quiet">
          {told.length > wrong.length ? <span className="plan-cut plan-told"><Icon name="warning" size={12} /> {told.join("; ")}</span> : <span className="plan-cut">{stop.order.address || stop.order.number}</span>}
          {waits && <span className="plan-waits">{waits}</span>}
          {windows && <span className="plan-window">{windows}</span>}
        </span>
      </span>
    </div>
  );
}

const Empty = () => <p className="plan-none">No vehicle takes part yet. Add one with the plus above.</p>;

const NOTE_ICONS = { break: "pause", off: "pause", early: "clock", over: "clock" };

// What stands between the stops: a break, hours off, the way back after the shift.
function Note({ line, desk, dragging: _, active, onPick, ...aria }) {
  const { note, row } = line;
  const text = noteText(note, desk.zone);
  return (
    <div {...aria} role="treeitem" aria-level={2} aria-label={text} className="plan-rest" data-active={active} data-kind={note.kind} style={{ top: line.top, height: line.height, "--row": colourVar(row) }} onClick={(event) => onPick(event, line)}>
      <Icon name={NOTE_ICONS[note.kind]} size={13} /><span className="plan-cut">{text}</span>
    </div>
  );
}

const LINES = { row: Head, stop: Stop, note: Note };

export function RoutesPane({ desk, dragging, acts, onAct, onLine, onAddRow }) {
  useTurn(desk, "board", "pick", "hover", "drag", "view");
  const { board, folded, live } = desk;
  const list = useMemo(() => routeLines(board.rows, folded), [board.rows, folded]);
  const lines = useLines(desk, list, "routes", { act: onAct, onLine });
  const latest = useRef({});
  latest.current = { list };
  useEffect(() => {
    const element = lines.box.current;
    return dragging.add(element, (_, y) => dropAt(latest.current.list, y - element.getBoundingClientRect().top + element.scrollTop, desk.board.rows), element);
  }, []);
  useEffect(() => {
    // With `take` the keys go on from there.
    desk.reveal = (id, { row = desk.board.where.get(id)?.row?.key, take = false } = {}) => {
      if (id && desk.folded.has(row)) desk.fold(row, false);
      requestAnimationFrame(() => lines.land(id ? `stop ${id}` : `row ${row}`, take));
    };
    // Keys that were here when a stop was sent elsewhere go on from there.
    desk.goAlong = (id) => requestAnimationFrame(() => document.activeElement === lines.box.current && desk.reveal(id, { take: true }));
  });
  const mark = desk.drag && desk.drop?.row ? dropY(list, desk.drop) : null;
  const used = board.rows.filter(({ stops }) => stops.length).length;
  const some = folded.size < board.rows.length;
  const shared = { desk, dragging, onPick: lines.onPick };
  return (
    <section className="plan-routes" aria-label="Routes" data-testid="plan-routes">
      <header className="plan-pane-head">
        <h2>Routes</h2>
        <span className="plan-count" title="With stops">{used.toLocaleString("en-GB")}</span>
        {used < board.rows.length && <span className="plan-free" title="Vehicles that take part and have no stops">+ {(board.rows.length - used).toLocaleString("en-GB")} without stops</span>}
        <button type="button" className="link" disabled={!used} onClick={() => desk.foldAll(some)}>{some ? "Fold all" : "Show all stops"}</button>
        {acts && <button type="button" className="icon-button small" aria-label="Add a vehicle" title="Add a vehicle" onClick={onAddRow}><Icon name="plus" /></button>}
      </header>
      <div {...lines.list} role="tree" aria-label="Routes and their stops" className="plan-scroll" data-part="routes" data-live={live}>
        <div className="plan-lines" style={{ height: list.height }}>
          {lines.shown.map((line) => {
            const Line = LINES[line.kind];
            return <Line key={line.key} {...shared} line={line} id={lineId("routes", line.key)} active={lines.cursor === line.key} {...(line.kind === "row" ? { acts, folded: folded.has(line.row.key) } : {})} />;
          })}
          {mark !== null && <i className="plan-mark" style={{ top: mark }} />}
        </div>
        {!board.rows.length && <Empty />}
      </div>
    </section>
  );
}

// Small parts of the planning page: what is said, what is pointed at, and what stands there meanwhile.

import { useEffect, useRef } from "react";
import { createPortal } from "react-dom";
import { clockText, distanceText } from "../../history/sources/moments.js";
import { colourVar } from "./planColours.js";
import { deliveryOf, itemOf, problemsOf, rowName } from "./planBoard.js";
import { remaining } from "./planGuess.js";
import { driftMinutes } from "./planTime.js";
import { Icon } from "./PlanIcons.jsx";
import { idsText, rowText, secondsText, windowsText } from "./planWords.js";
import { useTurn } from "./usePlan.js";

const LOW = 140;
const STEP = 24;

// Which stop it will be: those of the row that are dragged no longer count before it.
function placeAfter(board, ids, { row: key, place }) {
  const row = board.rowOf.get(key);
  return row ? remaining(row, new Set(ids.map(deliveryOf)), place) : place;
}

/** What was done, with its way back. */
export function Note({ desk }) {
  useTurn(desk, "note");
  const { note } = desk;
  if (!note) return null;
  return (
    <div className="plan-note" data-tone={note.tone} data-testid="plan-note">
      <span>{note.text}</span>
      {note.undo && <button type="button" className="link" onClick={() => (typeof note.undo === "function" ? note.undo() : desk.edits.back("undo", `Undone: ${desk.board.undo}`))}>Undo</button>}
      <button type="button" className="plan-note-close" aria-label="Dismiss" onClick={() => desk.hush()}><Icon name="close" size={14} /></button>
    </div>
  );
}

/** What was done, for those who listen; and what is dragged, at the pointer. */
export function Said({ desk, dragging }) {
  useTurn(desk, "note", "drag");
  const { drag, drop } = desk;
  const ghost = useRef(null);
  useEffect(() => {
    dragging.ghost = ghost.current;
  });
  const where = drop ? (drop.row ? desk.nameOf(drop.row) + (drop.place === null ? ", best place" : `, stop ${placeAfter(desk.board, drag.ids, drop) + 1}`) : "Unassigned") : "";
  return (
    <>
      <p className="only-read" role="status" aria-live="polite" data-testid="plan-said">{desk.said}</p>
      {createPortal(<div ref={ghost} className="plan-ghost" hidden={!drag} aria-hidden="true"><b>{drag ? idsText(drag.ids) : ""}</b>{where && <span>{where}</span>}</div>, document.body)}
    </>
  );
}

function Told({ desk, id }) {
  const item = itemOf(desk.board, id);
  const { row, place } = desk.board.where.get(id);
  const { zone } = desk;
  const windows = windowsText(item.order.windows, zone);
  const drift = row && desk.live ? driftMinutes(item) : null;
  return (
    <>
      <strong>{row ? `${place + 1} · ` : ""}{item.order.customer || item.order.number}</strong>
      <span>{item.order.address}</span>
      {row && <span><i className="plan-swatch" style={{ "--row": colourVar(row) }} /> {rowName(row)}{item.begins === null ? "" : ` · ${clockText(item.arrives, zone)} arrives, ${secondsText((item.departs - item.begins) / 1000)} there`}</span>}
      {row && item.driveS > 0 && <span>{secondsText(item.driveS)} and {distanceText(item.driveM)} of driving before</span>}
      {item.begins > item.arrives && <span>{secondsText((item.begins - item.arrives) / 1000)} of waiting</span>}
      {drift !== null && <span>{item.done ? "Done" : item.arrived ? "Arrived" : "Expected"} {drift === 0 ? "as planned" : `${Math.abs(drift)} min ${drift > 0 ? "later" : "earlier"} than planned`}</span>}
      {windows && <span>Wanted {windows}</span>}
      {(row ? problemsOf(row, item) : [item.words].filter(Boolean)).map((text) => <span key={text} className="plan-told">{text}</span>)}
    </>
  );
}

/** What the pointer is on, on the map or the timeline. */
export function PlanTip({ desk }) {
  useTurn(desk, "hover", "drag", "board");
  const { hover, board } = desk;
  if (!hover || hover.x === undefined || desk.drag) return null;
  const row = board.rowOf.get(hover.row);
  if (!hover.id && !(hover.from === "map" && row)) return null;
  const right = hover.x > window.innerWidth - 300;
  const low = hover.y > window.innerHeight - 190;
  const style = { left: right ? undefined : hover.x + 14, right: right ? window.innerWidth - hover.x + 14 : undefined, top: low ? undefined : hover.y + 14, bottom: low ? window.innerHeight - hover.y + 14 : undefined };
  return createPortal(<div className="plan-tip" style={style}>{hover.id ? <Told desk={desk} id={hover.id} /> : <><strong>{rowName(row)}</strong><span>{rowText(row, desk.zone)}</span></>}</div>, document.body);
}

/** Between map and timeline: dragged, or moved by the arrow keys. */
export function Splitter({ tall, onTall }) {
  const most = () => Math.max(LOW, window.innerHeight - 330);
  const set = (value) => onTall(Math.min(most(), Math.max(LOW, value)));
  const grab = (event) => {
    event.preventDefault();
    const begin = { y: event.clientY, tall };
    const move = (next) => set(begin.tall + begin.y - next.clientY);
    const up = () => window.removeEventListener("pointermove", move);
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up, { once: true });
  };
  const onKey = (event) => {
    const by = { ArrowUp: STEP, ArrowDown: -STEP }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    set(tall + by);
  };
  return <div className="plan-splitter" role="separator" aria-orientation="horizontal" aria-label="Height of the timeline" aria-valuemin={LOW} aria-valuemax={most()} aria-valuenow={tall} tabIndex={0} onPointerDown={grab} onKeyDown={onKey} onDoubleClick={() => set(272)} />;
}

export function Waiting({ desk, life }) {
  const problem = desk.problem || life.problem;
  if (!problem) return <div className="plan-nothing" role="status" aria-label="Loading"><div className="spinner" /><p className="quiet plan-patience">Working out driving times. Places that are new take a moment, once.</p></div>;
  return (
    <div className="plan-nothing" role="alert">
      <p>{problem}</p>
      <button type="button" className="button" onClick={() => (desk.planId ? desk.open(desk.planId, { again: true }) : life.again())}>Try again</button>
    </div>
  );
}

export function Nothing({ may, life, day }) {
  const text = new Date(`${day}T12:00:00Z`).toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });
  return (
    <div className="plan-nothing" data-testid="plan-nothing">
      <h2>No plan for {text} yet</h2>
      <p className="quiet">A plan is a draft: try, compare and change as you like. Drivers see nothing until it is published.</p>
      {may.has("update") && <button type="button" className="button primary" onClick={() => life.create()}><Icon name="plus" />Make a plan</button>}
    </div>
  );
}

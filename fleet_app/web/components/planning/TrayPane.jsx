// What is on no route: searched, sorted, with the reason why, to be dragged onto a route.

import { useEffect, useMemo, useRef, useState } from "react";
import { trayFound, TRAY_ORDERS } from "./planBoard.js";
import { trayLines } from "./planPick.js";
import { Icon } from "./PlanIcons.jsx";
import { lineId, useLines, useTurn } from "./usePlan.js";
import { windowsText } from "./planWords.js";

const URGENT = { urgent: "Urgent", high: "High" };

function Item({ line, desk, dragging, active, chosen, onPick, count, at }) {
  const { item } = line;
  const { order } = item;
  const windows = windowsText(order.windows, desk.zone);
  return (
    <div
      id={lineId("tray", line.key)} role="option" aria-selected={chosen} aria-setsize={count} aria-posinset={at + 1} className="plan-tray-item"
      data-stop="" data-chosen={chosen} data-active={active} data-hover={desk.hover?.id === item.id} data-testid={`tray-${item.id}`} style={{ top: line.top, height: line.height }}
      onPointerDown={(event) => dragging.grab(event, item.id)} onClick={(event) => onPick(event, line)}
      onMouseEnter={() => desk.drag || desk.point({ id: item.id, row: "", from: "list" })} onMouseLeave={() => desk.point(null)}
    >
      <span className="plan-line">
        <b>{order.customer || order.number}</b>
        {URGENT[order.priority] && <span className="plan-urgent" data-priority={order.priority}>{URGENT[order.priority]}</span>}
        <span className="plan-window">{windows || "Any time"}</span>
      </span>
      {item.words && <span className="plan-reason" title={item.words}><Icon name="warning" size={12} /> {item.words}</span>}
      <span className="plan-line quiet">
        <span className="plan-cut" title={order.address || undefined}>{order.address || "No address"}</span>
        {order.customer && <span className="plan-number">{order.number}</span>}
      </span>
    </div>
  );
}

function Empty({ board, words }) {
  if (words) return <p className="plan-none">Nothing unassigned contains “{words}”.</p>;
  if (board.totals.stops) return <p className="plan-none">Everything is on a route.</p>;
  return (
    <p className="plan-none">
      There are no deliveries for this day. <a className="link" href="/deliveries/new">Add one</a> or <a className="link" href="/imports">import a list</a>; they appear here at once.
    </p>
  );
}

export function TrayPane({ desk, dragging, onAct, onLine }) {
  useTurn(desk, "board", "pick", "hover", "drag");
  const [words, setWords] = useState("");
  const [order, setOrder] = useState("priority");
  const { board } = desk;
  const list = useMemo(() => trayLines(trayFound(board.tray, words, order)), [board.tray, words, order]);
  const lines = useLines(desk, list, "tray", { act: onAct, onLine });
  const pane = useRef(null);
  useEffect(() => dragging.add(pane.current, () => ({ row: "", place: null })), []);
  const over = desk.drop?.row === "" && desk.drag;
  const count = board.tray.length;
  return (
    <section ref={pane} className="plan-tray" data-many={count > board.totals.stops} data-over={Boolean(over)} aria-label="Unassigned deliveries" data-testid="plan-tray">
      <header className="plan-pane-head">
        <h2>Unassigned</h2>
        <span className="plan-count" data-some={count > 0} data-testid="tray-count">{count.toLocaleString("en-GB")}</span>
        <select className="small-select" aria-label="Order of the unassigned" value={order} onChange={(event) => setOrder(event.target.value)}>
          {Object.entries(TRAY_ORDERS).map(([key, name]) => <option key={key} value={key}>{name}</option>)}
        </select>
      </header>
      {board.more_waiting > 0 && <p className="plan-more-waiting" role="status">{board.more_waiting.toLocaleString("en-GB")} more wait; the most urgent are shown</p>}
      <label className="plan-search">
        <Icon name="search" size={14} />
        <input type="search" value={words} maxLength={100} placeholder="Search number, customer, address, reason" aria-label="Search the unassigned" data-plan-search="" onChange={(event) => setWords(event.target.value)} onKeyDown={(event) => event.key === "Escape" && (event.stopPropagation(), setWords(""), event.target.blur())} />
      </label>
      <div {...lines.list} role="listbox" aria-label="Unassigned deliveries" className="plan-scroll" data-part="tray">
        <div className="plan-lines" style={{ height: list.height }}>
          {lines.shown.map((line) => (
            <Item key={line.key} {...{ line, desk, dragging }} onPick={lines.onPick} active={lines.cursor === line.key} chosen={desk.chosen.has(line.id)} count={list.lines.length} at={list.lines.indexOf(line)} />
          ))}
        </div>
        {!list.lines.length && <Empty board={board} words={words.trim()} />}
      </div>
    </section>
  );
}

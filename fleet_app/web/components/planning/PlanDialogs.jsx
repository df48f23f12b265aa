// What is asked before a step, over the page: where to, who, when, what a plan is called.

import { useEffect, useId, useMemo, useRef, useState } from "react";
import { clockText } from "../../history/sources/moments.js";
import { Modal } from "../../modal/modal/Modal.jsx";
import { PickerList, useChoices } from "../../records/sources/PickerList.jsx";
import { colourVar } from "./planColours.js";
import { itemOf, madeOn, rowName } from "./planBoard.js";
import { nearest } from "./planOffers.js";
import { HELP } from "./planKeys.js";
import { departureAt } from "./planMoments.js";
import { useGoing } from "./usePlan.js";
import { fullness, idsText, secondsText, stopsText } from "./planWords.js";

function Actions({ children, onClose }) {
  return (
    <div className="popover-actions">
      <button type="button" className="button" onClick={onClose}>Cancel</button>
      {children}
    </div>
  );
}

function Target({ id, found, active, zone, onPoint, onTake }) {
  const { row, seconds, breaks, notes } = found;
  const share = fullness(row);
  return (
    <li id={id} role="option" aria-selected={active} className="plan-target" style={{ "--row": colourVar(row) }} onMouseMove={onPoint} onClick={onTake}>
      <i className="plan-swatch" />
      <span className="plan-cut"><b>{rowName(row)}</b><small>{row.driver ? row.vehicle : "No driver"} · {stopsText(madeOn(row))}{row.ends ? `, until ${clockText(row.ends, zone)}` : ""}{share === null ? "" : `, ${Math.round(share * 100)} % full`}</small>{notes.length > 0 && <small>{notes.join(", ")}</small>}{breaks.length > 0 && <small className="plan-told">{breaks.join(", ")}</small>}</span>
      <span className="plan-more" title="How much longer the day of the route gets: driving, waiting and leaving earlier">+{secondsText(Math.max(60, seconds))}</span>
    </li>
  );
}

/** To which row the chosen stops go: those come first on which least breaks, then those whose day gets longer by least. */
export function MoveDialog({ desk, ids, onClose }) {
  const list = useId();
  const [words, setWords] = useState("");
  const [active, setActive] = useState(0);
  const [place, setPlace] = useState("");
  const { board } = desk;
  const rows = useMemo(() => nearest(board, ids.map((id) => itemOf(board, id)).filter(Boolean)), [board, ids]);
  const needle = words.trim().toLowerCase();
  const found = rows.filter(({ row }) => `${row.driver} ${row.vehicle}`.toLowerCase().includes(needle));
  const inTray = ids.every((id) => !board.where.get(id)?.row);
  const take = (row) => {
    onClose();
    const number = Number.parseInt(place, 10);
    const before = Number.isFinite(number) && number > 0 ? Math.min(number - 1, row?.stops.length ?? 0) : null;
    desk.moveTo(ids, row ? { row: row.key, place: before } : { row: "", place: null });
    if (row) desk.goAlong?.(ids[0]);
  };
  const onKey = (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      event.preventDefault();
      setActive((old) => Math.min(found.length - 1, Math.max(0, old + by)));
    } else if (event.key === "Enter" && found[active]) {
      event.preventDefault();
      take(found[active].row);
    }
  };
  useEffect(() => setActive(0), [words]);
  useEffect(() => document.getElementById(`${list}-${active}`)?.scrollIntoView({ block: "nearest" }), [active]);
  return (
    <Modal open title={`Move ${ids.length === 1 ? itemOf(board, ids[0])?.order.customer || "the stop" : idsText(ids)} to…`} onClose={onClose}>
      <div className="plan-move">
        <input type="text" role="combobox" aria-expanded="true" aria-controls={list} aria-activedescendant={found.length ? `${list}-${active}` : undefined} aria-label="Search drivers and vehicles" placeholder="Search drivers and vehicles" value={words} maxLength={80} autoComplete="off" onChange={(event) => setWords(event.target.value)} onKeyDown={onKey} />
        <ul id={list} role="listbox" aria-label="Routes" className="plan-targets">
          {found.map((one, i) => <Target key={one.row.key} id={`${list}-${i}`} found={one} active={i === active} onPoint={() => setActive(i)} zone={desk.zone} onTake={() => take(one.row)} />)}
        </ul>
        {!found.length && <p className="plan-none">No route is called that.</p>}
        <label className="plan-place-field"><span>As stop number</span><input type="number" min="1" inputMode="numeric" placeholder="Best" value={place} onChange={(event) => setPlace(event.target.value)} onKeyDown={onKey} /></label>
        <Actions onClose={onClose}>{!inTray && <button type="button" className="button" onClick={() => take(null)}>Unassign</button>}</Actions>
      </div>
    </Modal>
  );
}

const FOUND_BY = { drivers: ["drivers", "license_number"], vehicles: ["vehicles", "registration_number", "type"] };

/** A driver or a vehicle, searched in the records of the fleet. */
export function RecordDialog({ title, kind, fleet, free, onTake, onClose }) {
  const [words, setWords] = useState("");
  const url = `/api/v1/${kind}`;
  const [many, ...detail] = FOUND_BY[kind];
  const picker = useChoices({ url, fleet, title: "name", detail }, {
    choose: ({ id, label }) => {
      onClose();
      onTake(id, label);
    },
  });
  useEffect(() => {
    picker.ask("");
  }, []);
  return (
    <Modal open title={title} onClose={onClose}>
      <div className="plan-record">
        <input {...picker.combobox} value={words} maxLength={120} aria-label={title} placeholder={`Search ${many}`} onChange={(event) => (setWords(event.target.value), picker.askSoon(event.target.value))} onKeyDown={(event) => picker.onKey(event, words)} />
        <PickerList {...picker} />
        <Actions onClose={onClose}>{free && <button type="button" className="button" onClick={() => (onClose(), onTake(null, ""))}>{free}</button>}</Actions>
      </div>
    </Modal>
  );
}

/** When a row leaves: at a time, or when it suits its stops. */
export function DepartDialog({ row, day, zone, onTake, onClose }) {
  const shown = clockText(row.starts ?? row.shift[0], zone);
  const [time, setTime] = useState(shown);
  const send = (event) => {
    event.preventDefault();
    if (!/^\d\d:\d\d$/.test(time)) return;
    onClose();
    onTake(departureAt(day, time, row.shift, zone));
  };
  return (
    <Modal open title={`When does ${rowName(row)} leave?`} onClose={onClose}>
      <form className="plan-form" onSubmit={send}>
        <label className="field"><span>Departure, by the clocks of {zone}</span><input type="time" required value={time} onChange={(event) => setTime(event.target.value)} /></label>
        <p className="hint quiet">The shift is from {clockText(row.shift[0], zone)} to {clockText(row.shift[1], zone)}.</p>
        <Actions onClose={onClose}>
          <button type="button" className="button" onClick={() => (onClose(), onTake(null))}>When it suits the stops</button>
          <button type="submit" className="button primary">Set</button>
        </Actions>
      </form>
    </Modal>
  );
}

export function NameDialog({ title, label, value, action, onTake, onClose }) {
  const [name, setName] = useState(value);
  const send = (event) => {
    event.preventDefault();
    if (!name.trim()) return;
    onClose();
    onTake(name.trim());
  };
  return (
    <Modal open title={title} onClose={onClose}>
      <form className="plan-form" onSubmit={send}>
        <label className="field"><span>{label}</span><input type="text" required maxLength={120} value={name} onChange={(event) => setName(event.target.value)} /></label>
        <Actions onClose={onClose}><button type="submit" className="button primary">{action}</button></Actions>
      </form>
    </Modal>
  );
}

/** `doing` says what is under way meanwhile, where that takes its time; else it closes at once. */
export function SureDialog({ title, text, action, doing, onTake, onClose }) {
  const [busy, go] = useGoing(onClose);
  const take = () => (doing ? go(onTake) : (onClose(), onTake()));
  return (
    <Modal open title={title} onClose={onClose}>
      <p>{text}</p>
      <Actions onClose={onClose}><button type="button" className="button danger" aria-busy={busy} disabled={busy} onClick={take}>{busy ? doing : action}</button></Actions>
    </Modal>
  );
}

export function HelpDialog({ onClose }) {
  const box = useRef(null);
  return (
    <Modal open wide title="Keys of this page" onClose={onClose}>
      <dl ref={box} className="plan-help">{HELP.map(([keys, what]) => <div key={keys}><dt><kbd>{keys}</kbd></dt><dd>{what}</dd></div>)}</dl>
      <p className="hint quiet">With the mouse: drag stops onto a route, in the lists, on the timeline or on the map. Shift and drag draws a box around stops, wherever they are. With a finger: hold a stop, then drag it; hold it and let go to choose several.</p>
      <div className="popover-actions"><button type="button" className="button" onClick={onClose}>Close</button></div>
    </Modal>
  );
}

// A row kept as a template: what it is called, and on which days it comes again by itself.

import { useState } from "react";
import { Modal } from "../../modal/modal/Modal.jsx";
import { madeOn, rowName } from "./planBoard.js";
import { stopsText } from "./planWords.js";

const DAYS = [["Mon", "Monday"], ["Tue", "Tuesday"], ["Wed", "Wednesday"], ["Thu", "Thursday"], ["Fri", "Friday"], ["Sat", "Saturday"], ["Sun", "Sunday"]];

export function TemplateDialog({ row, onTake, onClose }) {
  const [name, setName] = useState(`Tour of ${rowName(row)}`);
  const [days, setDays] = useState([]);
  const send = (event) => {
    event.preventDefault();
    if (!name.trim()) return;
    onClose();
    onTake(name.trim(), DAYS.map(([day]) => day).filter((day) => days.includes(day)));
  };
  const turn = (day) => setDays((old) => (old.includes(day) ? old.filter((one) => one !== day) : [...old, day]));
  return (
    <Modal open title="Save as a template" onClose={onClose}>
      <form className="plan-form" onSubmit={send}>
        <p className="quiet">{stopsText(madeOn(row))} in their order, with who drives what.</p>
        <label className="field"><span>Name</span><input type="text" required maxLength={120} value={name} onChange={(event) => setName(event.target.value)} /></label>
        <fieldset className="plan-weekdays">
          <legend>Make its deliveries a week ahead on these days</legend>
          {DAYS.map(([day, whole]) => <button key={day} type="button" aria-pressed={days.includes(day)} aria-label={whole} onClick={() => turn(day)}>{day}</button>)}
        </fieldset>
        <p className="hint quiet">{days.length ? "They appear among the unassigned of their day." : "On no day: use it whenever you like."}</p>
        <div className="popover-actions">
          <button type="button" className="button" onClick={onClose}>Cancel</button>
          <button type="submit" className="button primary">Save</button>
        </div>
      </form>
    </Modal>
  );
}

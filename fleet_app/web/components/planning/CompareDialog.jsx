// Two plans of the day beside each other, in figures and in what changes its driver.

import { useEffect, useState } from "react";
import { Modal } from "../../modal/modal/Modal.jsx";
import { figures, stopsText } from "./planWords.js";

const MOST = 100;

function Figures({ found, desk, names }) {
  return (
    <table className="plan-figures">
      <thead><tr><th scope="col"><span className="only-read">Figure</span></th><th scope="col">{names[0]}</th><th scope="col">{names[1]}</th><th scope="col">Difference</th></tr></thead>
      <tbody>
        {figures(found.first.totals, found.second.totals, desk.board.currency).map(({ name, a, b, change, better }) => (
          <tr key={name}><th scope="row">{name}</th><td>{a}</td><td>{b}</td><td data-better={better}>{change}</td></tr>
        ))}
      </tbody>
    </table>
  );
}

function Moves({ moves }) {
  if (!moves.length) return <p className="quiet">Every stop has the same vehicle and driver in both.</p>;
  return (
    <details className="plan-moves">
      <summary>{stopsText(moves.length)} with another vehicle or driver</summary>
      <ul tabIndex={0} aria-label="Stops with another vehicle or driver">
        {moves.slice(0, MOST).map((one) => <li key={one.delivery_id}><b>{one.number}</b><span>{one.before || "Unassigned"} → {one.after || "Unassigned"}</span></li>)}
        {moves.length > MOST && <li className="quiet">and {moves.length - MOST} more</li>}
      </ul>
    </details>
  );
}

export function CompareDialog({ desk, life, onClose }) {
  const others = life.plans.filter(({ id }) => id !== desk.planId);
  const [other, setOther] = useState(others[0]?.id ?? 0);
  const [found, setFound] = useState(null);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    if (!other) return undefined;
    let here = true;
    setFound(null);
    life.compare(other).then((answer) => here && setFound(answer), (error) => here && setProblem(error.message));
    return () => {
      here = false;
    };
  }, [other]);
  const mine = life.plans.find(({ id }) => id === desk.planId);
  const their = others.find(({ id }) => id === other);
  return (
    <Modal open wide title="Compare two plans" onClose={onClose}>
      <div className="plan-compare">
        {others.length ? (
          <label className="plan-place-field"><span>{mine?.name} with</span>
            <select className="small-select" value={other} onChange={(event) => setOther(Number(event.target.value))}>{others.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}</select>
          </label>
        ) : <p>There is only one plan for this day. Make a copy, change it, and compare the two.</p>}
        {problem && <p className="form-error" role="alert">{problem}</p>}
        {other > 0 && !found && !problem && <p role="status" className="quiet">Comparing…</p>}
        {found && <Figures {...{ found, desk }} names={[mine?.name, their?.name]} />}
        {found && <Moves moves={found.moved} />}
        <div className="popover-actions">
          {!others.length && mine && desk.may.has("update") && <button type="button" className="button" onClick={() => (onClose(), life.copy(mine))}>Make a copy</button>}
          {their && <button type="button" className="button" onClick={() => (onClose(), life.choose(their.id))}>Go on with {their.name}</button>}
          <button type="button" className="button primary" onClick={onClose}>Close</button>
        </div>
      </div>
    </Modal>
  );
}

// What publishing a plan means, said before it happens: what changes for whom, by the server's word.

import { useEffect, useRef, useState } from "react";
import { Modal } from "../../modal/modal/Modal.jsx";
import { colourVar } from "./planColours.js";
import { counted } from "./planWords.js";
import { useGoing, useTurn } from "./usePlan.js";

const NAMES = { published: "New", changed: "Changed", removed: "Taken back", refused: "Stays behind", unchanged: "Stays" };
const GOES = new Set(["published", "changed", "removed"]);

/** What becomes of every row: `{key, colour, name, what, text, goes}`; where nothing changes, and
 * nothing had to stay, nothing is said. What stays behind comes first. */
export function changesOf(rows, board) {
  const told = rows.filter(({ what, words }) => NAMES[what] && (what !== "unchanged" || words)).map((one) => {
    const row = board.rowOf.get(one.key);
    return { key: one.key, colour: row && colourVar(row), name: one.driver || one.vehicle, detail: one.driver ? one.vehicle : "", what: NAMES[one.what], text: one.words, goes: GOES.has(one.what) };
  });
  return told.sort((a, b) => a.goes - b.goes);
}

/** Who sees something else: "12 drivers see this on the phone at once:". */
export function audience(rows) {
  const drivers = new Set(rows.filter(({ tells }) => tells).map(({ driver, vehicle }) => driver || vehicle)).size;
  if (drivers) return `${counted(drivers, "driver")} ${drivers === 1 ? "sees" : "see"} this on the phone at once:`;
  if (rows.some(({ what }) => GOES.has(what))) return "No driver sees anything else than before.";
  return "Nothing that a driver could see is new.";
}

function Change({ colour, name, detail, what, text }) {
  return (
    <li style={{ "--row": colour }}>
      <i className="plan-swatch" />
      <span className="plan-cut"><b>{name}</b>{detail && <small> {detail}</small>}</span>
      <span className="quiet">{text}</span>
      <span className="plan-tag" data-what={what}>{what}</span>
    </li>
  );
}

// What publishing would do to the plan as it is now; again when the plan changes meanwhile.
function useForecast(desk, life) {
  useTurn(desk, "board");
  const [found, setFound] = useState(null);
  const [problem, setProblem] = useState("");
  const { version } = desk.board;
  const { busy } = desk.edits;
  useEffect(() => {
    if (busy) return undefined;
    let here = true;
    life.forecast().then((answer) => here && (setProblem(""), setFound(answer)), (error) => here && setProblem(error.message));
    return () => {
      here = false;
    };
  }, [version, busy]);
  return { found: busy || found?.version !== version ? null : found, problem };
}

export function PublishDialog({ desk, life, onClose }) {
  const { board } = desk;
  const forecast = useForecast(desk, life);
  const [busy, go] = useGoing(onClose);
  const sent = useRef(null);
  // What was sent stands there until the answer, whatever the plan is by then.
  const { found, problem } = busy ? sent.current : forecast;
  const publish = () => {
    sent.current = forecast;
    go(() => life.publish(found.version));
  };
  const changes = found ? changesOf(found.rows, board) : [];
  const troubles = board.totals.problems;
  const again = Boolean(board.published_at);
  return (
    <Modal open wide title={again ? "Publish what changed" : `Publish ${board.name}`} onClose={onClose}>
      <div className="plan-publish" data-ready={Boolean(found)}>
        {problem ? <p className="form-error" role="alert">{problem}</p> : <p role="status">{found ? audience(found.rows) : "Working out what changes for whom…"}</p>}
        {!found && !problem && <div className="plan-publish-wait"><div className="spinner" /></div>}
        {changes.length > 0 && <ul tabIndex={0} aria-label="What changes for whom">{changes.map(({ key, ...one }) => <Change key={key} {...one} />)}</ul>}
        {troubles > 0 && <p className="plan-told">{counted(troubles, "problem")} in the plan. It can be published all the same.</p>}
        {board.totals.left > 0 && <p className="quiet">{counted(board.totals.left, "delivery", "deliveries")} {board.totals.left === 1 ? "stays" : "stay"} unassigned.</p>}
        <div className="popover-actions">
          <button type="button" className="button" onClick={onClose}>{busy ? "Close" : "Cancel"}</button>
          <button type="button" className="button primary" aria-busy={busy} disabled={busy || !changes.some(({ goes }) => goes)} onClick={publish}>{busy ? "Publishing…" : again ? "Publish the changes" : "Publish"}</button>
        </div>
      </div>
    </Modal>
  );
}

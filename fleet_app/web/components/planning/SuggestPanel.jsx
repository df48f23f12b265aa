// What can be done about a disruption, as a quiet button that opens the offers.

import { useEffect, useId, useRef, useState } from "react";
import { clockText } from "../../history/sources/moments.js";
import { Icon, settle } from "./PlanIcons.jsx";
import { badgeText, effects, handovers, sorted } from "./planSuggest.js";
import { useNow, useTurn } from "./usePlan.js";

const NAMED = 6;
const LEAST = 240;
const NOTE = 60;

// What is said of an answer, with its way back, stands below the panel: it ends above that.
function put(panel, button) {
  const foot = button.closest(".planning")?.querySelector(".plan-foot")?.getBoundingClientRect();
  const room = foot ? foot.top - NOTE - button.getBoundingClientRect().bottom : 0;
  panel.style.maxHeight = room > LEAST ? `${room}px` : "";
  settle(panel, button);
}

function Handover({ from, to, numbers, fetched }) {
  const more = numbers.length > NAMED ? ` and ${numbers.length - NAMED} more` : "";
  return <li><b>{from} → {to}</b><span>{numbers.slice(0, NAMED).join(", ")}{more}</span>{fetched && <span className="quiet">Fetched where {fetched} stands</span>}</li>;
}

// What changes for each driver, then which stops go from whom to whom.
function Changes({ changes = [], moves }) {
  return (
    <details>
      <summary>What changes for whom</summary>
      <ul>
        {changes.map(({ route_id: route, row, words }) => <li key={route}><b>{row}</b><span>{words}</span></li>)}
        {handovers(moves).map(({ key, ...each }) => <Handover key={key} {...each} />)}
      </ul>
    </details>
  );
}

function Offer({ one, desk, may, busy, act }) {
  const heading = useId();
  const open = one.status === "open";
  const at = (moment) => clockText(Date.parse(moment), desk.zone);
  return (
    <li className="plan-offer" aria-labelledby={heading} data-testid="suggestion" data-status={one.status}>
      <b id={heading}>{one.words}</b>
      <span className="plan-effects">{effects(one.effect, desk.board?.currency).map(({ text, better }) => <span key={text} data-better={better}>{text}</span>)}</span>
      {one.moves.length === 0 && <span className="quiet">The same stops in another order.</span>}
      <Changes changes={one.changes} moves={one.moves} />
      <footer>
        <span className="quiet">{open ? `Holds until ${at(one.expires_at)}` : `Accepted at ${at(one.decided_at)}${one.undo_until ? `, undo until ${at(one.undo_until)}` : ""}`}</span>
        {may && open && <button type="button" className="button small" aria-disabled={busy} aria-describedby={heading} onClick={() => act(one, "dismiss")}>Dismiss</button>}
        {may && open && <button type="button" className="button small primary" aria-disabled={busy} aria-describedby={heading} onClick={() => act(one, "accept")}>Accept</button>}
        {may && !open && <button type="button" className="button small" aria-disabled={busy} aria-describedby={heading} onClick={() => act(one, "undo")}><Icon name="undo" size={13} />Undo</button>}
      </footer>
    </li>
  );
}

/** The button, while there is something to see, and its panel. */
export function SuggestPanel({ desk, offers }) {
  useTurn(desk, "suggestions", "board");
  const now = useNow();
  const id = useId();
  const panel = useRef(null);
  const button = useRef(null);
  const [shown, setShown] = useState(false);
  useEffect(() => {
    offers.reveal = () => {
      panel.current?.showPopover();
      panel.current?.focus();
    };
  }, []);
  const found = sorted(offers.list, now);
  const all = [...found.open, ...found.taken];
  if (!all.length && !shown) return null;
  const toggled = (event) => {
    setShown(event.newState === "open");
    if (event.newState === "open") requestAnimationFrame(() => panel.current && button.current && put(panel.current, button.current));
  };
  // The button that was pressed goes with its offer: the focus stays in the panel.
  const act = (one, what) => {
    panel.current?.focus();
    offers.decide(one, what);
  };
  return (
    <>
      <button ref={button} type="button" className="button plan-suggest" data-some={found.open.length > 0} aria-expanded={shown} popoverTarget={id} data-testid="plan-suggestions"><Icon name="bulb" /><span>{badgeText(found)}</span></button>
      <section ref={panel} id={id} popover="auto" tabIndex={-1} className="plan-menu plan-offers" aria-label="Suggestions" onToggle={toggled}>
        {shown && (all.length ? <ul>{all.map((one) => <Offer key={one.id} {...{ one, desk, act }} may={desk.may.has("update")} busy={offers.deciding > 0} />)}</ul> : <p className="quiet">Nothing is left to suggest.</p>)}
      </section>
    </>
  );
}

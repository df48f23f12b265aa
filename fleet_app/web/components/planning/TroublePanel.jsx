// The problems of the plan, as a button that opens their list; each leads to its place.

import { useId, useRef, useState } from "react";
import { colourVar } from "./planColours.js";
import { rowName } from "./planBoard.js";
import { goTo, troublesOf } from "./planTroubles.js";
import { Icon, roved, settle } from "./PlanIcons.jsx";
import { counted } from "./planWords.js";
import { useTurn } from "./usePlan.js";

const MOST = 200;

function Trouble({ one, onTake }) {
  const stop = one.row.stops[one.place];
  return (
    <li>
      <button type="button" className="plan-trouble-entry" style={{ "--row": colourVar(one.row) }} onClick={() => onTake(one)}>
        <i className="plan-swatch" />
        <span className="plan-cut"><b>{rowName(one.row)}</b>{stop && <small> stop {one.place + 1}, {stop.order.customer || stop.order.number}</small>}</span>
        <span className="plan-told">{one.text}</span>
      </button>
    </li>
  );
}

/** "10 problems": pressed, it lists them; `onGo` is called before the page shows one. */
export function TroublePanel({ desk, count, onGo }) {
  useTurn(desk, "board");
  const id = useId();
  const panel = useRef(null);
  const button = useRef(null);
  const [open, setOpen] = useState(false);
  const troubles = open ? troublesOf(desk.board) : [];
  const toggled = (event) => {
    setOpen(event.newState === "open");
    if (event.newState !== "open") return;
    requestAnimationFrame(() => {
      if (!panel.current || !button.current) return;
      settle(panel.current, button.current);
      panel.current.querySelector("button")?.focus();
    });
  };
  const take = (one) => {
    panel.current?.hidePopover();
    onGo();
    requestAnimationFrame(() => goTo(desk, one, { take: true }));
  };
  return (
    <>
      <button ref={button} type="button" className="plan-problems" title="See where (N goes on to the next)" aria-expanded={open} popoverTarget={id} data-testid="plan-problems"><Icon name="warning" size={13} />{counted(count, "problem")}</button>
      <section ref={panel} id={id} popover="auto" className="plan-menu plan-troubles" aria-label="Problems of the plan" onToggle={toggled} onKeyDown={(event) => roved(event, panel.current)}>
        <ul>{troubles.slice(0, MOST).map((one) => <Trouble key={one.key} one={one} onTake={take} />)}</ul>
        {troubles.length > MOST && <p className="quiet">and {counted(troubles.length - MOST, "more problem")}</p>}
      </section>
    </>
  );
}

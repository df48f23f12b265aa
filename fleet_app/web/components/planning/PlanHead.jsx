// The head of the planning page: which day, which of its plans, and what is done with the whole plan.

import { useState } from "react";
import { distanceText } from "../../history/sources/moments.js";
import { Icon, Menu } from "./PlanIcons.jsx";
import { SuggestPanel } from "./SuggestPanel.jsx";
import { TroublePanel } from "./TroublePanel.jsx";
import { co2Text, counted, leftText, moneyText, workText } from "./planWords.js";
import { isPublishable } from "./planLife.js";
import { useTurn } from "./usePlan.js";

const DAY_MS = 86_400_000;
export const MODES = {
  everything: ["Plan everything", "New routes for all that is not locked"],
  fit_in: ["Keep the routes, fit in", "Unassigned stops go between the others"],
  keep_drivers: ["Keep the drivers", "Stops may change, who drives what does not"],
};
/** How long a run may take; without a number as long as suits how much there is. */
export const TIMES = [[null, "As long as suits the day"], [10, "10 seconds"], [30, "30 seconds"], [120, "2 minutes"], [600, "10 minutes"], [1800, "Half an hour"]];

/** The day before (-1) or after (1). */
export const dayBeside = (day, by) => new Date(Date.parse(`${day}T12:00:00Z`) + by * DAY_MS).toISOString().slice(0, 10);

function Days({ day, today, onDay }) {
  const near = [[dayBeside(today, -1), "Yesterday"], [today, "Today"], [dayBeside(today, 1), "Tomorrow"]];
  return (
    <div className="plan-days" role="group" aria-label="Day">
      <button type="button" className="icon-button small" aria-label="The day before" title="The day before" onClick={() => onDay(dayBeside(day, -1))}><Icon name="left" /></button>
      <input type="date" aria-label="Day" required value={day} onChange={(event) => event.target.value && onDay(event.target.value)} />
      <button type="button" className="icon-button small" aria-label="The day after" title="The day after" onClick={() => onDay(dayBeside(day, 1))}><Icon name="right" /></button>
      <span className="plan-near">{near.map(([one, name]) => <button key={name} type="button" aria-pressed={one === day} onClick={() => onDay(one)}>{name}</button>)}</span>
    </div>
  );
}

function Tabs({ desk, life, may, open }) {
  const plans = life.plans ?? [];
  const items = (plan) => [
    { name: "Rename…", icon: "pen", act: () => open("rename", plan) },
    { name: "Make a copy", icon: "copy", act: () => life.copy(plan) },
    "-",
    { name: "Delete…", icon: "bin", danger: true, act: () => open("delete", plan) },
  ];
  const shown = plans.find(({ id }) => id === desk.planId);
  const fresh = [
    { name: "New plan", detail: "The day's routes, and everybody else who works", icon: "plus", act: () => life.create() },
    shown && { name: `Copy of ${shown.name}`, detail: "To try something and compare", icon: "copy", act: () => life.copy(shown) },
    shown && may.has("template") && "-",
    shown && may.has("template") && { name: "Use a template…", detail: "A tour that comes again, as a route of this plan", icon: "truck", act: () => open("use") },
  ];
  return (
    <div className="plan-tabs" role="group" aria-label="Plans of the day" data-testid="plan-tabs">
      {plans.map((plan) => (
        <span key={plan.id} className="plan-tab" data-active={plan.id === desk.planId}>
          <button type="button" aria-pressed={plan.id === desk.planId} onClick={() => life.choose(plan.id)}>
            {plan.published_at && <i className="plan-dot" title="Published" />}
            <span className="plan-cut">{plan.name}</span>
          </button>
          {plan.id === desk.planId && may.has("update") && <Menu label={`What to do with ${plan.name}`} icon="down" className="icon-button tiny" items={items(plan)} />}
        </span>
      ))}
      {may.has("update") && life.plans && <Menu label="New plan, or a template" icon="plus" className="icon-button small" items={fresh} />}
    </div>
  );
}

const ACTING = { publish: "Publishing…", recall: "Taking back…" };
const WIDE = { "data-wide": "" };

const COSTS = "Vehicles, kilometres and hours. What is unassigned or late has no price here; a run and a comparison count it as well";

function Totals({ desk, onGo }) {
  const { board } = desk;
  const { totals } = board;
  const left = leftText(board);
  const figure = (text, more = {}) => <span {...more}>{text}</span>;
  return (
    <div className="plan-totals" data-testid="plan-totals" aria-label="The plan in figures" role="group">
      {figure(totals.stops ? counted(totals.stops, "stop") : "No stops yet")}
      {totals.left > 0 && figure(`${totals.left.toLocaleString("en-GB")} unassigned`, { "data-tone": "warn" })}
      {totals.stops > 0 && (
        <>
          {figure(counted(totals.rows, "route"), { title: "Routes with stops" })}
          {figure(`${distanceText(totals.distance_m)}${left}`)}
          {figure(`${workText(totals.work_s)} of work${left}`, WIDE)}
          {figure(`${moneyText(totals.cost, board.currency)}${left}`, { title: COSTS })}
          {figure(`${co2Text(totals.co2_kg)}${left}`, WIDE)}
        </>
      )}
      {totals.late_stops > 0 && figure(`${totals.late_stops} late`, { "data-tone": "bad" })}
      {totals.problems > 0 && <TroublePanel {...{ desk, onGo }} count={totals.problems} />}
    </div>
  );
}

/** Whether a plan is on its way; there may be none. */
const isComing = (desk, life) => !life.problem && !desk.problem && (life.plans === null || life.plans.length > 0);

export function planItems(mode, seconds, { setMode, setSeconds }) {
  return [
    ...Object.entries(MODES).map(([key, [name, detail]]) => ({ name, detail, checked: key === mode, act: () => setMode(key) })),
    "-",
    ...TIMES.map(([value, name]) => ({ name: value === null ? name : `Take ${name.toLowerCase()}`, checked: value === seconds, act: () => setSeconds(value) })),
  ];
}

export function PlanHead({ desk, life, offers, may, day, today, onDay, open, optimise, onGo }) {
  useTurn(desk, "board", "life", "view");
  const [mode, setMode] = useState("everything");
  const [seconds, setSeconds] = useState(null);
  const { board, live } = desk;
  optimise.current = () => life.optimise(mode, seconds);
  const driving = board?.rows.some(({ route_status: status }) => status === "started" || status === "completed");
  const undo = board?.undo && !desk.edits.busy ? `Undo: ${board.undo}` : "Undo";
  const redo = board?.redo ? `Redo: ${board.redo}` : "Redo";
  return (
    <header className="plan-head">
      <h1>Planning</h1>
      <Days {...{ day, today, onDay }} />
      <Tabs {...{ desk, life, may, open }} />
      <SuggestPanel {...{ desk, offers }} />
      {board && (
        <div className="plan-acts">
          {driving && (
            <span className="plan-switch" role="group" aria-label="What the times are">
              <button type="button" aria-pressed={!live} onClick={() => desk.setLive(false)}>Plan</button>
              <button type="button" aria-pressed={live} onClick={() => desk.setLive(true)}>Live</button>
            </span>
          )}
          {may.has("update") && <button type="button" className="icon-button" aria-label={undo} title={`${undo} (Ctrl+Z)`} disabled={!board.undo} onClick={() => desk.edits.back("undo", `Undone: ${board.undo}`)}><Icon name="undo" /></button>}
          {may.has("update") && <button type="button" className="icon-button" aria-label={redo} title={`${redo} (Ctrl+Shift+Z)`} disabled={!board.redo} onClick={() => desk.edits.back("redo", `Made again: ${board.redo}`)}><Icon name="redo" /></button>}
          <button type="button" className="icon-button" data-act="compare" aria-label="Compare" title="Compare with another plan" onClick={() => open("compare")}><Icon name="compare" /></button>
          <button type="button" className="icon-button plan-wide" aria-label="Keys of this page" title="Keys of this page (?)" onClick={() => open("help")}><Icon name="help" /></button>
          {may.has("publish") && (
            <span className="plan-split">
              <button type="button" className="button" data-testid="plan-publish" aria-busy={Boolean(life.acting)} aria-disabled={!isPublishable(board, life)} title={isPublishable(board, life) ? "Publish… (Shift+P)" : undefined} onClick={() => isPublishable(board, life) && open("publish")}><Icon name="publish" /><span>{ACTING[life.acting] ?? (board.published_at ? (board.changed ? "Publish changes" : "Published") : "Publish")}</span></button>
              {board.published_at && <Menu label="More about publishing" icon="down" className="button" items={[{ name: "Take it back from the drivers…", icon: "recall", danger: true, act: () => open("recall") }]} />}
            </span>
          )}
          {may.has("update") && (
            <span className="plan-split">
              <button type="button" className="button primary" data-testid="plan-everything" aria-disabled={life.busy} title={`${MODES[mode][1]} (P)`} onClick={() => optimise.current()}><Icon name="bolt" /><span>{life.busy ? (life.job.state === "queued" ? "Waiting…" : "Planning…") : MODES[mode][0]}</span></button>
              <Menu label="How to plan" icon="down" className="button primary" items={planItems(mode, seconds, { setMode, setSeconds })} />
            </span>
          )}
        </div>
      )}
      {board ? <Totals {...{ desk, onGo }} /> : isComing(desk, life) && <p className="plan-totals">Loading…</p>}
    </header>
  );
}

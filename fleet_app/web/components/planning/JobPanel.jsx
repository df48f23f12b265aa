// The optimiser at work: how good its best plan is by now, and a way to be content with it.

import { useEffect, useReducer } from "react";
import { leftOut, progressPath } from "./planLife.js";
import { Icon } from "./PlanIcons.jsx";
import { useTurn } from "./usePlan.js";
import { counted, moneyText } from "./planWords.js";

const WIDTH = 292;
const HEIGHT = 64;
const NAMES = { everything: "Planning everything", fit_in: "Fitting in what is unassigned", keep_drivers: "Planning, drivers stay" };
const STATES = { queued: "Waiting for its turn…", stopping: "Stopping…" };

/** "12 of 30 s", "1:05 of 10 min"; how long it may take is not known before it has begun. */
function clockOf(spent, whole) {
  if (!whole) return "";
  if (whole < 100) return `${Math.floor(spent)} of ${Math.round(whole)} s`;
  return `${Math.floor(spent / 60)}:${String(Math.floor(spent % 60)).padStart(2, "0")} of ${Math.round(whole / 60)} min`;
}

// Between two answers the clock goes on.
function useSeconds(job) {
  const [, again] = useReducer((count) => count + 1, 0);
  useEffect(() => {
    if (job.over) return undefined;
    const timer = setInterval(again, 250);
    return () => clearInterval(timer);
  }, [job.over]);
  const began = job.started_at ? Date.parse(job.started_at) : null;
  return began && !job.over ? Math.max(job.spent_s ?? 0, Math.min(job.seconds || Infinity, (Date.now() - began) / 1000)) : job.spent_s ?? 0;
}

function Chart({ job, seconds, currency }) {
  if (job.state === "queued") return <p className="plan-job-none">{STATES.queued}</p>; // again, perhaps
  const path = progressPath(job.curve ?? [], WIDTH, HEIGHT, job.over ? 0 : seconds);
  if (!path) return <p className="plan-job-none">{STATES[job.state] ?? "Looking for a first plan…"}</p>;
  const [first, last] = [job.curve[0][1], job.curve.at(-1)[1]];
  const better = first > 0 ? Math.round((1 - last / first) * 100) : 0;
  return (
    <figure className="plan-job-chart">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width="100%" height={HEIGHT} preserveAspectRatio="none" role="img" aria-label={`Best cost from ${moneyText(first, currency)} down to ${moneyText(last, currency)}`}>
        <path d={`${path}V${HEIGHT}H0Z`} className="plan-job-area" />
        <path d={path} className="plan-job-line" />
      </svg>
      <figcaption><span>{moneyText(first, currency)}</span><span>{better > 0 ? `${better} % better by now` : "at first"}</span></figcaption>
    </figure>
  );
}

export function JobPanel({ desk, life }) {
  useTurn(desk, "life", "board");
  const { job } = life;
  if (!job || job.plan_id !== desk.planId || (job.over && !job.failed)) return null;
  return <Panel {...{ job, life, desk }} />;
}

function Panel({ job, life, desk }) {
  const seconds = useSeconds(job);
  const { board } = desk;
  const planned = job.planned || null;
  const left = leftOut(job, board);
  return (
    <section className="plan-job" aria-label="Optimiser" data-testid="plan-job" data-state={job.state}>
      <header>
        <h2>{job.failed ? "No plan was found" : NAMES[job.mode] ?? "Planning"}</h2>
        {!job.over && <span className="plan-job-clock">{clockOf(seconds, job.seconds)}</span>}
      </header>
      {job.failed ? <p role="alert">{job.message}</p> : (
        <>
          <div className="plan-job-bar" role="progressbar" aria-label="Time used" aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(Math.min(1, seconds / (job.seconds || 1)) * 100)}>
            <i style={{ width: `${Math.min(100, (seconds / (job.seconds || 1)) * 100)}%` }} />
          </div>
          <dl>
            <div><dt title="With a price for what is left out or late, so that nobody is left out to save money">Best cost so far</dt><dd data-testid="job-cost">{job.cost === null || job.cost === undefined ? "…" : moneyText(job.cost, board?.currency)}</dd></div>
            <div><dt>Planned</dt><dd>{planned === null ? "…" : counted(planned, "stop")}</dd></div>
            <div><dt>Left out</dt><dd>{planned === null ? "…" : left}</dd></div>
          </dl>
          {planned !== null && <p className="plan-job-note">{left > 0 ? "What is left out or late counts as a cost here; it does not in the cost of the plan above." : "What is late counts as a cost here; it does not in the cost of the plan above."}</p>}
          <Chart job={job} seconds={seconds} currency={board?.currency} />
        </>
      )}
      <footer>
        {job.failed
          ? <button type="button" className="button small" onClick={() => life.forget()}>Close</button>
          : <button type="button" className="button small" disabled={job.stopping || job.state === "stopping" || !job.id} onClick={() => life.stop()}><Icon name="stop" size={13} />{job.stopping ? "Stopping…" : "Stop and keep the best"}</button>}
      </footer>
    </section>
  );
}

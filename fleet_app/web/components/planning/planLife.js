// The plans of a day and what is done with whole plans: made, named, planned by the optimiser,
// published. What is told here goes by the server's word.

import { readBoard } from "./planBoard.js";
import { followed } from "./planFeed.js";
import { counted } from "./planWords.js";

const ASK_MS = 600;
const SOON_MS = 300;
const MOST_TEMPLATES = 50;
/** What happens to deliveries and routes is news of a plan as well, but there is a lot of it. */
const CALM_MS = 8000;
const OVER = new Set(["done", "stopped", "failed"]);

export class PlanLife {
  constructor(desk, { ask, onPlan, follow = followed }) {
    Object.assign(this, { desk, ask, onPlan, follow, feed: null, plans: null, day: "", fleet: 0, job: null, acting: "", problem: "", told: new Set() });
    this.news = new News(this);
  }

  tell() {
    this.desk.tell("life");
  }

  /** The plans of a day; `wanted` is the one to open, else the newest that is published, else the first. */
  async read(day, fleet, wanted = 0) {
    if (day !== this.day || fleet !== this.fleet) this.leave();
    Object.assign(this, { day, fleet });
    try {
      const plans = await this.ask("/plans", { query: { date: day, fleet_id: fleet || "" } });
      if (day !== this.day || fleet !== this.fleet) return;
      Object.assign(this, { plans, problem: "" });
      const chosen = plans.find(({ id }) => id === (wanted || this.desk.planId)) ?? plans.find(({ published_at: at }) => at) ?? plans[0];
      this.tell();
      await this.choose(chosen?.id ?? 0);
    } catch (error) {
      if (day !== this.day || fleet !== this.fleet) return;
      this.problem = error.message;
      this.tell();
    }
  }

  // What is of another day is gone at once, not only when the new one is there.
  leave() {
    Object.assign(this, { plans: null, problem: "" });
    this.desk.open(0);
    this.tell();
  }

  /** The plans again, and the one that is shown if it is an older one than theirs. */
  async again() {
    if (!this.day) return;
    await this.read(this.day, this.fleet);
    const known = this.plans?.find(({ id }) => id === this.desk.planId);
    const { board, edits } = this.desk;
    if (known && board && !edits.busy && (known.version === undefined || known.version > board.version)) await this.desk.open(known.id, { again: true });
  }

  async choose(id) {
    this.onPlan?.(id);
    await this.desk.open(id);
    const running = this.desk.board?.job_id;
    if (running && this.job?.id !== running) this.watch({ id: running, plan_id: id });
    else if (this.job && this.job.plan_id !== id && this.job.over) this.forget();
    this.tell();
  }

  // Whole plans

  async make(given, words) {
    const made = await this.tried(() => this.ask("/plans", { method: "POST", once: true, body: { date: this.day, ...(this.fleet ? { fleet_id: this.fleet } : {}), ...given } }));
    if (!made) return null;
    await this.read(this.day, this.fleet, made.id);
    this.desk.say(typeof words === "function" ? words(made) : words);
    return made;
  }

  create = () => this.make({}, ({ totals }) => (totals?.stops ? `A new plan with ${counted(totals.stops, "stop")} that routes of the day have.` : "A new plan: nothing is on it yet."));

  copy = (plan) => this.make({ copy_of: plan.id }, `A copy of ${plan.name}: the original stays as it is.`);

  async rename(plan, name) {
    const done = await this.tried(() => this.ask(`/plans/${plan.id}`, { method: "PATCH", body: { name } }), true);
    if (done !== null) await this.read(this.day, this.fleet);
    return done !== null;
  }

  async remove(plan) {
    const done = await this.tried(() => this.ask(`/plans/${plan.id}`, { method: "DELETE" }), true);
    if (done === null) return false;
    this.desk.planId = this.desk.planId === plan.id ? 0 : this.desk.planId;
    await this.read(this.day, this.fleet);
    this.desk.say(`${plan.name} was deleted.`);
    return true;
  }

  /** What publishing would do now: `{version, rows}`. */
  forecast() {
    return this.ask(`/plans/${this.desk.planId}/publication`);
  }

  /** Publishing takes its time: `acting` says what is under way, for as long as it is. */
  async act(path, version = this.desk.board.version) {
    if (this.acting) return null;
    this.acting = path;
    this.tell();
    try {
      return await this.acted(path, version);
    } finally {
      this.acting = "";
      this.tell();
    }
  }

  async acted(path, version) {
    const { id } = this.desk.board;
    const done = await this.tried(() => this.ask(`/plans/${id}/${path}`, { method: "POST", version }));
    if (done === null) return null;
    this.desk.edits.read(readBoard(done.plan));
    await this.read(this.day, this.fleet, id);
    const refused = done.rows.some(({ what }) => what === "refused");
    this.desk.say(newsText(done.rows, path), { tone: refused ? "problem" : "done" });
    return done;
  }

  /** As it was foreseen: nothing is published when the plan has changed since. */
  publish = (version) => this.act("publish", version);

  recall = () => this.act("recall");

  /** Takes one route back from its driver; the plan keeps its row. */
  async recallRoute({ route_id: id }, name) {
    const { planId } = this.desk;
    const done = await this.tried(() => this.ask(`/routes/${id}/recall`, { method: "POST" }), true);
    if (done === null) return;
    await this.read(this.day, this.fleet, planId);
    await this.desk.open(planId, { again: true });
    this.desk.say(`The route of ${name} was taken back.`);
  }

  async saveTemplate(row, name, weekdays) {
    const made = await this.tried(() => this.ask("/route_templates/from", { method: "POST", once: true, body: { plan_id: this.desk.planId, row: row.key, name, weekdays } }));
    if (made) this.desk.say(`${name} was saved as a template.`);
  }

  /** Templates whose names contain the words. */
  templates(words) {
    return this.ask("/route_templates", { query: { q: words, fleet_id: this.fleet || "", limit: MOST_TEMPLATES } });
  }

  async useTemplate(id, name) {
    const { planId } = this.desk;
    const used = await this.tried(() => this.ask(`/route_templates/${id}/use`, { method: "POST", body: { date: this.day, plan_id: planId } }));
    if (!used) return;
    await this.desk.open(planId, { again: true });
    this.desk.say(`${name}: ${counted(used.delivery_ids.length, "delivery", "deliveries")} ${used.made ? "made and put" : "put"} on a route.`, { undo: Boolean(this.desk.board?.undo) });
  }

  compare(other) {
    return this.ask(`/plans/${this.desk.planId}/compare/${other}`);
  }

  // `empty`: an answer without data is one as well.
  async tried(act, empty = false) {
    try {
      return (await act()) ?? (empty ? {} : null);
    } catch (error) {
      this.desk.say(error.message, { tone: "problem" });
      if (error.stale) await this.desk.open(this.desk.planId, { again: true });
      return null;
    }
  }

  // The optimiser

  async optimise(mode, seconds) {
    if (this.busy) return;
    const { planId } = this.desk;
    this.job = { plan_id: planId, mode, seconds, state: "queued", curve: [] };
    this.tell();
    const job = await this.tried(() => this.ask(`/plans/${planId}/optimise`, { method: "POST", body: { mode, seconds } }));
    if (!job) return this.forget();
    return this.watch({ ...job, mode });
  }

  get busy() {
    return Boolean(this.job && !this.job.over);
  }

  async watch(job) {
    this.job = { curve: [], ...this.job, ...job };
    const { id } = this.job;
    this.tell();
    await this.hear(id);
    if (this.job?.id === id && !this.job.over) await this.poll(id);
    if (this.job?.id === id) await this.finish();
  }

  // As it happens, as long as the socket serves.
  async hear(id) {
    this.feed?.stop();
    const feed = this.follow(id, (told) => {
      if (this.job?.id !== id) return true;
      this.take(told);
      return this.job.over;
    });
    this.feed = feed;
    await feed.ended;
    if (this.feed === feed) this.feed = null;
  }

  async poll(id) {
    let failures = 0;
    while (this.job?.id === id) {
      try {
        this.take(await this.ask(`/plan_jobs/${id}`));
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures > 5 && this.job?.id === id) this.take({ state: "failed", message: error.message });
      }
      if (this.job?.id !== id || this.job.over) break;
      await new Promise((done) => setTimeout(done, ASK_MS));
    }
  }

  async finish() {
    const { plan_id: planId, result_plan_id: other } = this.job;
    if (this.desk.planId === planId) await this.read(this.day, this.fleet, other ?? planId);
    if (this.desk.planId === planId) await this.desk.open(planId, { again: true });
    // Whoever looks at another plan by now is told, but takes back nothing of that one.
    const board = this.desk.planId === planId ? this.desk.board : null;
    this.desk.say(jobText(this.job, board), { tone: this.job.failed ? "problem" : "done", undo: !this.job.failed && Boolean(board?.undo) });
    this.tell();
  }

  take(told) {
    const { state } = told;
    this.job = { ...this.job, ...told, over: OVER.has(state), failed: state === "failed" };
    this.tell();
  }

  async stop() {
    if (!this.job?.id) return;
    this.job = { ...this.job, stopping: true };
    this.tell();
    await this.tried(() => this.ask(`/plan_jobs/${this.job.id}/stop`, { method: "POST" }), true);
  }

  forget() {
    this.feed?.stop();
    this.job = null;
    this.tell();
  }
}

/** Whether there is something to publish, and nothing of the kind is under way. */
export const isPublishable = ({ changed, published_at: at }, life) => !life.acting && (changed || !at);

/** When to read again: soon after another plan's version, calmly while things are on the road. */
class News {
  constructor(life) {
    this.life = life;
  }

  plans() {
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.life.again(), SOON_MS);
  }

  others() {
    this.calm ??= setTimeout(() => {
      this.calm = null;
      const { desk } = this.life;
      if (desk.board && !desk.edits.busy && !desk.drag && !this.life.busy) desk.open(desk.planId, { again: true });
    }, CALM_MS);
  }

  stop() {
    clearTimeout(this.soon);
    clearTimeout(this.calm);
    this.calm = null;
  }
}

const DEEDS = { published: "published", changed: "changed", removed: "taken back", recalled: "taken back" };

/** What publishing, or taking back, did: "12 routes published, 1 changed. Van 6 needs a driver." */
export function newsText(rows, path) {
  const counts = new Map();
  for (const { what } of rows) if (DEEDS[what]) counts.set(DEEDS[what], (counts.get(DEEDS[what]) ?? 0) + 1);
  const done = [...counts].map(([deed, count], i) => `${i ? count : counted(count, "route")} ${deed}`).join(", ");
  const refused = rows.filter(({ what }) => what === "refused").map(({ driver, vehicle, words }) => `${driver || vehicle} ${words}`);
  const more = refused.length > 3 ? [...refused.slice(0, 3), `and ${refused.length - 3} more stayed behind`] : refused;
  const none = path === "publish" ? "Nothing had to be published" : "Nothing had to be taken back";
  return [`${done || none}.`, ...more.map((text) => `${text}.`)].join(" ");
}

/** How many will be left out, as the plan will count them: those as well that the run was not given,
 * such as what is wanted on another day. */
export function leftOut(job, board) {
  const { rows = [], tray = [] } = board ?? {};
  const open = rows.reduce((sum, { stops }) => sum + stops.filter(({ pickup, done }) => !pickup && !done).length, 0);
  const others = open + tray.length - job.planned - job.left;
  return job.left + Math.max(0, Math.min(tray.length, others));
}

export function jobText(job, board) {
  if (job.failed) return job.message || "The plan could not be worked out. Please try again.";
  if (job.result_plan_id && !job.applied) return "The plan was changed while it was worked on: the result is a plan of its own.";
  const { totals } = board ?? {};
  if (!totals) return "The plan is ready.";
  const left = totals.left ? `, ${counted(totals.left, "delivery", "deliveries")} could not be placed` : "";
  const wrong = totals.problems ? `, ${counted(totals.problems, "problem")} left` : "";
  const lead = job.state === "stopped" ? "Stopped: the best so far was kept," : "The plan is ready:";
  return `${lead} ${counted(totals.stops, "stop")} on ${counted(totals.rows, "route")}${left}${wrong}.`;
}

/** The best cost over time as the path of a small chart of `width` by `height`, from the first plan
 * until `now`; "" before there are two. */
export function progressPath(points, width, height, now = 0) {
  const known = points.filter(([, cost]) => Number.isFinite(cost));
  if (known.length < 2) return "";
  const first = known[0][0];
  if (now > known.at(-1)[0]) known.push([now, known.at(-1)[1]]);
  const length = known.at(-1)[0] - first || 1;
  const costs = known.map(([, cost]) => cost);
  const [low, high] = [Math.min(...costs), Math.max(...costs)];
  const x = (s) => ((s - first) / length) * width;
  const y = (cost) => (high === low ? height / 2 : height - 2 - ((cost - low) / (high - low)) * (height - 4));
  // It stays at its best until something better is found.
  const parts = known.map(([s, cost], i) => (i ? `H${x(s).toFixed(1)}V${y(cost).toFixed(1)}` : `M${x(s).toFixed(1)} ${y(cost).toFixed(1)}`));
  return parts.join("");
}

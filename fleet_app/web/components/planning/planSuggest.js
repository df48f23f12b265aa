// What can be done about a disruption: offers of the server, what they change in words, and the
// answers to them. No DOM.

import { distanceText } from "../../history/sources/moments.js";
import { counted, moneyText, stopsText, upText } from "./planWords.js";

const SOON_MS = 300;
const TEXTS = {
  dismiss: "Dismissed: everything stays as it is.",
  undo: "Taken back: what is not done yet is where it was before.",
};

/** The offers that hold at a moment, and those that were taken and can be taken back then. */
export function sorted(list, now) {
  const open = list.filter(({ status, expires_at: until }) => status === "open" && Date.parse(until) > now);
  return { open, taken: list.filter(({ status, undo_until: until }) => status === "accepted" && (!until || Date.parse(until) > now)) };
}

/** "2 suggestions"; when only taken ones are left, that. */
export const badgeText = ({ open, taken }) => (open.length || !taken.length ? counted(open.length, "suggestion") : "Suggestions");

/** What it costs, drives and delays more or less: `{text, better}`, better 1, worse -1. */
export function effects(effect, currency) {
  const of = (value, least, text, more, less) => (Math.abs(value ?? 0) < least ? [] : [{ text: `${text(Math.abs(value))} ${value > 0 ? more : less}`, better: -Math.sign(value) }]);
  const money = currency ? of(effect.cost, 0.005, (amount) => moneyText(amount, currency), "more", "less") : [];
  const found = [...money, ...of(effect.distance_m, 100, distanceText, "more", "less"), ...of(effect.late_s, 60, upText, "later", "less late")];
  if (effect.left_out > 0) found.push({ text: `${stopsText(effect.left_out)} without a place`, better: -1 });
  return found.length ? found : [{ text: "As far and as punctual as before", better: 0 }];
}

/** Who hands which stops to whom: `{from, to, numbers, fetched}`, those of the same two together;
 * `fetched` names the vehicle in which the goods are. */
export function handovers(moves) {
  const found = new Map();
  for (const { from_row: from, to_row: to, number, fetch } of moves) {
    const key = JSON.stringify([from, to, fetch?.vehicle]);
    if (!found.has(key)) found.set(key, { key, from: from || "Unassigned", to, fetched: fetch?.vehicle ?? "", numbers: [] });
    found.get(key).numbers.push(number);
  }
  return [...found.values()];
}

/** What accepting it did. */
export function doneText({ moves }) {
  if (!moves.length) return "The stops are in their new order. The driver sees it now.";
  const takers = [...new Set(moves.map(({ to_row: to }) => to))];
  const names = takers.length > 1 ? `${takers.slice(0, -1).join(", ")} and ${takers.at(-1)}` : takers[0];
  return `${stopsText(moves.length)} moved to ${names}. The drivers see it now.`;
}

/** The offers for the day on the screen, and what somebody answers. */
export class Suggestions {
  constructor(desk, { ask }) {
    Object.assign(this, { desk, ask, list: [], deciding: 0, fleet: 0, on: false, round: 0, made: 0 });
  }

  /** Offers are about what is driven now: other days have none. */
  async follow(on, fleet) {
    if (fleet !== this.fleet || !on) this.list = [];
    Object.assign(this, { on, fleet, known: null });
    this.tell();
    await this.read();
  }

  tell() {
    this.desk.tell("suggestions");
  }

  /** Soon again: there is news. */
  news() {
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.read(), SOON_MS);
  }

  stop() {
    clearTimeout(this.soon);
    this.round += 1;
  }

  async read() {
    this.round += 1;
    const { round } = this;
    if (!this.on) return;
    try {
      const list = await this.ask("/suggestions", { query: { fleet_id: this.fleet || "" } });
      if (round !== this.round) return;
      this.list = list;
    } catch {
      return; // those that are known stay; the next news reads again
    }
    this.announce();
    this.tell();
  }

  // Who listens hears of what came while the page was open.
  announce() {
    const { open } = sorted(this.list, Date.now());
    const fresh = this.known ? open.filter(({ id }) => !this.known.has(id)) : [];
    this.known = new Set(this.list.map(({ id }) => id));
    if (fresh.length) this.desk.whisper(fresh.length === 1 ? `A suggestion: ${fresh[0].words}` : `${fresh.length} new suggestions`);
  }

  /** Says that the vehicle of a row is out: what can be done about it is among the offers then. */
  async report({ vehicle_id: id, vehicle }) {
    if (!this.desk.may.has("update")) return;
    try {
      const made = await this.ask("/suggestions", { method: "POST", body: { kind: "vehicle_down", vehicle_id: id } });
      if (!made) return this.desk.say(`No other vehicle has room and time for the stops of ${vehicle}. Move them by hand, or take them off.`, { tone: "problem" });
      // Tours of the night are driven on a day that is over.
      Object.assign(this, { on: true, made: made.id, list: [made, ...this.list.filter((one) => one.id !== made.id)] });
      this.known = new Set(this.list.map((one) => one.id));
      this.desk.whisper(`A suggestion: ${made.words}`);
      this.tell();
    } catch (error) {
      this.desk.say(error.message, { tone: "problem" });
    }
  }

  /** Opens the offers where one was made for somebody who asked. */
  show() {
    if (!this.made) return;
    this.made = 0;
    requestAnimationFrame(() => this.reveal?.());
  }

  /** Accepts, dismisses or takes back (`accept`, `dismiss`, `undo`) one of them. */
  async decide(one, what) {
    if (this.deciding || !this.desk.may.has("update")) return false;
    this.deciding = one.id;
    this.tell();
    let done = null;
    try {
      done = await this.ask(`/suggestions/${one.id}/${what}`, { method: "POST" });
      this.list = this.list.map((other) => (other.id === done.id ? done : other));
      this.desk.say(TEXTS[what] ?? doneText(done), { undo: what === "accept" && (() => this.decide(done, "undo")) });
    } catch (error) {
      this.desk.say(error.message, { tone: "problem" });
    }
    this.deciding = 0;
    this.tell();
    await this.read();
    if (done && what !== "dismiss" && this.desk.board && !this.desk.edits.busy) await this.desk.open(this.desk.planId, { again: true });
    return Boolean(done);
  }
}

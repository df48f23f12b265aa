// Steps on their way to the server, one after the other; what is shown is the guess of them all.

import { guessed } from "./planGuess.js";
import { readBoard } from "./planBoard.js";
import { effectText } from "./planWords.js";

const STALE = "Somebody else changed this plan. It was loaded again; your last step was not made.";

export class Edits {
  constructor(desk) {
    this.desk = desk;
    this.clear();
  }

  clear() {
    this.round = (this.round ?? 0) + 1;
    this.waiting = [];
    this.running = false;
    this.known = null;
  }

  get busy() {
    return this.waiting.length > 0;
  }

  /** The server's board came in, older or newer: the newest counts. */
  read(board) {
    if (this.known?.id === board.id && board.version < this.known.version) return;
    this.known = board;
    this.repaint();
  }

  repaint() {
    this.desk.show(this.waiting.reduce((shown, { step }) => (step ? guessed(shown, step) : shown), this.known));
  }

  /** One more step; it is seen at once. */
  add(step, words = "") {
    this.waiting.push({ step, words, path: "edits" });
    this.repaint();
    this.run();
  }

  /** Undo, redo: only the server knows what comes of it. */
  back(path, words) {
    this.waiting.push({ step: null, words, path });
    this.repaint();
    this.run();
  }

  async run() {
    if (this.running) return;
    const { round } = this;
    this.running = true;
    while (this.waiting.length && round === this.round) await this.next(round);
    if (round === this.round) this.running = false;
  }

  async next(round) {
    const { desk } = this;
    const [{ step, words, path }] = this.waiting;
    const before = this.known;
    const { id, version } = before;
    const body = step ? { edit: step } : undefined;
    try {
      const board = readBoard(await desk.ask(`/plans/${id}/${path}`, { method: "POST", body, version }));
      if (round !== this.round) return;
      this.waiting.shift();
      this.known = board;
      this.repaint();
      if (words) desk.say(sentence(typeof words === "function" ? words(board) : words, effectText(before, board)), { undo: path === "edits" && Boolean(board.undo) });
    } catch (error) {
      if (round === this.round) await this.failed(error);
    }
  }

  // Nothing of what came after makes sense any more.
  async failed(error) {
    const { desk } = this;
    this.waiting = [];
    this.repaint();
    if (error.stale) {
      const { planId } = desk;
      await desk.open(planId, { again: true });
      if (planId === desk.planId) desk.say(STALE, { tone: "problem" });
    } else desk.say(error.message, { tone: "problem" });
  }
}

const sentence = (words, effect) => (effect ? `${words}: ${effect}.` : `${words}.`);

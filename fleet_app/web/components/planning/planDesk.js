// What the parts of the planning page share: the plan, what is chosen, pointed at and dragged.

import { deliveryOf, readBoard, rowName } from "./planBoard.js";
import { inOrder } from "./planPick.js";
import { Edits } from "./planEdits.js";
import { idsText, movedText } from "./planWords.js";

const NOTE_MS = 9000;
const SHAPES_MS = 350;

export class PlanDesk {
  constructor(ask) {
    this.ask = ask;
    this.heard = new Set();
    this.turns = {};
    this.edits = new Edits(this);
    this.clear();
  }

  clear() {
    clearTimeout(this.shaping);
    clearTimeout(this.noting);
    this.edits.clear();
    Object.assign(this, {
      planId: 0, board: null, loading: false, problem: "", may: new Set(), zone: "UTC",
      chosen: new Set(), anchor: null, hover: null, drag: null, drop: null, folded: new Set(), focus: "",
      shapes: new Map(), note: null, said: "", live: false, map: null, boxing: false, adding: false, trouble: null, isToday: false,
    });
  }

  // Hearing of changes

  /** Calls `hear(kind)` for every change: board, pick, hover, drag, note, shapes, view. */
  subscribe = (hear) => {
    this.heard.add(hear);
    return () => this.heard.delete(hear);
  };

  tell(kind) {
    this.turns[kind] = (this.turns[kind] ?? 0) + 1;
    for (const hear of [...this.heard]) hear(kind);
  }

  /** A number that moves with every change of these kinds, for React. */
  turnOf(...kinds) {
    return kinds.reduce((sum, kind) => sum + (this.turns[kind] ?? 0), 0);
  }

  // The plan

  /** Shows another plan, or the same one anew (`again`). */
  async open(planId, { again = false } = {}) {
    if (planId === this.planId && this.board && !again) return;
    if (planId !== this.planId) {
      this.edits.clear();
      clearTimeout(this.shaping);
      Object.assign(this, { planId, board: null, problem: "", chosen: new Set(), anchor: null, hover: null, focus: "", shapes: new Map(), shapesOf: null, folded: new Set(), boxing: false, adding: false, trouble: null });
    }
    if (!planId) return this.tell("board");
    this.loading = true;
    this.tell("board");
    try {
      const data = await this.ask(`/plans/${planId}`);
      if (planId !== this.planId) return;
      this.loading = false;
      this.edits.read(readBoard(data));
    } catch (error) {
      if (planId !== this.planId) return;
      Object.assign(this, { loading: false, problem: this.board ? "" : error.message });
      if (this.board) this.say(error.message, { tone: "problem" });
      this.tell("board");
    }
  }

  /** What is shown now: the server's word, and on top of it what is under way. */
  show(board) {
    const known = (id) => board.where.has(id);
    this.board = board;
    this.zone = board.zone || this.zone;
    if ([...this.chosen].some((id) => !known(id))) this.chosen = new Set([...this.chosen].filter(known));
    if (this.hover?.id && !known(this.hover.id)) this.hover = null;
    if (this.focus && !board.rowOf.has(this.focus)) this.focus = "";
    this.tell("board");
    this.shapeSoon();
  }

  /** A step of hand: shown at once, and said when the server has worked it out. */
  edit(step, words) {
    if (!this.board || !this.may.has("update")) return false;
    this.edits.add(step, words);
    return true;
  }

  move(deliveries, { row, place = null }, words) {
    const going = inOrder(this.board, deliveries);
    if (!going.length || (row && !this.board.rowOf.has(row))) return false;
    if (this.stays(going, row, place)) return false;
    return this.edit({ do: "move", deliveries: [...new Set(going.map(deliveryOf))], to: row ?? "", place }, words);
  }

  /** The same, said in words. */
  moveTo(ids, target) {
    return this.move(ids, target, (board) => movedText(board, ids, target.row));
  }

  lock(ids, held) {
    const deliveries = [...new Set(ids.map(deliveryOf))];
    return this.edit({ do: "lock", deliveries, level: held ? "stop" : "" }, held ? `${idsText(ids)} locked` : `${idsText(ids)} free again`);
  }

  // Whether a move would leave everything where it is.
  stays(going, row, place) {
    const own = going.map((id) => this.board.where.get(id));
    if (!row) return own.every((at) => !at.row);
    if (place === null || own.some((at) => at.row?.key !== row)) return false;
    const places = own.map((at) => at.place);
    const inOne = places.every((one, i) => one === places[0] + i);
    return inOne && place >= places[0] && place <= places.at(-1) + 1;
  }

  // The real roads, a moment after the last change

  shapeSoon() {
    clearTimeout(this.shaping);
    if (this.edits.busy || !this.board || this.board.version === this.shapesOf) return;
    this.shaping = setTimeout(() => this.readShapes(), SHAPES_MS);
  }

  async readShapes() {
    const { planId, board } = this;
    if (!board) return;
    try {
      const shapes = await this.ask(`/plans/${planId}/shapes`);
      if (this.board?.id !== board.id || this.board.version !== board.version) return;
      this.shapesOf = board.version;
      this.shapes = new Map(board.rows.filter(({ key }) => shapes[key]).map((row) => [row.key, { line: shapes[row.key], stops: signOf(row) }]));
      this.tell("shapes");
    } catch {
      this.shapesOf = board.version; // straight lines do as well
    }
  }

  /** The road of a row as it is now; null while it is not known. */
  shapeOf(row) {
    const known = this.shapes.get(row.key);
    return known && known.stops === signOf(row) ? known.line : null;
  }

  // Choosing, pointing, dragging

  choose({ chosen, anchor }) {
    this.chosen = chosen;
    if (anchor !== undefined) this.anchor = anchor;
    if (!chosen.size) this.adding = false;
    this.tell("pick");
  }

  /** Whether the next drag draws a box around stops, wherever it is made. */
  setBoxing(boxing) {
    if (boxing === this.boxing) return;
    this.boxing = boxing;
    this.tell("view");
  }

  /** Whether every tap chooses one more, as there is no key to hold down. */
  setAdding(adding) {
    this.adding = adding;
    if (adding) this.whisper(`${idsText(this.chosen)} chosen; tap others to choose them as well`);
    this.tell("pick");
  }

  chooseNothing() {
    this.choose({ chosen: new Set(), anchor: null });
  }

  point(hover) {
    if (hover?.id === this.hover?.id && hover?.row === this.hover?.row && hover?.from === this.hover?.from) return;
    this.hover = hover;
    this.tell("hover");
  }

  /** Brings a stop, or with `id` 0 a row, into view in the list, on the timeline and on the map. */
  seek({ row, id }, { take = false } = {}) {
    this.reveal?.(id, { row, take });
    this.revealTime?.({ row, id });
    this.map?.bring(id ? [id] : this.board.rowOf.get(row)?.stops.map((stop) => stop.id) ?? []);
  }

  setFocus(key) {
    this.focus = this.focus === key ? "" : key;
    this.tell("view");
  }

  setLive(live) {
    this.live = live;
    this.tell("view");
  }

  fold(key, folded = !this.folded.has(key)) {
    const after = new Set(this.folded);
    if (folded) after.add(key);
    else after.delete(key);
    this.folded = after;
    this.tell("view");
  }

  foldAll(folded) {
    this.folded = new Set(folded ? this.board.rows.map(({ key }) => key) : []);
    this.tell("view");
  }

  setDrag(drag) {
    this.drag = drag;
    if (!drag) this.drop = null;
    this.tell("drag");
  }

  setDrop(drop) {
    if (drop?.row === this.drop?.row && drop?.place === this.drop?.place) return;
    this.drop = drop;
    this.tell("drag");
  }

  // Words

  /** Says something at the lower edge, and to those who listen; `undo` offers the plan's own, or
   * is what takes it back. */
  say(text, { tone = "done", undo = false } = {}) {
    this.said = text;
    this.note = { text, tone, undo };
    clearTimeout(this.noting);
    this.noting = setTimeout(() => this.hush(), NOTE_MS);
    this.tell("note");
  }

  /** Only to those who listen. */
  whisper(text) {
    this.said = text;
    this.tell("note");
  }

  hush() {
    if (!this.note) return;
    this.note = null;
    this.tell("note");
  }

  nameOf(key) {
    const row = this.board?.rowOf.get(key);
    return row ? rowName(row) : "Unassigned";
  }
}

const signOf = (row) => row.stops.map(({ id }) => id).join();


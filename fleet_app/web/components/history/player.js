// The clock of the past: one moment for everything on the page, moved by one animation loop.
// Frames never pass through React; parts of the page listen and draw themselves.

export const RATES = [1, 2, 5, 10, 20, 30, 60];
const STEP_MS = 10_000;
const LONG_STEP_MS = 60_000;
const NEAR_MS = 1500;

const browserLoop = {
  now: () => performance.now(),
  request: (call) => requestAnimationFrame(call),
  cancel: (id) => cancelAnimationFrame(id),
};

export class Player {
  constructor(loop = browserLoop) {
    Object.assign(this, { loop, from: 0, to: 0, ms: 0, rate: 10, playing: false, skipping: true, newest: 0, following: false });
    this.marks = [];
    this.dull = [];
    this.frames = new Set();
    this.watchers = new Set();
    this.pending = null;
    this.tick = this.tick.bind(this);
  }

  /** Calls `draw(ms)` for every new moment; returns how to stop. */
  onFrame(draw) {
    this.frames.add(draw);
    draw(this.ms);
    return () => this.frames.delete(draw);
  }

  /** Calls `changed()` when it plays, stops or plays at another pace; returns how to stop. */
  watch(changed) {
    this.watchers.add(changed);
    return () => this.watchers.delete(changed);
  }

  /** Another period: `marks` are moments to jump to, `dull` the spans where nothing moves. */
  load({ from, to, at = from, marks = [], dull = [], newest = to }) {
    this.pause();
    Object.assign(this, { from, to, marks, dull, newest });
    this.seek(at);
  }

  /** More is known of the same period: the moment stays, unless the newest is followed. */
  grow({ from, to, marks, dull, newest }) {
    Object.assign(this, { from, to, marks, dull, newest });
    this.move(this.following ? newest : this.ms);
  }

  /** Goes to the newest moment, and along with it as more becomes known; or no longer. */
  follow(following) {
    this.pause();
    this.setFollowing(following);
    if (following) this.move(this.newest);
  }

  setFollowing(following) {
    if (this.following === following) return;
    this.following = following;
    this.tell();
  }

  /** Goes to a moment: who does so follows the newest no longer. */
  seek(ms) {
    this.setFollowing(false);
    this.move(ms);
  }

  move(ms) {
    this.ms = Math.min(this.to, Math.max(this.from, ms));
    this.draw();
  }

  setRate(rate) {
    this.rate = Math.min(RATES.at(-1), Math.max(RATES[0], rate));
    this.tell();
  }

  setSkipping(skipping) {
    this.skipping = skipping;
    this.tell();
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    if (this.playing || this.to <= this.from) return;
    if (this.ms >= this.to) this.seek(this.from);
    this.playing = true;
    this.before = this.loop.now();
    this.pending = this.loop.request(this.tick);
    this.tell();
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    this.loop.cancel(this.pending);
    this.tell();
  }

  tick() {
    if (!this.playing) return;
    const now = this.loop.now();
    // After a while in the background the past does not leap.
    const passed = Math.min(250, now - this.before);
    this.before = now;
    this.seek(this.skipped(this.ms + passed * this.rate));
    if (this.ms >= this.to) this.pause();
    else this.pending = this.loop.request(this.tick);
  }

  // What stands still is passed over, when that is wanted.
  skipped(ms) {
    if (!this.skipping) return ms;
    const span = this.dull.find(([from, to]) => from <= ms && ms < to);
    return span ? span[1] : ms;
  }

  step(direction, far = false) {
    this.seek(this.ms + direction * (far ? LONG_STEP_MS : STEP_MS));
  }

  /** To the next (1) or the previous (-1) mark; returns it, or null when there is none. */
  jump(direction) {
    const later = (mark) => mark.ms > this.ms + 1;
    const earlier = (mark) => mark.ms < this.ms - (this.playing ? NEAR_MS * this.rate : 1);
    const found = direction > 0 ? this.marks.find(later) : this.marks.findLast(earlier);
    if (found) this.seek(found.ms);
    return found ?? null;
  }

  draw() {
    for (const draw of this.frames) draw(this.ms);
  }

  tell() {
    for (const changed of this.watchers) changed();
  }

  close() {
    this.pause();
    this.frames.clear();
    this.watchers.clear();
  }
}

const MOVES = {
  " ": (player) => player.toggle(),
  ArrowLeft: (player, event) => (event.ctrlKey || event.metaKey ? player.jump(-1) : player.step(-1, event.shiftKey)),
  ArrowRight: (player, event) => (event.ctrlKey || event.metaKey ? player.jump(1) : player.step(1, event.shiftKey)),
  Home: (player) => player.seek(player.from),
  End: (player) => player.seek(player.to),
  "[": (player) => player.jump(-1),
  "]": (player) => player.jump(1),
};
const WRITES = "input:not([type=range]):not([type=checkbox]), textarea, select, [contenteditable=true], [role=combobox], .maplibregl-canvas, [popover]:popover-open";
const PRESSES = "button, a, summary, input[type=checkbox]";

/** What a key means to the player; whether it meant something. Keys of other controls are theirs. */
export function playKey(player, event) {
  const move = MOVES[event.key];
  if (!move || event.altKey || event.defaultPrevented || event.target?.closest?.(WRITES)) return false;
  if (event.key === " " && event.target?.closest?.(PRESSES)) return false;
  event.preventDefault();
  move(player, event);
  return true;
}

// The text of a field that owns it while somebody types: the page hears of it, and answers late.
// No framework needed.

export const PAUSE_MS = 200;
const LATE_MS = 10_000;
const asItIs = (text) => text;

/** Decides what the field shows and what the page is told. `show` and `tell` do it. */
export class OwnText {
  constructor(value, { show, tell, tidy = asItIs, now = () => performance.now() }) {
    Object.assign(this, { value, show, tell, tidy, now });
    this.last = value; // what the page has or will have, as far as we know
    this.text = value;
    this.sent = []; // told to the page, which has not answered yet
    this.sentAt = 0;
    this.unsent = false;
    this.focused = false;
    this.settled = true;
    this.timer = 0;
  }

  /** Somebody typed; the page hears of it after a pause. */
  typed(text, pause = PAUSE_MS) {
    this.text = text;
    this.unsent = true;
    this.show(text);
    this.drop();
    if (pause > 0) this.timer = setTimeout(() => this.flush(), pause);
    else this.flush();
  }

  /** Tell the page now. Not while it is opening: that would be overwritten by what it opens with. */
  flush() {
    this.drop();
    if (!this.unsent || !this.settled) return;
    this.unsent = false;
    const words = this.tidy(this.text);
    if (words === this.last) return;
    this.last = words;
    this.sent.push(words);
    this.sentAt = this.now();
    this.tell(words);
  }

  /** The page has another value: an answer to us, or something that it chose itself. */
  take(value) {
    if (value === this.value) return;
    this.value = value;
    if (!this.focused && this.now() - this.sentAt > LATE_MS) this.sent = [];
    const at = this.sent.indexOf(value);
    if (at >= 0) {
      this.sent.splice(0, at + 1); // those before it will not come any more
      return;
    }
    this.last = this.sent.length ? null : value;
    // What is being typed is newer, and will be told.
    if (this.unsent || (this.focused && this.sent.length)) return;
    this.sent = [];
    this.last = value;
    this.text = value;
    this.show(value);
  }

  /** Whether the page has been opened completely. */
  settle(settled) {
    this.settled = settled;
    if (settled) this.flush();
  }

  focus() {
    this.focused = true;
  }

  blur() {
    this.focused = false;
    this.flush();
  }

  drop() {
    clearTimeout(this.timer);
  }
}

// Which records are selected: by id, so that scrolling, sorting and reloading cannot lose any.

export class Selection {
  constructor(ids = []) {
    this.ids = new Set(ids);
    this.anchor = null;
    this.all = false; // everything in the list, read or not
  }

  get size() {
    return this.ids.size;
  }

  has(id) {
    return this.all || this.ids.has(id);
  }

  /** From everything to the rows that are known, of which some can be taken out. */
  settle(ids) {
    if (!this.all) return;
    this.all = false;
    this.ids = new Set(ids);
  }

  list() {
    return [...this.ids];
  }

  /** Select exactly these; whether that changed anything. */
  replace(ids) {
    const wanted = new Set(ids);
    const same = wanted.size === this.ids.size && [...wanted].every((id) => this.ids.has(id));
    this.ids = wanted;
    if (wanted.size === 0) this.anchor = null;
    return !same;
  }

  /** Select or unselect one record, which a range can then start from. */
  toggle(id, index) {
    const on = !this.ids.has(id);
    if (on) this.ids.add(id);
    else this.ids.delete(id);
    this.anchor = { index, on };
  }

  /** The range from the last single choice to `index`, or null without one. */
  rangeTo(index) {
    return this.anchor === null ? null : { from: this.anchor.index, to: index };
  }

  /** Give all of `ids` the state that the start of the range got. */
  extend(ids) {
    for (const id of ids) {
      if (this.anchor?.on ?? true) this.ids.add(id);
      else this.ids.delete(id);
    }
  }

  /** Select all of `ids`, or none when all are selected already. */
  toggleAll(ids) {
    if (this.stateOf(ids) === "all") for (const id of ids) this.ids.delete(id);
    else for (const id of ids) this.ids.add(id);
    this.anchor = null;
  }

  /** "all", "some" or "none" of `ids` are selected. */
  stateOf(ids) {
    const count = ids.filter((id) => this.has(id)).length;
    if (count === 0) return this.ids.size > 0 ? "some" : "none";
    return count === ids.length ? "all" : "some";
  }

  clear() {
    this.ids.clear();
    this.anchor = null;
  }
}

// Dragging stops between list, timeline, map and tray: with the mouse at once, by touch after a moment
// of holding still, so that a finger can scroll as well. A surface says what lies under the pointer;
// the desk knows where they would go.

const FAR = 4;
const STILL = 10; // a finger is never quite still
const HOLD_MS = 350;
const EDGE = 44;
const PACE = 14;
const AFTER_MS = 50;

/** The click that ends a drag or a box chooses nothing. */
export function swallowClick() {
  const swallow = (event) => event.stopPropagation();
  window.addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => window.removeEventListener("click", swallow, { capture: true }), AFTER_MS);
}

/** Brings more of a scrolled element into view while the pointer is near an edge of it. */
export function scrolledBy(element, { clientX: x, clientY: y }) {
  const box = element.getBoundingClientRect();
  if (x < box.left || x > box.right || y < box.top || y > box.bottom) return 0;
  const before = element.scrollTop;
  const reach = Math.min(EDGE, box.height / 5);
  // The nearer to the edge, the faster.
  const depth = Math.max(0, 1 - (y - box.top) / reach) - Math.max(0, 1 - (box.bottom - y) / reach);
  element.scrollTop -= Math.sign(depth) * Math.ceil(Math.abs(depth) * PACE);
  return element.scrollTop - before;
}

export class Dragging {
  constructor(desk, { drop }) {
    Object.assign(this, { desk, onDrop: drop, surfaces: new Map(), ghost: null, from: null });
    for (const name of ["move", "up", "end", "key", "still", "menu"]) this[name] = this[name].bind(this);
  }

  /** `at(x, y)` tells where a drop on the element goes: `{row, place}`, `{row: ""}` or null. */
  add(element, at, scrolls = null) {
    this.surfaces.set(element, { at, scrolls });
    // It has to be there before the finger is: some browsers ask no other.
    element.addEventListener("touchmove", this.still, { passive: false });
    return () => {
      this.surfaces.delete(element);
      element.removeEventListener("touchmove", this.still);
    };
  }

  /** The button, or a finger, went down on a stop. */
  grab(event, id) {
    const { desk } = this;
    if (event.button !== 0 || event.isPrimary === false || event.shiftKey || desk.boxing || !desk.may.has("update")) return;
    this.end();
    const touch = event.pointerType === "touch" || event.pointerType === "pen";
    this.from = { x: event.clientX, y: event.clientY, id, touch, far: false, pointer: event.pointerId, target: event.target };
    this.last = event;
    if (touch) this.holding = setTimeout(() => this.begin(), HOLD_MS);
    this.hear("addEventListener");
  }

  hear(how) {
    window[how]("pointermove", this.move);
    window[how]("pointerup", this.up);
    window[how]("pointercancel", this.end);
    window[how]("keydown", this.key, true);
    window[how]("contextmenu", this.menu, true);
    // The line may leave the page while its list is scrolled, and is touched all the same.
    this.from?.target?.[how]?.("touchmove", this.still, { passive: false });
  }

  // While something is dragged nothing scrolls below the finger.
  still(event) {
    if (this.desk.drag && event.cancelable) event.preventDefault();
  }

  // Holding still asks for no menu of the browser.
  menu(event) {
    if (this.from?.touch) event.preventDefault();
  }

  move(event) {
    const { from } = this;
    if (!from || event.pointerId !== from.pointer) return;
    const far = Math.hypot(event.clientX - from.x, event.clientY - from.y);
    this.last = event;
    if (!this.desk.drag) {
      if (from.touch) return void (far > STILL && this.end()); // this finger scrolls
      if (far < FAR) return;
      this.begin();
    }
    from.far ||= far > STILL || !from.touch;
    event.preventDefault();
    if (this.frame) return;
    // Several moves come within one frame.
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      if (this.desk.drag) this.follow(this.last.clientX, this.last.clientY);
    });
  }

  begin() {
    const { desk, from: { id, touch, x, y } } = this;
    if (!desk.chosen.has(id)) desk.choose({ chosen: new Set(desk.adding ? [...desk.chosen, id] : [id]), anchor: `stop ${id}` });
    desk.point(null);
    desk.setDrag({ ids: [...desk.chosen] });
    document.documentElement.classList.add("plan-dragging");
    this.scrolling = setInterval(() => this.scroll(), 16);
    if (!touch) return;
    navigator.vibrate?.(12);
    this.follow(x, y);
  }

  follow(x, y) {
    // A finger hides what is below it.
    const [right, down] = this.from.touch ? [-24, -62] : [14, 10];
    this.desk.setDrop(this.under(x, y));
    if (!this.ghost) return;
    const most = window.innerWidth - this.ghost.offsetWidth - 4;
    this.ghost.style.transform = `translate(${Math.max(4, Math.min(most, x + right))}px, ${y + down}px)`;
  }

  under(x, y) {
    const element = document.elementFromPoint(x, y);
    for (const [surface, { at }] of this.surfaces) if (surface.contains(element)) return at(x, y);
    return null;
  }

  scroll() {
    for (const { scrolls } of this.surfaces.values()) {
      if (scrolls && scrolledBy(scrolls, this.last)) this.desk.setDrop(this.under(this.last.clientX, this.last.clientY));
    }
  }

  key(event) {
    if (event.key !== "Escape" || !this.desk.drag) return;
    event.preventDefault();
    event.stopPropagation();
    this.end();
  }

  up(event) {
    if (!this.from || event.pointerId !== this.from.pointer) return;
    const { drag, drop } = this.desk;
    const { far } = this.from;
    this.end();
    if (!drag) return;
    swallowClick();
    // Held, and let go on the spot: more are chosen with every tap from now on.
    if (!far) this.desk.setAdding(true);
    else if (drop) this.onDrop(drag.ids, drop);
  }

  end() {
    clearTimeout(this.holding);
    clearInterval(this.scrolling);
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.hear("removeEventListener");
    this.from = null;
    document.documentElement.classList.remove("plan-dragging");
    if (this.desk.drag) this.desk.setDrag(null);
  }
}

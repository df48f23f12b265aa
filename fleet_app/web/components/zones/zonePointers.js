// What mouse, finger and stylus do to the shape that a pen draws or changes. No React.

import { mercator } from "./zoneShapes.js";

const STILL_PX = 5;
const REACH = { mouse: 9, pen: 12, touch: 20 };

export class ZonePointers {
  constructor(map, pen) {
    Object.assign(this, { map, pen });
    const box = map.getCanvasContainer();
    const heard = {
      pointerdown: (event) => this.onDown(event),
      pointermove: (event) => this.onMove(event),
      pointerup: (event) => this.onUp(event),
      pointercancel: () => this.letGo(),
      dblclick: (event) => this.onDouble(event),
      contextmenu: (event) => this.onMenu(event),
    };
    for (const [name, act] of Object.entries(heard)) box.addEventListener(name, act, { capture: true });
    this.remove = () => {
      for (const [name, act] of Object.entries(heard)) box.removeEventListener(name, act, { capture: true });
    };
  }

  at(event) {
    const frame = this.map.getCanvas().getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  }

  hit([x, y], reach) {
    let best = null;
    let nearest = reach ** 2;
    for (const handle of this.pen.mode === "editing" ? this.pen.shownHandles() : []) {
      const at = this.map.project(handle.at);
      const distance = (at.x - x) ** 2 + (at.y - y) ** 2 + (handle.kind === "between" ? 16 : 0);
      if (distance <= nearest) [best, nearest] = [handle, distance];
    }
    return best;
  }

  onDown(event) {
    if (!this.pen.busy || event.button > 0 || !event.isPrimary) return;
    const at = this.at(event);
    this.down = { at, reach: REACH[event.pointerType] ?? REACH.mouse };
    if (this.pen.mode === "drawing" && this.pen.type === "circle") return this.hold(event, null);
    const handle = this.hit(at, this.down.reach);
    const whole = !handle && event.shiftKey && this.pen.mode === "editing";
    if (handle || whole) this.hold(event, handle);
    return undefined;
  }

  // The map must not move under the hand that moves a corner.
  hold(event, handle) {
    this.map.dragPan.disable();
    this.map.boxZoom.disable();
    this.map.getCanvasContainer().setPointerCapture?.(event.pointerId);
    this.held = { handle, last: this.down.at, moved: false };
    if (this.pen.type === "circle" && this.pen.mode === "drawing") {
      this.pen.points = [this.map.unproject(this.down.at).toArray()];
      this.pen.tell();
    } else this.pen.draft.picked = handle;
    this.pen.paint();
  }

  letGo() {
    this.held = null;
    this.down = null;
    this.map.dragPan.enable();
    this.map.boxZoom.enable();
  }

  onMove(event) {
    if (!this.pen.busy) return;
    const at = this.at(event);
    if (this.down && Math.hypot(at[0] - this.down.at[0], at[1] - this.down.at[1]) > STILL_PX) this.down.moved = true;
    this.pen.hand = this.map.unproject(at).toArray();
    if (this.pen.mode === "drawing") {
      if (event.pointerType === "mouse" || this.held) this.soon();
      return;
    }
    if (this.held && this.down.moved) this.drag(at);
    else if (!this.down) this.map.getCanvas().style.cursor = this.hit(at, REACH.mouse) ? "move" : "";
  }

  drag(at) {
    const { held, pen } = this;
    const { draft } = pen;
    if (!held.moved) draft.mark();
    held.moved = true;
    if (held.handle) {
      held.handle = draft.move(held.handle, pen.hand);
      draft.picked = held.handle;
    } else {
      const [before, now] = [held.last, at].map((point) => this.map.unproject(point));
      draft.moveAll((now.lng - before.lng) / 360, mercator(now.lat) - mercator(before.lat));
      held.last = at;
    }
    this.soon();
  }

  soon() {
    this.request ??= requestAnimationFrame(() => {
      this.request = null;
      this.pen.paint();
    });
  }

  onUp(event) {
    const { down, held } = this;
    if (!down || !this.pen.busy) return;
    const moved = Boolean(down.moved);
    this.letGo();
    if (this.pen.mode === "editing") {
      if (held?.moved) this.pen.changed();
      else {
        if (!held) this.pen.draft.picked = null;
        this.pen.paint();
        this.pen.tell();
      }
    } else if (this.pen.type === "circle") this.pen.circleDone(this.at(event), moved);
    else if (!moved) this.pen.addPoint(down);
  }

  onDouble(event) {
    if (this.pen.mode !== "drawing" || this.pen.type === "circle") return;
    event.stopPropagation();
    this.pen.finish();
  }

  onMenu(event) {
    if (!this.pen.busy) return;
    event.preventDefault();
    const handle = this.hit(this.at(event), REACH.touch);
    if (handle?.kind === "corner" && this.pen.draft.remove(handle)) this.pen.changed();
  }
}

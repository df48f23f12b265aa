// A box drawn around stops to choose what is in it: in the lists, on the timeline, on the map.

import { scrolledBy, swallowClick } from "./planDrag.js";

const LEAST = 6;

/** Whether a press begins a box: with Shift, or while the tool for it is on. */
export const boxes = (desk, event) => event.button === 0 && event.isPrimary !== false && (desk.boxing || (event.shiftKey && event.pointerType !== "touch"));

/** Draws a box in `layer` for as long as the pointer is down, and chooses what `inside(box)` finds:
 * `{left, top, right, bottom}` in pixels of the layer, which may be longer than what `scrolls` shows.
 * `live` chooses all the while; a finger or the button that goes up without one is a click. */
export function drawBox(event, { desk, layer, inside, scrolls = null, live = true }) {
  const frame = document.createElement("div");
  frame.className = "plan-box";
  const kept = event.ctrlKey || event.metaKey || desk.adding ? [...desk.chosen] : [];
  const at = ({ clientX, clientY }) => {
    const box = layer.getBoundingClientRect();
    return [clientX - box.left, clientY - box.top];
  };
  const [x, y] = at(event);
  let last = event;
  let drawn = false;
  const box = () => {
    const [u, v] = at(last);
    return { left: Math.max(0, Math.min(x, u)), top: Math.max(0, Math.min(y, v)), right: Math.min(layer.clientWidth, Math.max(x, u)), bottom: Math.max(y, v) };
  };
  const choose = () => desk.choose({ chosen: new Set([...kept, ...inside(box())]), anchor: null });
  const draw = () => {
    const { left, top, right, bottom } = box();
    if (!drawn && right - left + bottom - top < LEAST) return;
    if (!drawn) {
      drawn = true;
      layer.append(frame);
      desk.point(null);
    }
    Object.assign(frame.style, { left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px` });
    if (live) choose();
  };
  const move = (now) => {
    if (now.pointerId !== event.pointerId) return;
    last = now;
    draw();
  };
  const scrolling = setInterval(() => drawn && scrolls && scrolledBy(scrolls, last) && draw(), 16);
  const end = (how) => {
    clearInterval(scrolling);
    window.removeEventListener("pointermove", move);
    window.removeEventListener("pointerup", up);
    window.removeEventListener("pointercancel", up);
    window.removeEventListener("keydown", key, true);
    frame.remove();
    if (!drawn) return;
    swallowClick();
    if (how === "done") choose();
    else desk.choose({ chosen: new Set(kept), anchor: null });
    desk.setBoxing(false);
    if (how === "done") desk.whisper(`${desk.chosen.size} chosen`);
  };
  const up = (now) => now.pointerId === event.pointerId && end(now.type === "pointerup" ? "done" : "given up");
  const key = (now) => {
    if (now.key !== "Escape") return;
    now.preventDefault();
    now.stopPropagation();
    end("given up");
  };
  window.addEventListener("pointermove", move);
  window.addEventListener("pointerup", up);
  window.addEventListener("pointercancel", up);
  window.addEventListener("keydown", key, true);
}

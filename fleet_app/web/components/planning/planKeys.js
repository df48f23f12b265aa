// What the keys of the planning page mean. No DOM.

export const HELP = [
  ["Arrow keys", "Go from line to line; left and right fold a route. On the timeline: from stop to stop, and from route to route"],
  ["Space", "Choose the stop, or every stop of the route"],
  ["Shift + arrows", "Choose more"],
  ["Ctrl + A", "Choose all of the list"],
  ["Esc", "Choose nothing; give up a drag or a box"],
  ["M", "Move to a route…"],
  ["Alt + up, down", "Earlier or later on its route"],
  ["Delete", "Take off its route"],
  ["L", "Lock or free the stop, or the route"],
  ["R", "Drive the route the other way round"],
  ["B", "Best order of the route"],
  ["F", "Show the chosen stops on the map"],
  ["N, Shift + N", "On to the next problem, or back to the one before"],
  ["O", "The vehicle of the route is out of service…"],
  ["U or Ctrl + Z", "Undo"],
  ["Ctrl + Shift + Z", "Redo"],
  ["P", "Plan everything"],
  ["Shift + P", "Publish…"],
  ["+, −, 0", "On the timeline: fewer hours, more hours, the whole day"],
  ["Ctrl + left, right", "On the timeline: earlier or later hours"],
  ["/", "Search the unassigned"],
  ["F6", "On to the next part of the page"],
  ["?", "This list"],
];

const PLAIN = {
  m: "move", M: "move", l: "lock", L: "lock", r: "turn", R: "turn", b: "improve", B: "improve", u: "undo", U: "undo",
  f: "look", F: "look", n: "trouble", N: "troubleBack", o: "out", O: "out", p: "plan", P: "publish", "?": "help", "/": "search", Delete: "remove", Backspace: "remove", Escape: "leave",
};
const STEPS = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10, Home: "first", End: "last" };
const WRITES = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]";
const OVER = "dialog[open], [popover]:popover-open";

/** Whether keys belong to somebody else: a field that is typed into, or a dialog over the page. */
export const isTaken = (event) => event.defaultPrevented || event.isComposing || Boolean(event.target?.closest?.(WRITES)) || Boolean(event.target?.ownerDocument?.querySelector?.(OVER));

/** The meaning of a key anywhere on the page: `{act}`, or null. */
export function actOf(event) {
  const ctrl = event.ctrlKey || event.metaKey;
  if (ctrl && !event.altKey && (event.key === "z" || event.key === "Z")) return { act: event.shiftKey ? "redo" : "undo" };
  if (ctrl && !event.altKey && event.key === "y") return { act: "redo" };
  if (event.key === "F6" && !ctrl) return { act: "part", by: event.shiftKey ? -1 : 1 };
  if (ctrl || event.altKey) return null;
  const act = PLAIN[event.key];
  return act ? { act } : null;
}

const ALONG = { ArrowLeft: -1, ArrowRight: 1, Home: "first", End: "last" };
const ACROSS = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10 };
const ZOOMS = { "+": 1, "=": 1, "-": -1, "0": 0 };

/** The meaning of a key on the timeline: `{act: "along", by, extend}`, `{act: "across", by}`,
 * `{act: "zoom", by}`, `{act: "hours", by}`; else what it means in a list. */
export function timeKey(event) {
  const ctrl = event.ctrlKey || event.metaKey;
  if (!event.altKey && !ctrl && event.key in ALONG) return { act: "along", by: ALONG[event.key], extend: event.shiftKey };
  if (!event.altKey && !ctrl && event.key in ACROSS) return { act: "across", by: ACROSS[event.key] };
  if (ctrl && !event.altKey && event.key.startsWith("Arrow") && event.key in ALONG) return { act: "hours", by: ALONG[event.key] };
  if (!ctrl && !event.altKey && event.key in ZOOMS) return { act: "zoom", by: ZOOMS[event.key] };
  return listKey(event);
}

/** The meaning of a key within a list: `{step, extend}`, `{act: "shove", by}`, `{act: "toggle"}`, … */
export function listKey(event) {
  const ctrl = event.ctrlKey || event.metaKey;
  if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) return { act: "shove", by: event.key === "ArrowUp" ? -1 : 1 };
  if (event.altKey) return null;
  if (event.key in STEPS && !ctrl) return { act: "step", by: STEPS[event.key], extend: event.shiftKey };
  if (event.key === " " && !ctrl) return { act: "toggle", range: event.shiftKey };
  if (ctrl && event.key === "a") return { act: "all" };
  if (event.key === "ArrowLeft" && !ctrl) return { act: "fold", folded: true };
  if (event.key === "ArrowRight" && !ctrl) return { act: "fold", folded: false };
  if (event.key === "Enter" && !ctrl) return { act: "open" };
  return null;
}

// What the parts of the planning page have in common: hearing of changes, and lists with a cursor.

import { useEffect, useLayoutEffect, useReducer, useRef, useState, useSyncExternalStore } from "react";
import { boxes, drawBox } from "./planBoxing.js";
import { inView, linesIn, picked, stepped } from "./planPick.js";
import { listKey } from "./planKeys.js";

/** Goes on with what takes a while, and closes the dialog when it is over: `[busy, go]`. A dialog that
 * was closed meanwhile closes no other. */
export function useGoing(onClose) {
  const [busy, setBusy] = useState(false);
  const here = useRef(true);
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);
  const go = async (act) => {
    setBusy(true);
    await act();
    if (here.current) onClose();
  };
  return [busy, go];
}

/** Renders again when something of these kinds changes. */
export function useTurn(desk, ...kinds) {
  return useSyncExternalStore(desk.subscribe, () => desk.turnOf(...kinds));
}

/** The size of an element, in whole pixels, followed while it changes. */
export function useSize(box) {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = box.current;
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = element;
      setSize((old) => (old.width === width && old.height === height ? old : { width, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return size;
}

/** The time, every half minute. */
export function useNow() {
  const [, again] = useReducer((count) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(again, 30_000);
    return () => clearInterval(timer);
  }, []);
  return Date.now();
}

/** A list of lines of known heights with a cursor: `{box, shown, cursor, onKeyDown, onScroll, …}`.
 * `act` does what a key means at a line, `onLine` hears at which line keys are meant. */
export function useLines(desk, list, id, { act, onLine }) {
  const box = useRef(null);
  const size = useSize(box);
  const [top, setTop] = useState(0);
  const [cursor, setCursor] = useState(null);
  const latest = useRef({});
  latest.current = { list, cursor };

  // Lines that were not there a moment ago are found as well: they are in the newest list.
  const reveal = (key, { middle = false } = {}) => {
    const line = latest.current.list.lines.find((one) => one.key === key);
    const element = box.current;
    if (!line || !element) return;
    const { scrollTop: from, clientHeight: tall } = element;
    const below = line.top + line.height > from + tall;
    if (line.top >= from && !below) return;
    element.scrollTop = middle ? line.top - (tall - line.height) / 2 : below ? line.top + line.height - tall : line.top;
  };
  // Somebody comes from elsewhere: `take` has the keys go on from there.
  const land = (key, take) => {
    reveal(key, { middle: true });
    if (!take) return;
    latest.current.cursor = key; // the focus below goes by it already
    setCursor(key);
    onLine?.(latest.current.list.lines.find((one) => one.key === key) ?? null);
    box.current?.focus({ preventScroll: true });
  };
  const go = (key) => {
    setCursor(key);
    reveal(key);
  };
  const choose = (line, how) => desk.choose(picked(latest.current.list.lines, desk, line, how));

  const onKeyDown = (event) => {
    if (event.target.closest("[popover]")) return; // keys in the menu of a line are the menu's
    const { lines } = latest.current.list;
    const line = lines.find(({ key }) => key === latest.current.cursor);
    onLine?.(line ?? null);
    const said = listKey(event);
    if (!said || event.defaultPrevented) return;
    if (said.act === "step") {
      const next = stepped(lines, latest.current.cursor, said.by);
      if (next && said.extend) {
        const target = lines.find(({ key }) => key === next);
        const anchor = desk.anchor ?? latest.current.cursor ?? next;
        desk.choose(picked(lines, { chosen: desk.chosen, anchor }, target, { range: true }));
      }
      if (next) go(next);
    } else if (said.act === "toggle" && line) choose(line, said.range ? { range: true } : { add: true });
    else if (said.act === "all") desk.choose({ chosen: new Set(lines.filter((one) => one.id !== undefined).map((one) => one.id)), anchor: null });
    else if (!act(said, line, go)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onPick = (event, line) => {
    setCursor(line.key);
    choose(line, { add: event.ctrlKey || event.metaKey || desk.adding, range: event.shiftKey });
  };
  // A drag that takes no stop along draws a box.
  const onPointerDown = (event) => {
    const beside = event.pointerType === "mouse" && event.button === 0 && !event.target.closest("[data-stop], button, a");
    if (!beside && !boxes(desk, event)) return;
    const layer = box.current.querySelector(".plan-lines");
    drawBox(event, { desk, layer, scrolls: box.current, inside: ({ top: from, bottom }) => linesIn(latest.current.list, from, bottom) });
  };
  // The line of the cursor stays in view where it goes; when it went away, the cursor goes to what
  // stands there now.
  const held = useRef({});
  useEffect(() => {
    const at = list.lines.findIndex(({ key }) => key === cursor);
    const { row, place } = list.lines[at] ?? {};
    const now = { plan: desk.board.id, cursor, at, spot: `${row?.key} ${place}` };
    const before = held.current;
    held.current = now;
    if (before.cursor !== cursor || before.plan !== now.plan) return void (cursor && at === -1 && setCursor(null));
    if (cursor && at === -1) setCursor(list.lines[Math.min(before.at, list.lines.length - 1)]?.key ?? null);
    else if (before.spot !== now.spot && document.activeElement === box.current) reveal(cursor);
  }, [list, cursor]);
  // Past the end of a list that became shorter there is nothing to see.
  const from = Math.min(top, Math.max(0, list.height - size.height));
  const shown = inView(list, from, size.height);
  const active = shown.find(({ key }) => key === cursor);
  return {
    box, shown, cursor, go, land, onPick,
    list: {
      ref: box, onKeyDown, onPointerDown, onScroll: (event) => setTop(event.currentTarget.scrollTop), tabIndex: 0,
      // A press of the mouse says itself where; the list stays as far down as it is.
      onFocus: ({ target, currentTarget }) => target === currentTarget && target.matches(":focus-visible") && !latest.current.cursor && list.lines.length && go(list.lines[0].key),
      "aria-activedescendant": active ? lineId(id, active.key) : undefined,
      "aria-multiselectable": true,
    },
  };
}

export const lineId = (list, key) => `${list}-${key.replaceAll(/[^\w-]/g, "_")}`;

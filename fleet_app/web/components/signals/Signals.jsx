// Components without a picture: they pass on what the server pushes, and time.

import { useEffect, useRef } from "react";
import { setUnits } from "../../live/sources/format.js";
import { store } from "../../live/sources/liveStore.js";

const SOON_MS = 400;

function useLatest(value) {
  const latest = useRef(value);
  latest.current = value;
  return latest;
}

/** Feeds live frames into the page's store, where there is no map to do so. */
export function LiveFeed({ frame, onResync }) {
  const latest = useLatest(onResync);
  useEffect(() => {
    store.onResync = () => latest.current?.();
  }, []);
  useEffect(() => {
    store.apply(frame);
  }, [frame]);
  return null;
}

/** Which units live values of this page are shown in; what is on the screen follows. */
export function LiveUnits({ units }) {
  const text = JSON.stringify(units ?? null);
  useEffect(() => {
    if (setUnits(JSON.parse(text))) store.notify("units", []);
  }, [text]);
  return null;
}

/** Calls `onTick` again and again while it is active, and the reader looks at the page. */
export function Ticker({ active = true, everyMs = 1000, onTick }) {
  const latest = useLatest(onTick);
  useEffect(() => {
    if (!active) return undefined;
    const timer = setInterval(() => document.hidden || latest.current?.(), everyMs);
    return () => clearInterval(timer);
  }, [active, everyMs]);
  return null;
}

/** Calls `onNews` soon after a notice of changed records that is not the first one. */
export function News({ notices, onNews }) {
  const latest = useLatest(onNews);
  const text = JSON.stringify(notices ?? null);
  const heard = useRef(text);
  useEffect(() => {
    if (heard.current === text) return undefined;
    heard.current = text;
    const timer = setTimeout(() => latest.current?.(), SOON_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return null;
}

// Zones under the vehicles of the live map: shown or hidden, as this browser remembers.

import { useEffect, useRef, useState } from "react";
import { paletteOf } from "../../live/sources/theme.js";
import { zonesIn } from "./zoneDesk.js";
import { ZoneLayers } from "./zoneLayers.js";

const KEY = "fleet.zones";
const HIDDEN = "hidden";
const AGAIN_MS = 400;
const NAMES_FROM = 12;

function remembered() {
  try {
    return localStorage.getItem(KEY) !== HIDDEN;
  } catch {
    return true; // a browser that keeps nothing
  }
}

function remember(shown) {
  try {
    localStorage.setItem(KEY, shown ? "shown" : HIDDEN);
  } catch {
    // Then it is as before on the next visit.
  }
}

/** `[shown, toggle]` of the layer on a map view; it reads again when `changes` does. */
export function useZoneLayer(view, { url, changes, theme, box }) {
  const [shown, setShown] = useState(remembered);
  const layers = useRef(null);
  const wanted = Boolean(view && url && shown);
  useEffect(() => {
    if (!view || !url) return undefined;
    layers.current = new ZoneLayers(view.map, { palette: paletteOf(box.current), namesFrom: NAMES_FROM });
    return () => {
      layers.current.remove();
      layers.current = null;
    };
  }, [view, Boolean(url)]);
  useEffect(() => layers.current?.setPalette(paletteOf(box.current)), [view, theme]);
  useEffect(() => layers.current?.show(shown), [view, shown]);
  const first = useRef(true);
  useEffect(() => {
    if (!wanted) return undefined;
    const asked = new AbortController();
    const read = () =>
      fetch(url, { credentials: "same-origin", signal: asked.signal })
        .then((answer) => (answer.ok ? answer.json() : null))
        .then((body) => body && layers.current?.set(zonesIn(body)))
        .catch(() => undefined); // the map is worth more than its zones; the next change reads again
    const timer = setTimeout(read, first.current ? 0 : AGAIN_MS);
    first.current = false;
    return () => {
      clearTimeout(timer);
      asked.abort();
    };
  }, [wanted, url, changes]);
  const toggle = () => {
    remember(!shown);
    setShown(!shown);
  };
  return [shown, toggle];
}

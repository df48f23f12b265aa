// The map of the zones page with its tools: draw, change, look around.

import "maplibre-gl/dist/maplibre-gl.css";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { paletteOf, useTheme } from "../../live/sources/theme.js";
import { desk } from "./zoneDesk.js";
import { openZoneMap } from "./zoneMap.js";
import { NAMES } from "./zoneShapes.js";

export const PATHS = {
  circle: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16ZM12 12h8",
  polygon: "M12 3.5 20.5 10 17 20H7L3.5 10Z",
  corridor: "M4 17 10 8l5 5 5-8M2.5 13.5 9 4M7 20l4-5 4.500 4.500L21.500 10",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  fit: "M4 9V5a1 1 0 0 1 1-1h4M15 4h4a1 1 0 0 1 1 1v4M20 15v4a1 1 0 0 1-1 1h-4M9 20H5a1 1 0 0 1-1-1v-4",
};
const TOOLS = [
  ["circle", "Draw a circle"],
  ["polygon", "Draw a polygon"],
  ["corridor", "Draw a corridor along a line"],
];
const ASK = "You have changes that are not saved. Leave them?";

/** Whether what is unsaved, if anything, may be given up. */
export const mayLeave = () => !desk.unsaved || window.confirm(ASK);

export function Icon({ path, size = 18 }) {
  return (
    <svg viewBox="0 0 24 24" width={size} height={size} fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

function MapButton({ icon, label, ...more }) {
  return (
    <button type="button" className="live-map-button" aria-label={label} title={label} {...more}>
      <Icon path={PATHS[icon]} />
    </button>
  );
}

const touch = () => window.matchMedia("(pointer: coarse)").matches;

function hintOf({ mode, type, count, ready, crowded }) {
  if (mode === "drawing" && type === "circle") return "Press where the middle is and drag outwards.";
  if (mode === "drawing") {
    const what = type === "hole" ? "Click the corners of the hole." : type === "corridor" ? "Click along the way." : "Click the corners.";
    if (!count) return touch() ? what.replace("Click", "Tap") : what;
    return ready ? "Enter or a double click finishes, Esc cancels." : "Go on to the next one. Esc cancels.";
  }
  if (mode !== "editing") return "";
  if (crowded) return "Zoom in to move corners.";
  if (desk.shape?.type === "circle") return touch() ? "Drag the middle or the edge." : "Drag the middle or the edge, or type the radius.";
  return `Drag a corner, or a small dot to add one.${touch() ? "" : " Shift and drag moves the whole zone."}`;
}

function Hint({ mode, onCancel }) {
  const hint = hintOf(mode);
  if (!hint) return null;
  const { pen } = desk.map;
  const drawing = mode.mode === "drawing";
  const polygon = mode.mode === "editing" && pen.draft.shape?.type === "polygon";
  return (
    <div className="zone-hint" data-testid="zone-hint">
      <span role="status">{hint}</span>
      <span className="zone-hint-buttons">
        {drawing && mode.count > 0 && mode.type !== "circle" && <button type="button" className="button small" onClick={() => pen.back()}>Back one</button>}
        {drawing && mode.ready && mode.type !== "circle" && <button type="button" className="button small primary" onClick={() => pen.finish()}>Finish</button>}
        {drawing && <button type="button" className="button small" onClick={onCancel}>Cancel</button>}
        {mode.picked && <button type="button" className="button small" onClick={() => pen.removePicked()}>Remove corner</button>}
        {polygon && <button type="button" className="button small" onClick={() => pen.draw("hole")}>Cut a hole</button>}
        {!drawing && mode.undo && <button type="button" className="button small" onClick={() => pen.back()}>Back one</button>}
      </span>
    </div>
  );
}

/** The map, opened once. */
function useZoneMap(box, latest) {
  const [map, setMap] = useState(null);
  useEffect(() => {
    let opened = null;
    let closed = false;
    const { theme } = latest.current;
    openZoneMap(box.current, { theme, palette: paletteOf(box.current), desk }).then((made) => {
      if (!made || closed) return made?.remove();
      opened = made;
      desk.attach(made);
      setMap(made);
      return undefined;
    });
    return () => {
      closed = true;
      desk.map = null;
      opened?.remove();
      desk.clear();
    };
  }, []);
  return map;
}

const typing = (target) => Boolean(target.closest?.("input, textarea, select, [contenteditable], dialog"));

function useKeys(latest) {
  useEffect(() => {
    const heard = (event) => {
      const { map } = desk;
      if (!map || event.defaultPrevented || document.querySelector("dialog[open]:modal, [popover]:popover-open")) return;
      if (event.key === "Escape" && !typing(event.target)) {
        event.preventDefault();
        latest.current.cancel();
      } else if (!typing(event.target) && !(event.key === "Enter" && event.target.closest?.("button, a")) && map.pen.onKey(event)) {
        event.preventDefault();
        event.stopPropagation();
      }
    };
    // The page's own ways out of the form ask as well.
    const pressed = (event) => {
      if (!event.target.closest?.("[data-leave]") || mayLeave()) return;
      event.preventDefault();
      event.stopPropagation();
    };
    document.addEventListener("keydown", heard, { capture: true });
    document.addEventListener("click", pressed, { capture: true });
    return () => {
      document.removeEventListener("keydown", heard, { capture: true });
      document.removeEventListener("click", pressed, { capture: true });
    };
  }, []);
}

export function ZoneMap(props) {
  const { url, changes, turn = 0, chosen = 0, mayCreate = false } = props;
  const theme = useTheme(props.theme);
  const box = useRef(null);
  const latest = useRef({});
  useSyncExternalStore(desk.subscribe, desk.version);
  const cancel = () => {
    const { pen } = desk.map;
    if (desk.mode.mode === "drawing") {
      if (!pen.cancel()) props.onClose?.();
    } else if (desk.mode.picked || pen.draft.picked) {
      pen.draft.picked = null;
      pen.paint();
      pen.tell();
    } else if (desk.open && mayLeave()) props.onClose?.();
  };
  const choose = (id) => {
    if (!id) return;
    desk.choose(id);
    props.onChoose?.(id);
  };
  latest.current = { ...props, theme, cancel };
  desk.choice = choose;
  const map = useZoneMap(box, latest);
  useKeys(latest);

  useEffect(() => {
    props.onEnter?.(Number(new URLSearchParams(window.location.search).get("zone")) || 0);
  }, []);
  useEffect(() => desk.read(url), [url, turn]);
  useEffect(() => {
    if (!desk.open && desk.mode.mode === "off") desk.choose(Number(chosen) || 0);
  }, [chosen, turn]);
  const seen = useRef(changes);
  useEffect(() => {
    if (seen.current === changes) return;
    seen.current = changes;
    desk.read(url, true);
  }, [changes, url]);
  useEffect(() => map?.setTheme(theme, paletteOf(box.current)), [map, theme]);

  const draw = (type) => {
    if (!mayLeave()) return;
    desk.draw(type);
    props.onDraw?.(type);
  };
  const { mode } = desk;
  return (
    <section className="live-map zone-map" data-testid="zone-map" data-fleet-theme={theme} data-ready={map ? "true" : "false"} data-mode={mode.mode} aria-label="Map with the zones">
      <div ref={box} className="live-map-canvas" />
      {mayCreate && (
        <div className="zone-tools" role="group" aria-label="Draw a zone">
          {TOOLS.map(([type, label]) => (
            <button key={type} type="button" className="zone-tool" title={label} aria-label={label} aria-pressed={mode.mode === "drawing" && mode.type === type} disabled={!map} onClick={() => draw(type)}>
              <Icon path={PATHS[type]} />
              <span aria-hidden="true">{NAMES[type]}</span>
            </button>
          ))}
        </div>
      )}
      <div className="live-map-controls" role="group" aria-label="Map controls">
        <MapButton icon="plus" label="Zoom in" onClick={() => map?.zoomBy(1)} />
        <MapButton icon="minus" label="Zoom out" onClick={() => map?.zoomBy(-1)} />
        <MapButton icon="fit" label="Show all zones" onClick={() => map?.fit(desk.zones)} />
      </div>
      {map && !map.info && !hintOf(mode) && <p className="live-map-notice">No base map is installed. Zones can still be drawn.</p>}
      {map && <Hint mode={mode} onCancel={cancel} />}
    </section>
  );
}

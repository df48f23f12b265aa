// The map of the plan with its tools.

import "maplibre-gl/dist/maplibre-gl.css";
import { useEffect, useRef, useState } from "react";
import { openPlanMap } from "./planMap.js";
import { Icon } from "./PlanIcons.jsx";
import { useTurn } from "./usePlan.js";

function Tool({ icon, label, ...more }) {
  return (
    <button type="button" className="live-map-button" aria-label={label} title={label} {...more}>
      <Icon name={icon} size={18} />
    </button>
  );
}

export function MapPane({ desk, dragging, theme, colours, probe, children }) {
  useTurn(desk, "view", "board");
  const box = useRef(null);
  const [map, setMap] = useState(null);
  useEffect(() => {
    let opened = null;
    let closed = false;
    openPlanMap(box.current, { theme, colours, desk, dragging, probe }).then((made) => {
      if (!made || closed) return made?.remove();
      opened = made;
      setMap(made);
      return undefined;
    });
    return () => {
      closed = true;
      opened?.remove();
    };
  }, []);
  useEffect(() => map?.setTheme(theme, colours), [map, theme, colours]);
  const { focus, board, boxing } = desk;
  return (
    <section className="live-map plan-map" data-testid="plan-map" data-fleet-theme={theme} data-ready={map ? "true" : "false"} data-part="map" aria-label="Map of the plan">
      <div ref={box} className="live-map-canvas" />
      <div className="live-map-controls" role="group" aria-label="Map controls">
        <Tool icon="plus" label="Zoom in" onClick={() => map?.zoomBy(1)} />
        <Tool icon="minus" label="Zoom out" onClick={() => map?.zoomBy(-1)} />
        <Tool icon="fit" label="Show the whole plan" onClick={() => map?.fit()} />
        <Tool icon="select" label="Choose stops in a box (or Shift and drag)" aria-pressed={boxing} onClick={() => desk.setBoxing(!boxing)} />
      </div>
      {focus && (
        <button type="button" className="plan-focus button small" onClick={() => desk.setFocus(focus)}>
          <Icon name="close" size={13} />Only {desk.nameOf(focus)} is shown
        </button>
      )}
      {board?.estimate && <p className="live-map-notice">No road map is installed: driving times and ways are estimates.</p>}
      {boxing && <p className="plan-hint" role="status">Drag a box around stops, here or in the lists.</p>}
      {children}
    </section>
  );
}

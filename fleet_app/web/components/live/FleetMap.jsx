// The live map: binds props and events of the page to a MapView, and draws the controls over it.

import "maplibre-gl/dist/maplibre-gl.css";
import { useEffect, useRef, useState } from "react";
import { useZoneLayer } from "../../zones/sources/useZoneLayer.js";
import { ageText, speedText, STATUS_WORDS } from "./format.js";
import { statusList, store } from "./liveStore.js";
import { openMap } from "./mapView.js";
import { paletteOf, useTheme } from "./theme.js";

const PATHS = {
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  fit: "M4 9V5a1 1 0 0 1 1-1h4M15 4h4a1 1 0 0 1 1 1v4M20 15v4a1 1 0 0 1-1 1h-4M9 20H5a1 1 0 0 1-1-1v-4",
  zones: "M12 3.5 20.5 10 17 20H7L3.5 10Z",
  follow: "M12 3v3M12 18v3M3 12h3M18 12h3M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8",
};

/** Up to this width nothing floats beside the map: panels stand below it (see overview.css). */
const NARROW = 720;
const TIP_WIDTH = 280;
const TIP_HEIGHT = 90;

function MapButton({ icon, label, onClick, pressed, disabled }) {
  return (
    <button
      type="button"
      className="live-map-button"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
    >
      <svg viewBox="0 0 24 24" width="18" height="18" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
        <path d={PATHS[icon]} />
      </svg>
    </button>
  );
}

function Tooltip({ hover, box }) {
  const vehicle = hover && store.vehicles.get(hover.id);
  if (!vehicle) return null;
  const { clientWidth, clientHeight } = box.current;
  const x = hover.x + TIP_WIDTH > clientWidth ? `calc(${hover.x - 14}px - 100%)` : `${hover.x + 14}px`;
  const y = hover.y + TIP_HEIGHT > clientHeight ? `calc(${hover.y - 14}px - 100%)` : `${hover.y + 14}px`;
  const { name, registration, driver } = store.factsOf(hover.id);
  return (
    <div className="live-map-tip" role="tooltip" style={{ transform: `translate(${x}, ${y})` }}>
      <strong>{name}</strong>
      <span className="live-muted">{[registration, driver].filter(Boolean).join(" · ")}</span>
      <span>
        <i className="st-dot" data-status={vehicle.shown} aria-hidden="true" />
        {STATUS_WORDS[vehicle.shown]}
        {vehicle.shown === "moving" ? ` · ${speedText(vehicle.speed)}` : ""} · {ageText(store.ageOf(vehicle))}
      </span>
    </div>
  );
}

function useMapView(box, latest) {
  const [view, setView] = useState(null);
  const [hover, setHover] = useState(null);
  useEffect(() => {
    let opened = null;
    let closed = false;
    const handlers = () => ({ ...latest.current, onHover: setHover });
    const { theme } = latest.current;
    openMap(box.current, { store, theme, palette: paletteOf(box.current), handlers }).then((made) => {
      if (!made || closed) return made?.remove();
      opened = made;
      setView(made);
      latest.current.onReady?.();
      return undefined;
    });
    return () => {
      closed = true;
      opened?.remove();
    };
  }, []);
  return { view, hover };
}

function useNarrow(box) {
  const [narrow, setNarrow] = useState(false);
  useEffect(() => {
    const watch = new ResizeObserver(([{ contentRect }]) => setNarrow(contentRect.width <= NARROW));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return narrow;
}

export function FleetMap(props) {
  const { frame, selected = 0, follow = false, statusFilter, search = "", fit = 0, padding, caption, fleet, total = 0 } = props;
  const theme = useTheme(props.theme);
  const box = useRef(null);
  const latest = useRef({});
  latest.current = { ...props, theme };
  const { view, hover } = useMapView(box, latest);
  const statuses = statusList(statusFilter).join(",");
  const narrow = useNarrow(box);
  const [zones, toggleZones] = useZoneLayer(view, { url: props.zones, changes: props.zoneChanges, theme, box });
  const right = narrow ? 0 : padding?.right ?? 0;
  const paddingKey = JSON.stringify({ ...padding, right });

  useEffect(() => {
    store.onResync = () => latest.current.onResync?.();
  }, []);
  useEffect(() => {
    if (caption) store.nameAll(caption);
    else store.wantRoster(Number(fleet) || 0);
  }, [caption, fleet]);
  useEffect(() => {
    store.apply(frame);
  }, [frame]);
  useEffect(() => store.expect(Number(total) || 0), [total]);
  useEffect(() => view?.setTheme(theme, paletteOf(box.current)), [view, theme]);
  useEffect(() => view?.overlay.setFilter(statusList(statuses), search ?? ""), [view, statuses, search]);
  const alertsKey = JSON.stringify(props.alerts ?? {});
  useEffect(() => view?.overlay.setAlerts(JSON.parse(alertsKey)), [view, alertsKey]);
  useEffect(() => view?.setPadding(JSON.parse(paddingKey)), [view, paddingKey]);
  useEffect(() => view?.setSelected(Number(selected) || 0), [view, selected]);
  useEffect(() => view?.setFollow(Boolean(follow)), [view, follow, selected]);
  const fitted = useRef(fit);
  useEffect(() => {
    if (view && fitted.current !== fit) view.fit();
    fitted.current = fit;
  }, [view, fit]);

  const onKeyDown = (event) => {
    if (event.key === "Escape" && selected) props.onMapClick?.();
  };
  return (
    <section
      className="live-map"
      data-testid="fleet-map"
      data-fleet-theme={theme}
      data-ready={view ? "true" : "false"}
      aria-label="Live fleet map"
      onKeyDown={onKeyDown}
    >
      <div ref={box} className="live-map-canvas" />
      <div className="live-map-controls" role="group" aria-label="Map controls">
        <MapButton icon="plus" label="Zoom in" onClick={() => view?.zoomBy(1)} />
        <MapButton icon="minus" label="Zoom out" onClick={() => view?.zoomBy(-1)} />
        <MapButton icon="fit" label="Show the whole fleet" onClick={() => view?.fit()} />
        {props.zones && <MapButton icon="zones" label={zones ? "Hide the zones" : "Show the zones"} pressed={zones} onClick={toggleZones} />}
        {props.onFollowChange && (
          <MapButton
            icon="follow"
            label={follow ? "Stop following" : "Follow the selected vehicle"}
            pressed={Boolean(follow)}
            disabled={!selected}
            onClick={() => props.onFollowChange(!follow)}
          />
        )}
      </div>
      {view && !view.info && <p className="live-map-notice">No base map is installed. Positions are still live.</p>}
      <Tooltip hover={hover?.id === Number(selected) ? null : hover} box={box} />
    </section>
  );
}

// The map of one route beside the list of its stops.

import "maplibre-gl/dist/maplibre-gl.css";
import { useEffect, useRef, useState } from "react";
import { useTheme } from "../../live/sources/theme.js";
import { RouteFeed } from "./routeFeed.js";
import { openRouteMap } from "./routeMap.js";

const TOOLS = {
  plus: <path d="M12 5v14M5 12h14" />,
  minus: <path d="M5 12h14" />,
  fit: <path d="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5" />,
};

function Tool({ icon, label, onClick }) {
  return (
    <button type="button" className="live-map-button" aria-label={label} title={label} onClick={onClick}>
      <svg viewBox="0 0 24 24" width="18" height="18" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" aria-hidden="true">{TOOLS[icon]}</svg>
    </button>
  );
}

const words = ({ tour, road, seen }) => ({
  pickups: Boolean(tour?.stops.some(({ kind }) => kind === "pickup")),
  straight: Boolean(tour) && !road,
  seen: Boolean(seen),
});

export function RouteMap({ route, version, theme: wanted }) {
  const theme = useTheme(wanted);
  const box = useRef(null);
  const feed = useRef(null);
  const latest = useRef(theme);
  latest.current = theme;
  const [map, setMap] = useState(null);
  const [told, setTold] = useState(words({}));
  useEffect(() => {
    let opened = null;
    let closed = false;
    openRouteMap(box.current, latest.current).then((made) => {
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
  useEffect(() => {
    if (!map || !route) return undefined;
    const hear = (news) => {
      map.show(news);
      setTold(words(news));
    };
    feed.current = new RouteFeed(route, hear);
    return () => feed.current?.close();
  }, [map, route]);
  useEffect(() => {
    if (version) feed.current?.read();
  }, [version]);
  useEffect(() => map?.setTheme(theme), [map, theme]);
  return (
    <section className="route-map" data-testid="route-map" data-fleet-theme={theme} data-ready={map ? "true" : "false"} data-road={told.straight ? "false" : "true"} data-vehicle={told.seen ? "true" : "false"} aria-label="Map of the route">
      <div className="live-map">
        <div ref={box} className="live-map-canvas" />
        <div className="live-map-controls" role="group" aria-label="Map controls">
          <Tool icon="plus" label="Zoom in" onClick={() => map?.zoomBy(1)} />
          <Tool icon="minus" label="Zoom out" onClick={() => map?.zoomBy(-1)} />
          <Tool icon="fit" label="Show the whole route" onClick={() => map?.fit()} />
        </div>
      </div>
      {told.pickups && <p className="route-map-key"><b>P</b>Pickup: goods are fetched there</p>}
    </section>
  );
}

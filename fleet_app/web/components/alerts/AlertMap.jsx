// A small map with a pin where something happened.

import "maplibre-gl/dist/maplibre-gl.css";
import { useEffect, useRef, useState } from "react";
import { openPinMap } from "../../places/sources/pinMap.js";
import { useTheme } from "../../live/sources/theme.js";

export function AlertMap({ lat, lon, theme: wanted, title }) {
  const theme = useTheme(wanted);
  const box = useRef(null);
  const latest = useRef({});
  latest.current = { theme, point: { lat, lon } };
  const [map, setMap] = useState(null);
  useEffect(() => {
    let opened = null;
    let closed = false;
    openPinMap(box.current, { ...latest.current, fixed: true, title, onMove: () => undefined }).then((made) => {
      if (!made || closed) return made?.remove();
      opened = made;
      made.setPoint(latest.current.point);
      setMap(made);
      return undefined;
    });
    return () => {
      closed = true;
      opened?.remove();
    };
  }, []);
  useEffect(() => map?.setTheme(theme), [map, theme]);
  useEffect(() => map?.setPoint({ lat, lon }), [map, lat, lon]);
  return (
    <div className="alert-map" data-testid="alert-map" data-ready={map ? "true" : "false"}>
      <div ref={box} className="alert-map-canvas" />
      <p className="alert-map-place">{lat.toFixed(5)}, {lon.toFixed(5)}</p>
    </div>
  );
}

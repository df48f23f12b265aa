// The map of the past with what floats over it: buttons, legend and choices.

import "maplibre-gl/dist/maplibre-gl.css";
import { useEffect, useRef, useState } from "react";
import { useZoneLayer } from "../../zones/sources/useZoneLayer.js";
import { speedUnit } from "./moments.js";
import { Icon } from "./PastIcons.jsx";
import { openPastMap } from "./pastMap.js";
import { fitPercent } from "./snapped.js";
import { CLASSES } from "./track.js";
import { unitSystem } from "../../live/sources/format.js";

function Button({ icon, label, pressed, onClick }) {
  return (
    <button type="button" className="live-map-button" aria-label={label} title={label} aria-pressed={pressed} onClick={onClick}>
      <Icon name={icon} size={18} />
    </button>
  );
}

function Legend({ colours, limits }) {
  const { unit } = speedUnit();
  return (
    <figure className="past-legend" aria-label={`Colours of speed, ${unit}`}>
      <figcaption>{unit}</figcaption>
      <ol>
        {colours.levels.map((color, i) => (
          <li key={color}>
            <i style={{ background: color }} aria-hidden="true" />
            {i === limits.length ? `${limits[i - 1]}+` : i === 0 ? `< ${limits[0]}` : limits[i - 1]}
          </li>
        ))}
        <li className="past-legend-gap"><i aria-hidden="true" />no fix</li>
      </ol>
    </figure>
  );
}

function Choice({ label, checked, onChange, disabled }) {
  return (
    <label className="past-check">
      <input type="checkbox" checked={checked} disabled={disabled} onChange={(event) => onChange(event.target.checked)} />
      <span>{label}</span>
    </label>
  );
}

function snapLabel({ busy, trips }) {
  const fit = trips && fitPercent(trips);
  if (busy) return "Snapping…";
  return Number.isFinite(fit) ? `Snap to roads · ${fit} % fit` : "Snap to roads";
}

function Choices({ options, set, many, snap, focus, onAll }) {
  return (
    <fieldset className="past-choices" aria-label="What the map shows">
      <Choice label="Colour by speed" checked={options.bySpeed} onChange={(bySpeed) => set({ bySpeed })} />
      <Choice label="Raw fixes" checked={options.raw} onChange={(raw) => set({ raw })} />
      {snap.possible && <Choice label={snapLabel(snap)} checked={options.snap} disabled={snap.busy} onChange={(wanted) => set({ snap: wanted })} />}
      {focus && <button type="button" className="past-all" onClick={onAll}><Icon name="fit" size={14} />Show all</button>}
      {many && <span className="only-read">Several vehicles are shown together.</span>}
    </fieldset>
  );
}

export function PastMapPane({ data, zone, theme, colours, colorOf, names, player, options, set, snap, fitKey, focus, onAll, zones, onPick, children }) {
  const box = useRef(null);
  const [view, setView] = useState(null);
  const [follow, setFollow] = useState(true);
  const [zonesShown, toggleZones] = useZoneLayer(view, { url: zones, theme, box });
  const latest = useRef({});
  latest.current = { onPick };
  const limits = CLASSES[unitSystem()] ?? CLASSES.metric;
  useEffect(() => {
    let opened = null;
    let closed = false;
    const given = { theme, palette: colours.palette, player, onPick: (...what) => latest.current.onPick?.(...what), onFollow: setFollow };
    openPastMap(box.current, given).then((made) => {
      if (!made || closed) return made?.remove();
      opened = made;
      setView(made);
      return undefined;
    });
    return () => {
      closed = true;
      opened?.remove();
    };
  }, []);
  useEffect(() => view?.setTheme(theme, colours.palette), [view, theme, colours]);
  const fitted = useRef("");
  useEffect(() => {
    if (!view || !data) return;
    const { tracks, stops, events } = data;
    const scale = { limits, per: speedUnit().per };
    const raw = options.raw ? tracks : null;
    const shown = { tracks, raw, snapped: snap.trips, stops, events, zone, colorOf, names, bySpeed: options.bySpeed, scale, levels: colours.levels, eventColors: colours.events, focus };
    view.show(shown, fitted.current !== fitKey);
    fitted.current = fitKey;
  }, [view, data, snap.trips, zone, colours, options.raw, options.bySpeed, limits, fitKey, focus]);
  useEffect(() => {
    if (view && focus) view.fit(true, [focus.from, focus.to ?? player.to], focus.vehicleId);
  }, [view, focus]);
  const whole = () => {
    onAll();
    view?.fit();
  };
  return (
    <section className="past-map live-map" data-testid="past-map" data-fleet-theme={theme} data-ready={view ? "true" : "false"} aria-label="Map">
      <div ref={box} className="live-map-canvas" />
      <div className="live-map-controls" role="group" aria-label="Map controls">
        <Button icon="plus" label="Zoom in" onClick={() => view?.zoomBy(1)} />
        <Button icon="minus" label="Zoom out" onClick={() => view?.zoomBy(-1)} />
        <Button icon="fit" label="Show the whole way" onClick={whole} />
        <Button icon="follow" label="Keep the vehicle in sight" pressed={follow} onClick={() => view?.setFollow(!follow)} />
        {zones && <Button icon="zones" label="Zones" pressed={zonesShown} onClick={toggleZones} />}
      </div>
      <Choices {...{ options, set, snap, focus }} onAll={whole} many={names.size > 1} />
      {options.bySpeed && <Legend {...{ colours, limits }} />}
      {children}
    </section>
  );
}

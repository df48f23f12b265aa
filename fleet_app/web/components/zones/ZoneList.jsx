// The zones by group, with a search, and what can be done with each.

import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { speedText, unitSystem } from "../../live/sources/format.js";
import { desk, grouped } from "./zoneDesk.js";
import { areaOf, areaText, lengthOf, lengthText, NAMES } from "./zoneShapes.js";
import { Icon, mayLeave, PATHS } from "./ZoneMap.jsx";

const MOST = 200;
const COPY = "M8 8h11v11H8zM5 16H4V5h11v1";
const BIN = "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13";

function sizeOf(shape) {
  const system = unitSystem();
  if (!shape) return "No shape";
  if (shape.type === "corridor") return `${lengthText(lengthOf(shape), system)} long`;
  return shape.type === "circle" ? `${lengthText(shape.radius_m, system)} radius` : areaText(areaOf(shape), system);
}

function detailOf(zone) {
  const parts = [sizeOf(zone.shape)];
  if (zone.speed_limit) parts.push(`at most ${speedText(zone.speed_limit)}`);
  if (zone.schedule) parts.push(zone.schedule);
  return parts.join(" · ");
}

function Row({ zone, chosen, may, act }) {
  const row = useRef(null);
  useEffect(() => {
    if (chosen) row.current?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const type = zone.shape?.type ?? "polygon";
  return (
    <li ref={row} className="zone-row" data-chosen={chosen} data-active={zone.active !== false} data-testid={`zone-${zone.id}`}>
      <button type="button" className="zone-open" aria-current={chosen ? "true" : undefined} onClick={() => act("open", zone)}>
        <span className="zone-swatch" style={{ color: zone.color || "var(--accent)" }} title={NAMES[type]}>
          <Icon path={PATHS[type]} size={17} />
        </span>
        <span className="zone-words">
          <b>{zone.name}</b>
          <small>{detailOf(zone)}</small>
        </span>
        {zone.active === false && <span className="zone-off">Off</span>}
      </button>
      <span className="zone-acts">
        {may.includes("create") && <button type="button" className="icon-button" aria-label={`Duplicate ${zone.name}`} title="Duplicate" onClick={() => act("copy", zone)}><Icon path={COPY} size={15} /></button>}
        {may.includes("delete") && <button type="button" className="icon-button" aria-label={`Delete ${zone.name}`} title="Delete" onClick={() => act("delete", zone)}><Icon path={BIN} size={15} /></button>}
      </span>
    </li>
  );
}

function Group({ group, may, act, alone, folded, onFold }) {
  const [all, setAll] = useState(false);
  const shown = all ? group.zones : group.zones.slice(0, MOST);
  const rest = group.zones.length - shown.length;
  const name = group.name || "Without a group";
  return (
    <section className="zone-group" aria-label={name}>
      {!alone && (
        <h3>
          <button type="button" aria-expanded={!folded} onClick={onFold}>
            <Icon path={folded ? "M9 6l6 6-6 6" : "M6 9l6 6 6-6"} size={14} />
            <span>{name}</span>
            <small>{group.zones.length.toLocaleString("en-GB")}</small>
          </button>
        </h3>
      )}
      {!folded && (
        <ul>
          {shown.map((zone) => <Row key={zone.id} zone={zone} chosen={zone.id === desk.chosen} may={may} act={act} />)}
          {rest > 0 && <li><button type="button" className="zone-more" onClick={() => setAll(true)}>{`Show ${rest.toLocaleString("en-GB")} more`}</button></li>}
        </ul>
      )}
    </section>
  );
}

function Lesson({ mayCreate, onImport }) {
  return (
    <div className="zone-lesson" data-testid="zone-lesson">
      <h3>No zones yet</h3>
      <p>A zone is a place you want to hear about: your yard, a customer, a part of town, a road to keep to. You are told when a vehicle comes, goes, stays too long, or drives too fast there.</p>
      {mayCreate ? (
        <>
          <ul>
            <li><Icon path={PATHS.circle} /><span><b>Circle</b> for a yard or a customer: press on the map and drag.</span></li>
            <li><Icon path={PATHS.polygon} /><span><b>Polygon</b> for an area: click its corners.</span></li>
            <li><Icon path={PATHS.corridor} /><span><b>Corridor</b> for a road: click along it and say how wide.</span></li>
          </ul>
          <p>The tools are on the map. Zones from another program come in as a <button type="button" className="link" onClick={onImport}>GeoJSON or KML file</button>.</p>
        </>
      ) : (
        <p>A dispatcher or a fleet manager can draw them here.</p>
      )}
    </div>
  );
}

export function ZoneList(props) {
  const { may = [], onImport } = props;
  const [words, setWords] = useState("");
  const [folded, setFolded] = useState([]);
  useSyncExternalStore(desk.subscribe, desk.version);
  const act = (what, zone) => {
    if (what === "delete") return props.onDelete?.(zone.id);
    if (!mayLeave()) return undefined;
    desk.choose(zone.id, true);
    return what === "copy" ? props.onCopy?.(zone.id) : props.onChoose?.(zone.id);
  };
  const groups = grouped(desk.zones, words);
  const fold = (name) => setFolded((old) => (old.includes(name) ? old.filter((one) => one !== name) : [...old, name]));
  const count = groups.reduce((sum, { zones }) => sum + zones.length, 0);
  return (
    <div className="zone-list" data-testid="zone-list" data-loaded={desk.loaded}>
      {desk.zones.length > 0 && (
        <div className="zone-search">
          <input type="search" value={words} placeholder="Search zones" aria-label="Search zones" autoComplete="off" onChange={(event) => setWords(event.target.value)} />
        </div>
      )}
      {desk.problem && <p className="zone-note" role="alert">{desk.problem}</p>}
      {!desk.loaded && !desk.problem && <p className="zone-note" role="status">Loading…</p>}
      {desk.loaded && desk.zones.length === 0 && <Lesson mayCreate={may.includes("create")} onImport={() => onImport?.()} />}
      {desk.zones.length > 0 && count === 0 && <p className="zone-note" role="status">No zone has these words in its name or group.</p>}
      <div className="zone-groups">
        {groups.map((group) => (
          <Group key={group.name} group={group} may={may} act={act} alone={groups.length === 1 && !group.name} folded={!words && folded.includes(group.name)} onFold={() => fold(group.name)} />
        ))}
      </div>
    </div>
  );
}

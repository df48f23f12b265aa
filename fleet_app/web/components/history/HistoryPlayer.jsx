// The past of some vehicles: a list of what happened, a map, a player and charts, in one time.
// The page says whom and when; everything else is read from the API here, and stays here.

import { useEffect, useMemo, useReducer, useRef, useState } from "react";
import { store } from "../../live/sources/liveStore.js";
import { useTheme } from "../../live/sources/theme.js";
import { coloursOf } from "./colours.js";
import { warmUp } from "./pastMap.js";
import { isEmpty } from "./facts.js";
import { speedUnit } from "./moments.js";
import { PastCharts } from "./PastCharts.jsx";
import { Icon } from "./PastIcons.jsx";
import { PastMapPane } from "./PastMapPane.jsx";
import { Places } from "./places.js";
import { playKey, Player } from "./player.js";
import { PlayerBar } from "./PlayerBar.jsx";
import { TripList } from "./TripList.jsx";
import { goesOn, usePast, usePastNews, useSnap } from "./usePast.js";

const LEAD_MS = 1000;
const AROUND_MS = 60_000;
const NARROW = 720;

function useKeys(player) {
  useEffect(() => {
    const onKey = (event) => playKey(player, event);
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [player]);
}

function useColours(box, theme) {
  const [colours, setColours] = useState(null);
  useEffect(() => setColours(coloursOf(box.current)), [theme]);
  return colours;
}

function useUnits() {
  const [count, again] = useReducer((old) => old + 1, 0);
  useEffect(() => store.subscribe(({ kind }) => kind === "units" && again()), []);
  return count;
}

// The trip of the moment that was asked for.
const lookedFor = ({ trips }, ms) => trips.find(({ from, to }) => from <= ms && ms <= (to ?? Infinity)) ?? null;

/** The trip or stop that is looked at, until the moment leaves it: `[focus, setFocus]`. */
function useFocus(player) {
  const [focus, setFocus] = useState(null);
  useEffect(() => {
    if (!focus) return undefined;
    return player.onFrame((ms) => (ms < focus.from || ms > (focus.to ?? Infinity) + LEAD_MS) && setFocus(null));
  }, [player, focus]);
  return [focus, setFocus];
}

// An event is looked at with the way to it and from it.
function looked(fact) {
  if (fact.kind === "trip" || fact.kind === "stop") return { ...fact };
  return { ...fact, from: fact.from - AROUND_MS, to: fact.to === null ? null : fact.to + AROUND_MS };
}

// Whoever clicks goes on with the keyboard of the player: a button that was clicked keeps no focus.
function letGo(event) {
  if (event.detail > 0) event.target.closest("button, label")?.ownerDocument.activeElement?.blur();
}

function Nothing({ onLatest, several }) {
  return (
    <div className="past-nothing" role="status" data-testid="past-nothing">
      <h2>Nothing was recorded in this time</h2>
      <p className="quiet">{several ? "The vehicles" : "The vehicle"} sent no positions.</p>
      {onLatest && <button type="button" className="button primary" onClick={() => onLatest()}>Go to the last day with data</button>}
    </div>
  );
}

function Problem({ text, onRetry }) {
  return (
    <div className="past-nothing" role="alert">
      <p>{text}</p>
      <button type="button" className="button" onClick={onRetry}>Try again</button>
    </div>
  );
}

function ListPane({ open, onClose, count, children }) {
  return (
    <aside className="past-list" data-open={open} aria-label="Trips and stops">
      <button type="button" className="past-sheet-head" aria-expanded={open} onClick={onClose}>
        <span>{count} {count === 1 ? "trip" : "trips"}</span>
        <span className="past-link">{open ? "Show the map" : "Show the list"}</span>
      </button>
      {children}
    </aside>
  );
}

export function HistoryPlayer(props) {
  const { fromMs, toMs, atMs, zone = "UTC", onLatest } = props;
  const theme = useTheme(props.theme);
  const vehicles = useMemo(() => (props.vehicles ?? []).map(({ id }) => Number(id)), [JSON.stringify(props.vehicles)]);
  const names = useMemo(() => new Map((props.vehicles ?? []).map(({ id, name }) => [Number(id), name])), [JSON.stringify(props.vehicles)]);
  const period = useMemo(() => ({ from: Number(fromMs), to: Number(toMs) }), [fromMs, toMs]);
  const box = useRef(null);
  const player = useRef(null);
  player.current ??= new Player();
  const places = useRef(null);
  places.current ??= new Places();
  const units = useUnits();
  const colours = useColours(box, theme);
  const past = usePast(vehicles, period, player.current, Number(atMs) || null);
  const [chosen, setOptions] = useState({ raw: false, snap: false, bySpeed: null, charts: null });
  const [focus, setFocus] = useFocus(player.current);
  const [sheet, setSheet] = useState(false);
  const set = (change) => setOptions((old) => ({ ...old, ...change }));
  const narrow = (box.current?.clientWidth ?? 1000) <= NARROW;
  const options = { ...chosen, bySpeed: chosen.bySpeed ?? vehicles.length < 2, charts: chosen.charts ?? !narrow };
  const snap = useSnap(past, chosen.snap, () => set({ snap: false }));
  usePastNews(past, vehicles, period, { changes: props.changes, slowly: chosen.snap });
  useKeys(player.current);
  useEffect(() => {
    warmUp(theme);
    return () => player.current.close();
  }, []);
  useEffect(() => setFocus(atMs && past.data ? lookedFor(past.data, Number(atMs)) : null), [past.key]);
  const colorOf = (id) => colours?.vehicles[Math.max(0, vehicles.indexOf(id))] ?? "#2463eb";

  const onGo = (fact) => {
    player.current.seek(fact.kind === "trip" ? fact.from : fact.from + LEAD_MS);
    setFocus(looked(fact));
    setSheet(false);
  };
  const empty = past.data && isEmpty(past.data, period);
  const ready = past.data && colours && !empty;
  const shared = { data: past.data, period: past.span, zone, units, names, colorOf, colours, player: player.current };
  return (
    <div ref={box} className="past" onClick={letGo} data-testid="past" data-fleet-theme={theme} data-busy={past.busy} data-state={past.problem ? "problem" : empty ? "empty" : ready ? "ready" : "loading"}>
      {past.problem && <Problem text={past.problem} onRetry={past.retry} />}
      {empty && !past.problem && <Nothing onLatest={onLatest} several={vehicles.length > 1} />}
      {!past.data && !past.problem && <div className="past-nothing" role="status" aria-label="Loading"><div className="spinner" /></div>}
      {ready && (
        <>
          <ListPane open={sheet} onClose={() => setSheet(!sheet)} count={past.data.trips.length}>
            <TripList {...shared} {...{ period, focus, onGo }} places={places.current} reports={props.reports} />
          </ListPane>
          <PastMapPane {...shared} {...{ theme, options, set, snap, focus }} fitKey={past.key} zones={props.zones} onAll={() => setFocus(null)} />
          <div className="past-foot">
            <PlayerBar {...shared} live={goesOn(period)}>
              <button type="button" className="past-button" aria-pressed={options.charts} aria-label="Charts" title="Charts" onClick={() => set({ charts: !options.charts })}>
                <Icon name="charts" size={17} />
              </button>
            </PlayerBar>
            {options.charts && <PastCharts {...shared} speed={speedUnit()} />}
          </div>
        </>
      )}
    </div>
  );
}

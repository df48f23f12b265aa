// What the player knows of a period: read once, and again while the period goes on.

import { useEffect, useReducer, useRef, useState } from "react";
import { store } from "../../live/sources/liveStore.js";
import { dullSpans, extent, isEmpty, marks } from "./facts.js";
import { canSnap, PastLoader } from "./loading.js";
import { PastNews } from "./pastNews.js";

const newest = (data) => Math.max(...[...data.tracks.values()].map(({ t }) => t.at(-1) ?? -Infinity));

// Whoever opens a day wants to see who sets off, not who is parked since the evening before.
function beginning(data, span) {
  const fixes = [...data.tracks.values()].flatMap(({ t }) => (t.length ? [t[0]] : []));
  const first = Math.min(...(data.trips.length ? data.trips.map(({ from }) => from) : fixes));
  return Number.isFinite(first) ? Math.max(span.from, first) : span.from;
}

/** Whether the period includes now. */
export const goesOn = ({ from, to }) => from <= Date.now() && Date.now() < to;

function told(data, period) {
  const span = extent(data, period);
  const last = newest(data);
  const load = { ...span, marks: marks(data, span), dull: dullSpans(data.trips, span), newest: Number.isFinite(last) ? last : span.from };
  return { span, load };
}

/** Whether the store knows a later position of a vehicle than its track. */
function isNewer(id, data) {
  const recorded = (store.vehicles.get(id)?.recordedAt ?? 0) * 1000;
  return recorded > (data?.tracks.get(id)?.t.at(-1) ?? -Infinity) + 500;
}

/** The past of vehicles in a period; the player begins at `at`, when that is a moment of it. */
export function usePast(vehicles, period, player, at = null) {
  const [state, setState] = useState({ data: null, problem: "", busy: true });
  const [attempt, retry] = useReducer((count) => count + 1, 0);
  const loader = useRef(null);
  loader.current ??= new PastLoader();
  const shown = useRef({});
  const key = vehicles.join();
  const name = `${key} ${period.from} ${period.to}`;
  const accept = (data) => {
    const { span, load } = told(data, period);
    const before = shown.current;
    // What goes on only grows: who looks at a moment of it stays there.
    if (before.name === name && !isEmpty(before.data, period)) player.grow(load);
    else player.load({ ...load, at: at !== null && span.from <= at && at <= span.to ? at : beginning(data, span) });
    shown.current = { name, data };
    setState({ data, span, problem: "", busy: false, key: name });
  };
  useEffect(() => {
    if (!vehicles.length) return undefined;
    shown.current = {};
    setState((old) => ({ ...old, busy: true, problem: "" }));
    loader.current.load(vehicles, period).then(
      (data) => data && accept(data),
      (error) => setState({ data: null, problem: error.message, busy: false }),
    );
    return () => loader.current.stop();
  }, [key, period.from, period.to, attempt]);
  // A failure now leaves what is shown: the next news ask again.
  const again = () => loader.current.load(vehicles, period).then((data) => data && accept(data), () => {});
  return { ...state, retry, again, shown, loader: loader.current };
}

/** Reads the period again when something new is pushed about it; `changes` are the newest notices
 * of trips, stops and events. */
export function usePastNews(past, vehicles, period, { changes, slowly }) {
  const latest = useRef({});
  latest.current = { past, vehicles, period };
  const news = useRef(null);
  news.current ??= new PastNews({
    refetch: () => latest.current.past.again(),
    goesOn: () => Boolean(latest.current.past.shown.current.data) && goesOn(latest.current.period),
    knows: (id) => {
      const { trips = [], stops = [], events = [] } = latest.current.past.shown.current.data ?? {};
      return [trips, stops, events].some((list) => list.some((one) => one.id === id));
    },
  });
  news.current.slowly = slowly;
  useEffect(() => () => news.current.stop(), []);
  useEffect(() => news.current.forget(), [past.key]);
  useEffect(() => {
    const check = () => {
      const { past: known, vehicles: ids } = latest.current;
      if (ids.some((id) => isNewer(id, known.shown.current.data))) news.current.fixes();
    };
    return store.subscribe(({ kind, ids }) => (kind === "snapshot" || (kind === "delta" && ids.some((id) => latest.current.vehicles.includes(id)))) && check());
  }, []);
  const text = JSON.stringify(changes ?? []);
  useEffect(() => news.current.notices(JSON.parse(text)), [text]);
  return news.current;
}

export function useSnap(past, wanted, unset) {
  const [state, setState] = useState({ possible: false, busy: false, trips: null });
  const trips = past.data?.trips ?? [];
  const shown = useRef(null);
  useEffect(() => {
    if (!trips.length) return undefined;
    let here = true;
    canSnap(past.loader.get, trips[0]).then((possible) => here && setState((old) => ({ ...old, possible })));
    return () => {
      here = false;
    };
  }, [past.data]);
  useEffect(() => {
    let here = true;
    // The roads of a period that goes on stay until they are there anew.
    const kept = wanted && shown.current === past.key;
    shown.current = wanted ? past.key : null;
    setState((old) => ({ ...old, trips: kept ? old.trips : null, busy: wanted && trips.length > 0 && !(kept && old.trips) }));
    if (!wanted || !trips.length) return undefined;
    past.loader.loadSnapped(trips).then(
      (found) => here && setState((old) => ({ ...old, trips: found, busy: false })),
      () => here && unset(),
    );
    return () => {
      here = false;
    };
  }, [wanted, past.data]);
  return state;
}

// Zones painted on a MapLibre map: areas, corridors and names. Used by the zones page and the overview.

import { areaOf, featureOf, middleOf } from "./zoneShapes.js";

const FONT = ["Fleet Semibold", "Inter Variable", "Inter", "system-ui", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"];
const PLAIN = "#2463eb";
const NONE = { type: "FeatureCollection", features: [] };
const AREAS = ["==", ["geometry-type"], "Polygon"];
const LINES = ["==", ["geometry-type"], "LineString"];
const COLOR = ["get", "color"];
const CHOSEN = ["boolean", ["feature-state", "chosen"], false];
const RESTS = ["!", ["get", "active"]];
const ZOOMS = 24;

// A corridor is as wide in metres at every zoom.
const wide = (more) => ["interpolate", ["exponential", 2], ["zoom"], 0, ["+", ["get", "px"], more], ZOOMS, ["+", ["*", ["get", "px"], 2 ** ZOOMS], more]];

function layersOf(id, { halo, ink }, namesFrom) {
  const fill = ["case", CHOSEN, 0.3, RESTS, 0.07, 0.17];
  const edge = { "line-color": COLOR, "line-width": ["case", CHOSEN, 3.5, 1.8], "line-opacity": ["case", RESTS, 0.55, 0.95] };
  const round = { "line-cap": "round", "line-join": "round" };
  return [
    { id: `${id}-fill`, type: "fill", filter: AREAS, paint: { "fill-color": COLOR, "fill-opacity": fill } },
    { id: `${id}-band`, type: "line", filter: LINES, layout: round, paint: { "line-color": COLOR, "line-opacity": fill, "line-width": wide(0) } },
    { id: `${id}-line`, type: "line", filter: AREAS, layout: { "line-join": "round" }, paint: edge },
    { id: `${id}-edge`, type: "line", filter: LINES, layout: { "line-join": "round" }, paint: { ...edge, "line-gap-width": wide(0) } },
    {
      id: `${id}-name`,
      type: "symbol",
      source: `${id}-names`,
      minzoom: namesFrom,
      layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 12, "text-max-width": 9, "text-padding": 3, "symbol-sort-key": ["get", "order"] },
      paint: { "text-color": ink, "text-halo-color": halo, "text-halo-width": 1.6, "text-opacity": ["case", RESTS, 0.7, 1] },
    },
  ];
}

/** A zone as something to paint; `order` lets the larger be painted first and named last. */
function paintable({ id, name, color, active, shape }) {
  const properties = { id, name, color: color || PLAIN, active: active !== false };
  const area = { ...featureOf(shape, properties), id };
  const at = { type: "Feature", id, properties: { ...properties, order: -areaOf(shape) }, geometry: { type: "Point", coordinates: middleOf(shape) } };
  return { area, at, size: areaOf(shape) };
}

export class ZoneLayers {
  constructor(map, { palette, id = "zones", namesFrom = 9 }) {
    Object.assign(this, { map, palette, id, namesFrom, zones: [], chosen: 0, hidden: 0, shown: true });
    this.onStyle = () => this.addAll();
    map.on("style.load", this.onStyle);
    if (map.isStyleLoaded() || map.style?._loaded) this.addAll();
  }

  remove() {
    this.map.off("style.load", this.onStyle);
  }

  addAll() {
    const { map, id } = this;
    if (map.getSource(id)) return;
    map.addSource(id, { type: "geojson", data: NONE, tolerance: 0.05 }); // circles stay round
    map.addSource(`${id}-names`, { type: "geojson", data: NONE });
    const above = map.getStyle().layers.find(({ type }) => type === "symbol")?.id;
    for (const layer of layersOf(id, this.palette, this.namesFrom)) {
      map.addLayer({ source: id, ...layer }, layer.type === "symbol" ? undefined : above);
    }
    this.paint();
  }

  setPalette(palette) {
    this.palette = palette; // the style that comes with another theme is painted with it
  }

  /** Show these zones: `{id, name, color, active, shape}`. */
  set(zones) {
    this.zones = zones.filter(({ shape }) => shape).map(paintable).sort((a, b) => b.size - a.size);
    this.paint();
  }

  /** Paint one zone stronger; 0 for none. */
  choose(id) {
    this.mark(this.chosen, false);
    this.chosen = id;
    this.mark(id, true);
  }

  mark(id, chosen) {
    if (id && this.map.getSource(this.id)) this.map.setFeatureState({ source: this.id, id }, { chosen });
  }

  /** Leave one zone out, because it is being changed; 0 for none. */
  hide(id) {
    if (id === this.hidden) return;
    this.hidden = id;
    this.paint();
  }

  show(shown) {
    if (shown === this.shown) return;
    this.shown = shown;
    this.paint();
  }

  paint() {
    const { map, id, hidden } = this;
    if (!map.getSource(id)) return;
    const seen = this.shown ? this.zones.filter(({ area }) => area.id !== hidden) : [];
    map.getSource(id).setData({ type: "FeatureCollection", features: seen.map(({ area }) => area) });
    map.getSource(`${id}-names`).setData({ type: "FeatureCollection", features: seen.map(({ at }) => at) });
    this.mark(this.chosen, true);
  }

  /** The id of the smallest zone at a point of the map; 0 for none. */
  at(point) {
    const layers = [`${this.id}-fill`, `${this.id}-band`].filter((one) => this.map.getLayer(one));
    if (!layers.length) return 0;
    const found = new Set(this.map.queryRenderedFeatures(point, { layers }).map(({ properties }) => properties.id));
    const hits = this.zones.filter(({ area }) => found.has(area.id));
    return hits.at(-1)?.area.id ?? 0;
  }
}

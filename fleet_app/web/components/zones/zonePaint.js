// How a shape that is being drawn or changed, and its handles, are painted. No React.

const NONE = { type: "FeatureCollection", features: [] };
const SHAPE = "draft";
const HANDLES = "draft-handles";

function layers({ accent, surface, late }) {
  const color = ["case", ["get", "wrong"], late, accent];
  const width = ["interpolate", ["exponential", 2], ["zoom"], 0, ["get", "px"], 24, ["*", ["get", "px"], 2 ** 24]];
  const areas = ["==", ["geometry-type"], "Polygon"];
  const bands = ["all", ["==", ["geometry-type"], "LineString"], ["has", "px"]];
  const lines = ["all", ["==", ["geometry-type"], "LineString"], ["!", ["has", "px"]]];
  const is = (kind) => ["==", ["get", "kind"], kind];
  return [
    { id: "draft-fill", type: "fill", filter: areas, paint: { "fill-color": color, "fill-opacity": 0.2 } },
    { id: "draft-band", type: "line", filter: bands, layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": color, "line-opacity": 0.25, "line-width": width } },
    { id: "draft-line", type: "line", filter: areas, paint: { "line-color": color, "line-width": 2.5 } },
    { id: "draft-spine", type: "line", filter: bands, paint: { "line-color": color, "line-width": 2.5 } },
    { id: "draft-rubber", type: "line", filter: lines, paint: { "line-color": accent, "line-width": 2, "line-dasharray": [2, 1.5] } },
    {
      id: "draft-handle",
      source: HANDLES,
      type: "circle",
      paint: {
        "circle-radius": ["case", ["get", "picked"], 8, is("between"), 4, 6],
        "circle-color": ["case", ["get", "picked"], accent, is("middle"), accent, surface],
        "circle-opacity": ["case", is("between"), 0.75, 1],
        "circle-stroke-color": ["case", ["get", "picked"], surface, accent],
        "circle-stroke-width": ["case", is("between"), 1.5, 2.5],
      },
    },
  ];
}

/** A handle of the shape, or a corner that was set. */
export const handleFeature = (at, kind, picked = false) => ({
  type: "Feature",
  properties: { kind, picked },
  geometry: { type: "Point", coordinates: at },
});

/** A line that is being drawn, up to where the hand is. */
export const lineFeature = (coordinates) => ({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates } });

/** Make room for the shape on the map; false where there is some. */
export function addDraft(map, palette) {
  if (map.getSource(SHAPE)) return false;
  map.addSource(SHAPE, { type: "geojson", data: NONE });
  map.addSource(HANDLES, { type: "geojson", data: NONE });
  for (const layer of layers(palette)) map.addLayer({ source: SHAPE, ...layer });
  return true;
}

/** Whether the map has room for the shape. */
export const hasDraft = (map) => Boolean(map.getSource(SHAPE));

export function paintDraft(map, features, handles) {
  map.getSource(SHAPE).setData({ type: "FeatureCollection", features });
  map.getSource(HANDLES).setData({ type: "FeatureCollection", features: handles });
}

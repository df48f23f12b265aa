// The shape of a zone in its form: what was drawn in words, its size as a number, its corners to type.

import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { parseCoordinates } from "../../places/sources/coordinates.js";
import { unitSystem } from "../../live/sources/format.js";
import { desk } from "./zoneDesk.js";
import { cornersText } from "./zoneDraft.js";
import { FIELDS, RULERS, shapeIn, textsOf, wordsOf } from "./zoneShapes.js";

const MOST_TYPED = 400;
const SIZES = { circle: ["radius_m", "Radius"], corridor: ["width_m", "Width"] };

/** Corners that were typed, one a line; a message for the first line that is none. */
export function cornersIn(text) {
  const line = [];
  for (const [n, row] of text.split("\n").entries()) {
    if (!row.trim()) continue;
    const point = parseCoordinates(row);
    if (!point) return { problem: `Line ${n + 1} is no position such as 60.17000, 24.94000.` };
    line.push([point.lon, point.lat]);
  }
  return { line };
}

function Size({ shape }) {
  const [name, label] = SIZES[shape.type];
  const { unit, metres } = RULERS[unitSystem()] ?? RULERS.metric;
  const shown = String(Math.round((shape[name] / metres) * 10) / 10);
  const [text, setText] = useState(shown);
  useEffect(() => setText(shown), [shown]);
  const take = () => {
    const number = Number(text.replace(",", "."));
    if (number > 0 && text !== shown) desk.replace({ ...shape, [name]: number * metres });
    else setText(shown);
  };
  return (
    <label className="zone-size">
      <span>{label}</span>
      <span className="with-unit">
        <input type="text" inputMode="decimal" value={text} maxLength={12} onChange={(event) => setText(event.target.value)} onBlur={take} onKeyDown={(event) => event.key === "Enter" && (event.preventDefault(), take())} />
        <span className="unit">{unit}</span>
      </span>
    </label>
  );
}

const typed = (shape) => (shape.type === "circle" ? [shape.center] : shape.type === "polygon" ? shape.outline : shape.line);

function withCorners(shape, line) {
  if (shape.type === "circle") return { ...shape, center: line[0] };
  return shape.type === "polygon" ? { ...shape, outline: line } : { ...shape, line };
}

function Corners({ shape }) {
  const least = { circle: 1, corridor: 2, polygon: 3 }[shape.type];
  const shown = cornersText(typed(shape));
  const [text, setText] = useState(shown);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    setText(shown);
    setProblem("");
  }, [shown]);
  const take = () => {
    if (text === shown) return setProblem("");
    const { line, problem: wrong } = cornersIn(text);
    if (wrong || line.length < least) return setProblem(wrong ?? `It needs at least ${least} of them.`);
    setProblem("");
    return desk.replace(withCorners(shape, shape.type === "circle" ? line.slice(0, 1) : line));
  };
  const label = shape.type === "circle" ? "Middle" : "Corners";
  return (
    <details className="zone-corners">
      <summary>{shape.type === "circle" ? "Type the middle" : "Type the corners"}</summary>
      <textarea aria-label={`${label}, latitude and longitude, one a line`} rows={Math.min(8, typed(shape).length + 1)} value={text} spellCheck="false" onChange={(event) => setText(event.target.value)} onBlur={take} />
      {problem && <p className="field-error" role="alert">{problem}</p>}
    </details>
  );
}

/** Keeps the fields of a shape in step with what is drawn on the map. */
export function ShapeField(props) {
  const { values = {}, stamp = "", record = 0, problem = "" } = props;
  const id = Number(record) || 0;
  const system = unitSystem();
  const given = useRef(null);
  const key = `${id} ${stamp}`;
  if (given.current?.key !== key) given.current = { key, values };
  useSyncExternalStore(desk.subscribe, desk.version);
  useEffect(() => {
    desk.enter(id, shapeIn(given.current.values, unitSystem()));
    return () => desk.leave();
  }, [key]);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    desk.onDrawn = (shape) => latest.current.onCheck?.("geometry", textsOf(shape, unitSystem()).geometry);
    return () => {
      desk.onDrawn = null;
    };
  }, []);
  useEffect(() => desk.trouble(problem), [problem, desk.map]);
  const { shape } = desk;
  const texts = desk.changed ? textsOf(shape, system) : given.current.values;
  return (
    <div className="zone-shape" data-testid="zone-shape" data-wrong={problem ? "true" : "false"}>
      {FIELDS.map((name) => <input key={name} type="hidden" name={name} value={texts[name] ?? ""} readOnly />)}
      <p>{shape ? wordsOf(shape, system) : "Not drawn yet. Draw it on the map."}</p>
      {shape && SIZES[shape.type] && <Size shape={shape} />}
      {shape && typed(shape).length <= MOST_TYPED && <Corners shape={shape} />}
      <p className="field-error" role="alert">{shape || !problem ? problem : "Draw the zone on the map first."}</p>
    </div>
  );
}

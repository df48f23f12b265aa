// Speed and altitude over the period, in step with the player: hover tells, a click goes there.

import { useEffect, useRef, useState } from "react";
import { drawChart, LEFT, momentAt, pixelOf } from "./chart.js";
import { exactClock, shortUnit } from "./moments.js";
import { sampleAt } from "./track.js";

const KINDS = {
  speed: { label: "Speed", values: (track) => track.pace, of: (at) => at.speed, fromZero: true },
  altitude: { label: "Altitude", values: (track) => track.altitude, of: (at) => at.altitude, fromZero: false },
};

function useWidth(box) {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const watch = new ResizeObserver(([{ contentRect }]) => setWidth(Math.round(contentRect.width)));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return width;
}

function Chart({ kind, data, period, zone, colours, colorOf, names, player, speed }) {
  const { label, values, of, fromZero } = KINDS[kind];
  const { unit, per } = kind === "speed" ? speed : shortUnit();
  const box = useRef(null);
  const canvas = useRef(null);
  const cursor = useRef(null);
  const [hover, setHover] = useState(null);
  const [known, setKnown] = useState(true);
  const width = useWidth(box);
  useEffect(() => {
    const series = [...data.tracks].map(([id, track]) => ({ color: colorOf(id), track, values: values(track) }));
    setKnown(drawChart(canvas.current, { series, period, zone, per, unit, palette: colours.palette, fromZero }));
  }, [data, period.from, period.to, zone, unit, width, colours]);
  useEffect(
    () =>
      player.onFrame((ms) => {
        if (cursor.current) cursor.current.style.transform = `translateX(${pixelOf(ms, box.current.clientWidth, period)}px)`;
      }),
    [player, period.from, period.to, width],
  );
  const under = (event) => momentAt(event.clientX - box.current.getBoundingClientRect().left, box.current.clientWidth, period);
  const told = hover === null ? [] : [...data.tracks].flatMap(([id, track]) => {
    const at = sampleAt(track, hover);
    const value = at && !at.lost ? of(at) : null;
    return value === null ? [] : [{ id, text: `${Math.round(value / per).toLocaleString("en-GB")} ${unit}` }];
  });
  const drag = (event) => {
    setHover(under(event));
    if (event.buttons === 1) player.seek(under(event));
  };
  return (
    <figure className="past-chart" data-kind={kind} data-known={known} data-testid={`past-chart-${kind}`}>
      <figcaption>{label}{known ? "" : ": not told for this time"}</figcaption>
      <div ref={box} className="past-plot" onPointerMove={drag} onPointerLeave={() => setHover(null)} onPointerDown={(event) => player.seek(under(event))}>
        <canvas ref={canvas} role="img" aria-label={`${label} over time`} />
        <i ref={cursor} className="past-cursor" aria-hidden="true" />
        {hover !== null && (
          <div className="past-hover" data-side={pixelOf(hover, width, period) > (width + LEFT) / 2 ? "left" : "right"} style={{ left: pixelOf(hover, width, period) }}>
            <b>{exactClock(hover, zone)}</b>
            {told.map(({ id, text }) => (
              <span key={id} style={{ "--vehicle": colorOf(id) }}>{names.size > 1 && <i aria-hidden="true" />}{text}</span>
            ))}
            {!told.length && <span>Nothing told</span>}
          </div>
        )}
      </div>
    </figure>
  );
}

export function PastCharts(props) {
  return (
    <section className="past-charts" aria-label="Charts">
      <Chart {...props} kind="speed" />
      <Chart {...props} kind="altitude" />
    </section>
  );
}

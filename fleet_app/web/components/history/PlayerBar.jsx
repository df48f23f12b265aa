// Play, pause, pace and the scrub bar. The moment is written into the page without React.

import { useEffect, useReducer, useRef } from "react";
import { headingText, speedText } from "../../live/sources/format.js";
import { bands } from "./facts.js";
import { clockText, exactClock, heightText, momentText, tickMoments } from "./moments.js";
import { Icon } from "./PastIcons.jsx";
import { RATES } from "./player.js";
import { sampleAt } from "./track.js";

const STEP_MS = 1000;

function usePlayer(player) {
  const [, again] = useReducer((count) => count + 1, 0);
  useEffect(() => player.watch(again), [player]);
}

function Button({ icon, label, filled, className = "past-button", ...props }) {
  return (
    <button type="button" className={className} aria-label={label} title={label} {...props}>
      <Icon name={icon} filled={filled} size={17} />
    </button>
  );
}

/** What one vehicle did at the moment. */
export function readout(track, ms, zone) {
  const at = track && sampleAt(track, ms);
  if (!at) return { text: "Not seen yet", lost: true };
  if (at.lost) return { text: `No fix since ${clockText(at.since, zone)}`, lost: true };
  const more = [at.heading === null ? "" : headingText(at.heading).split(" ")[0], at.altitude === null ? "" : heightText(at.altitude)];
  return { text: [speedText(at.speed), ...more].filter(Boolean).join(" · "), lost: false };
}

function Readouts({ data, player, zone, names, colorOf, units }) {
  const box = useRef(null);
  useEffect(
    () =>
      player.onFrame((ms) => {
        for (const line of box.current?.children ?? []) {
          const { text, lost } = readout(data.tracks.get(Number(line.dataset.vehicle)), ms, zone);
          const value = line.lastChild;
          if (value.textContent !== text) value.textContent = text;
          line.dataset.lost = String(lost);
        }
      }),
    [player, data, zone, units],
  );
  return (
    <ul ref={box} className="past-readouts" aria-label="At this moment">
      {[...names].map(([id, name]) => (
        <li key={id} data-vehicle={id} style={{ "--vehicle": colorOf(id) }}>
          <i aria-hidden="true" />
          <b>{name}</b>
          <span />
        </li>
      ))}
    </ul>
  );
}

function Bands({ data, period, names, colorOf }) {
  const span = period.to - period.from;
  const at = ({ from, to }) => ({ left: `${((from - period.from) / span) * 100}%`, width: `max(1px, ${((to - from) / span) * 100}%)` });
  return (
    <div className="past-bands" aria-hidden="true">
      {[...names.keys()].map((id) => (
        <div key={id} className="past-band-row" style={{ "--vehicle": colorOf(id) }}>
          {bands(id, data, period).map((band, i) => <i key={i} data-kind={band.kind} style={at(band)} />)}
        </div>
      ))}
    </div>
  );
}

function Marks({ player, period, data }) {
  const span = period.to - period.from;
  const events = player.marks.filter(({ what }) => what === "event");
  return (
    <div className="past-ticks" aria-hidden="true" data-events={data.events.length}>
      {events.map(({ ms, id, kind }) => <i key={id} data-kind={kind} style={{ left: `${((ms - period.from) / span) * 100}%` }} />)}
    </div>
  );
}

function Scale({ period, zone }) {
  const span = period.to - period.from;
  const moments = tickMoments(period.from, period.to, 9, zone);
  return (
    <div className="past-scale" aria-hidden="true">
      {moments.map((ms) => {
        const share = ((ms - period.from) / span) * 100;
        return <span key={ms} style={{ left: `${share}%`, translate: share < 3 ? "-20%" : share > 97 ? "-80%" : "-50%" }}>{clockText(ms, zone)}</span>;
      })}
    </div>
  );
}

function Scrub({ player, period, zone, children }) {
  const slider = useRef(null);
  useEffect(
    () =>
      player.onFrame((ms) => {
        const input = slider.current;
        if (!input) return;
        input.value = String(ms - period.from);
        const told = momentText(ms, zone);
        if (input.getAttribute("aria-valuetext") !== told) input.setAttribute("aria-valuetext", told);
      }),
    [player, period.from, period.to, zone],
  );
  return (
    <div className="past-scrub">
      {children}
      <input
        ref={slider}
        type="range"
        aria-label="Moment"
        data-testid="past-scrub"
        min="0"
        max={period.to - period.from}
        step={STEP_MS}
        defaultValue="0"
        onInput={(event) => player.seek(period.from + Number(event.target.value))}
      />
    </div>
  );
}

function Clock({ player, zone }) {
  const text = useRef(null);
  useEffect(
    () =>
      player.onFrame((ms) => {
        const told = exactClock(ms, zone);
        if (text.current && text.current.textContent !== told) {
          text.current.textContent = told;
          text.current.title = momentText(ms, zone);
        }
      }),
    [player, zone],
  );
  return <time ref={text} className="past-clock" data-testid="past-clock" />;
}

export function PlayerBar({ player, data, period, zone, units, names, colorOf, live, children }) {
  usePlayer(player);
  return (
    <section className="past-player" aria-label="Player">
      <div className="past-controls">
        <Button icon="previous" label="Previous event (Ctrl ←)" filled onClick={() => player.jump(-1)} />
        <Button icon={player.playing ? "pause" : "play"} filled={!player.playing} className="past-button main" label={player.playing ? "Pause (space)" : "Play (space)"} data-testid="past-play" onClick={() => player.toggle()} />
        <Button icon="next" label="Next event (Ctrl →)" filled onClick={() => player.jump(1)} />
        <Clock player={player} zone={zone} />
        <label className="past-rate">
          <span className="only-read">Pace</span>
          <select value={player.rate} onChange={(event) => player.setRate(Number(event.target.value))} aria-label="Pace">
            {RATES.map((rate) => <option key={rate} value={rate}>{rate}×</option>)}
          </select>
        </label>
        <label className="past-check" title="Pass over the time in which nothing moves">
          <input type="checkbox" checked={player.skipping} onChange={(event) => player.setSkipping(event.target.checked)} />
          <span>Skip stops</span>
        </label>
        {live && (
          <button type="button" className="past-live" aria-pressed={player.following} title="Go to the newest fix, and stay with it" data-testid="past-follow-live" onClick={() => player.follow(!player.following)}>
            <i aria-hidden="true" />
            Follow live
          </button>
        )}
        <Readouts {...{ data, player, zone, names, colorOf, units }} />
        {children}
      </div>
      <Scrub {...{ player, period, zone }}>
        <Bands {...{ data, period, names, colorOf }} />
        <Marks {...{ player, period, data }} />
      </Scrub>
      <Scale {...{ period, zone }} />
    </section>
  );
}

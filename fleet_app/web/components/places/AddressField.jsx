// An address with suggestions while typing, and beneath it a map with a pin.

import "maplibre-gl/dist/maplibre-gl.css";
import { useEffect, useId, useRef, useState } from "react";
import { useTheme } from "../../live/sources/theme.js";
import { parseCoordinates, pointOf, pointText, rounded, samePoint } from "./coordinates.js";
import { openPinMap } from "./pinMap.js";
import { PlaceSearch } from "./placeSearch.js";

const TYPING_MS = 180;
const RESTING_MS = 350;
const SHORTEST = 2;
const PRECISION_NOTES = {
  street: "Only the street is known. Drag the pin to the door.",
  interpolated: "The house number is estimated. Check the pin.",
  place: "Only the area is known. Drag the pin to the door.",
};

function optionsOf(text, places) {
  const point = parseCoordinates(text);
  const pin = { label: text.trim(), ...point, precision: "address", detail: "Set the pin here", isPoint: true };
  return point ? [pin, ...places] : places;
}

/** The suggestions for what is typed. */
function useSuggestions(search, setNote) {
  const [standing, setStanding] = useState({ ready: true, reason: "", as_you_type: true });
  const [list, setList] = useState({ text: "", options: [], open: false, active: 0, moved: false });
  const timer = useRef(0);
  const learnt = useRef(false);
  const learn = async () => {
    if (learnt.current) return;
    learnt.current = true;
    const found = await search.standing().catch(() => null);
    if (!found) return;
    setStanding(found);
    if (!found.ready) setNote(found.reason);
  };
  const show = (text, places) => {
    const options = optionsOf(text, places);
    setList((old) => {
      // A late answer must not move the choice from under somebody's fingers.
      const kept = old.open && old.moved ? options.findIndex(({ label }) => label === old.options[old.active].label) : -1;
      return { text, options, open: true, active: Math.max(0, kept), moved: kept >= 0 };
    });
  };
  const close = () => {
    clearTimeout(timer.current);
    search.running.find?.abort();
    setList((old) => ({ ...old, open: false }));
  };
  const ask = async (text, near) => {
    clearTimeout(timer.current);
    if (parseCoordinates(text)) return show(text, []);
    try {
      const found = await search.find(text, near);
      if (!found) return undefined;
      setStanding(found);
      setNote(found.ready ? "" : found.reason);
      return found.ready ? show(text, found.places) : close();
    } catch (error) {
      close();
      return setNote(error.message);
    }
  };
  const typed = (text, near) => {
    clearTimeout(timer.current);
    setList((old) => ({ ...old, moved: false }));
    const wanted = text.trim().length >= SHORTEST && (standing.as_you_type || parseCoordinates(text));
    if (wanted) timer.current = setTimeout(() => ask(text, near), TYPING_MS);
    else close();
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  return { standing, list, setList, learn, ask, typed, close };
}

/** The map under the field, opened once. */
function usePinMap(box, latest) {
  const [map, setMap] = useState(null);
  useEffect(() => {
    let opened = null;
    let closed = false;
    const { theme, point, fixed } = latest.current;
    const onMove = (at) => latest.current.onMove(at);
    openPinMap(box.current, { theme, point, fixed, onMove }).then((made) => {
      if (!made || closed) return made?.remove();
      opened = made;
      made.setFixed(latest.current.fixed);
      made.setPoint(latest.current.point, !samePoint(point, latest.current.point));
      setMap(made);
      return undefined;
    });
    return () => {
      closed = true;
      opened?.remove();
    };
  }, []);
  return map;
}

function Suggestions({ id, list, choose }) {
  if (!list.open) return null;
  if (!list.options.length) return <p className="places-none">No address found. Set the pin on the map instead.</p>;
  return (
    <ul id={id} role="listbox" aria-label="Addresses found" className="places-list">
      {list.options.map((place, index) => (
        <li
          key={`${place.label} ${place.lat} ${place.lon}`}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === list.active}
          className="places-option"
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => choose(place)}
        >
          <span>{place.label}</span>
          {place.detail || place.precision !== "address" ? <small>{place.detail ?? place.precision}</small> : null}
        </li>
      ))}
    </ul>
  );
}

function MapButton({ label, path, onClick }) {
  return (
    <button type="button" className="live-map-button" aria-label={label} title={label} onClick={onClick}>
      <svg viewBox="0 0 24 24" width="16" height="16" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" aria-hidden="true">
        <path d={path} />
      </svg>
    </button>
  );
}

export function AddressField(props) {
  const { prefix = "", label = "Address", placeholder = "Street and number", inputId, required = false } = props;
  const fixed = Boolean(props.readOnly);
  const id = useId();
  const fieldId = inputId || `${id}-input`;
  const theme = useTheme(props.theme);
  const given = { text: props.address ?? "", point: pointOf(props.lat, props.lon) };
  const [text, setText] = useState(given.text);
  const [point, setPoint] = useState(given.point);
  const [note, setNote] = useState("");
  const [offer, setOffer] = useState(null);
  const search = useRef(null);
  search.current ??= new PlaceSearch();
  const said = useRef({ echoes: new Set(), last: "" });
  const { standing, list, setList, learn, ask, typed, close } = useSuggestions(search.current, setNote);
  const box = useRef(null);
  const resting = useRef(0);
  const latest = useRef({});
  latest.current = { theme, point, fixed, text, onMove };
  const map = usePinMap(box, latest);

  useEffect(() => map?.setTheme(theme), [map, theme]);
  useEffect(() => map?.setFixed(fixed), [map, fixed]);
  useEffect(() => () => {
    clearTimeout(resting.current);
    search.current.stop();
  }, []);

  // Another record is shown. What only comes back from our own event is no news.
  const givenKey = JSON.stringify(given);
  const shownKey = useRef(givenKey);
  useEffect(() => {
    if (shownKey.current === givenKey) return;
    shownKey.current = givenKey;
    if (said.current.echoes.delete(givenKey)) return;
    said.current = { echoes: new Set(), last: givenKey };
    setText(given.text);
    setPoint(given.point);
    setOffer(null);
    setNote("");
    close();
    map?.setPoint(given.point);
  }, [givenKey]);

  function say(newText, newPoint) {
    const key = JSON.stringify({ text: newText, point: newPoint });
    if (key === said.current.last || (!said.current.last && key === givenKey)) return;
    said.current.last = key;
    said.current.echoes.add(key);
    props.onPlace?.(newText, newPoint?.lat ?? null, newPoint?.lon ?? null);
  }

  function place(newText, newPoint, look) {
    setText(newText);
    setPoint(newPoint);
    if (look) map?.setPoint(newPoint);
    say(newText, newPoint);
  }

  async function offerAddressAt(at) {
    try {
      const found = await search.current.at(at);
      if (!found) return;
      const isNews = found.place && found.place.label !== latest.current.text;
      setOffer(isNews ? found.place : null);
      setNote(found.ready ? (found.place ? "" : "No address is known near the pin.") : found.reason);
    } catch (error) {
      setNote(error.message);
    }
  }

  function onMove(at) {
    const newPoint = rounded(at);
    setOffer(null);
    place(latest.current.text, newPoint, false);
    clearTimeout(resting.current);
    resting.current = setTimeout(() => offerAddressAt(newPoint), RESTING_MS);
  }

  function choose(option) {
    close();
    const newPoint = rounded(option);
    setOffer(null);
    setNote(option.isPoint ? "" : PRECISION_NOTES[option.precision] ?? "");
    place(option.label, newPoint, true);
    if (option.isPoint) offerAddressAt(newPoint);
  }

  function acceptOffer() {
    place(offer.label, point, false);
    setOffer(null);
  }

  function clear() {
    close();
    setOffer(null);
    setNote("");
    place("", null, false);
    map?.setPoint(null);
    document.getElementById(fieldId)?.focus();
  }

  const near = () => point ?? map?.center ?? null;
  const shown = list.open && list.options.length > 0;
  const move = (step) => setList((old) => ({ ...old, active: (old.active + step + old.options.length) % old.options.length, moved: true }));

  function onKeyDown(event) {
    if (fixed || event.nativeEvent.isComposing) return;
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      if (shown) move(key === "ArrowDown" ? 1 : -1);
      else if (text.trim()) ask(text, near());
    } else if (key === "Enter" && (shown || (!standing.as_you_type && text.trim() && list.text !== text))) {
      event.preventDefault();
      if (shown && (list.moved || list.text === text)) choose(list.options[list.active]);
      else ask(text, near());
    } else if (key === "Escape" && list.open) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  }

  useEffect(() => {
    if (shown) document.getElementById(`${id}-list-${list.active}`)?.scrollIntoView({ block: "nearest" });
  }, [shown, list.active]);

  return (
    <div className="places" data-testid="address-field" data-ready={map ? "true" : "false"}>
      {label && <label className="places-label" htmlFor={fieldId}>{label}</label>}
      <div className="places-entry">
        <input
          id={fieldId}
          className="places-input"
          name={`${prefix}address`}
          type="text"
          role="combobox"
          aria-label={label || inputId ? undefined : "Address"}
          aria-expanded={shown}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={shown ? `${id}-list-${list.active}` : undefined}
          aria-describedby={`${id}-note`}
          autoComplete="off"
          spellCheck="false"
          maxLength={500}
          placeholder={placeholder}
          required={required}
          readOnly={fixed}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setOffer(null);
            typed(event.target.value, near());
          }}
          onFocus={() => !fixed && learn()}
          onBlur={() => {
            close();
            say(text, point);
          }}
          onKeyDown={onKeyDown}
        />
        {!fixed && (text || point) && (
          <button type="button" className="places-clear" aria-label="Clear the address" title="Clear" onClick={clear}>×</button>
        )}
        {!fixed && standing.ready && !standing.as_you_type && (
          <button type="button" className="places-search" onMouseDown={(event) => event.preventDefault()} onClick={() => text.trim() && ask(text, near())}>Search</button>
        )}
        <Suggestions id={`${id}-list`} list={list} choose={choose} />
      </div>
      <input type="hidden" name={`${prefix}lat`} value={point ? point.lat : ""} />
      <input type="hidden" name={`${prefix}lon`} value={point ? point.lon : ""} />
      <div className="places-map">
        <div ref={box} className="places-canvas" />
        <div className="live-map-controls" role="group" aria-label="Map controls">
          <MapButton label="Zoom in" path="M12 5v14M5 12h14" onClick={() => map?.zoomBy(1)} />
          <MapButton label="Zoom out" path="M5 12h14" onClick={() => map?.zoomBy(-1)} />
        </div>
        {map && !map.info && <p className="live-map-notice">No base map is installed.</p>}
      </div>
      <div className="places-foot">
        <span className="places-point">{point ? pointText(point) : fixed ? "No pin" : "Choose an address, or click the map to set the pin."}</span>
        <span id={`${id}-note`} role="status" className="places-note">
          {note || (shown ? `${list.options.length} found` : "")}
        </span>
      </div>
      {offer && !fixed && (
        <p className="places-offer" role="status">
          <span>The pin is at <strong>{offer.label}</strong></span>
          <button type="button" className="button small" onClick={acceptOffer}>Use this address</button>
        </p>
      )}
    </div>
  );
}

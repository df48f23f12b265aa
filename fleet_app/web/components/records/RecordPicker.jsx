// Chooses one record of a kind by typing a part of its name; a form gets its id.

import { useEffect, useId, useRef, useState } from "react";
import { Choices } from "./recordPicker.js";

const TYPING_MS = 160;
const CLOSED = { open: false, choices: [], total: 0, active: 0, words: "" };

export function RecordPicker(props) {
  const { url, name, title = "name", detail = [], fleet = 0, inputId, describedBy, invalid = false, required = false, placeholder = "Type to search" } = props;
  const id = useId();
  const [chosen, setChosen] = useState({ id: String(props.value ?? ""), label: props.label || (props.value ? `No. ${props.value}` : "") });
  const [text, setText] = useState(chosen.label);
  const [list, setList] = useState(CLOSED);
  const [problem, setProblem] = useState("");
  const asking = useRef(null);
  asking.current ??= new Choices();
  const timer = useRef(0);
  const hidden = useRef(null);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => () => {
    clearTimeout(timer.current);
    asking.current.stop();
  }, []);

  // The name may become known after the id.
  useEffect(() => {
    if (String(props.value ?? "") !== chosen.id || !props.label || props.label === chosen.label) return;
    setChosen({ id: chosen.id, label: props.label });
    setText(props.label);
  }, [props.label]);

  const close = () => {
    clearTimeout(timer.current);
    asking.current.stop();
    setList(CLOSED);
  };
  const ask = async (words) => {
    try {
      const found = await asking.current.find({ url, words, fleet, title, detail });
      if (found) setList({ open: true, ...found, active: 0, words });
      setProblem("");
    } catch (error) {
      setProblem(error.message);
    }
  };
  const choose = (choice) => {
    close();
    setChosen({ id: choice ? String(choice.id) : "", label: choice?.label ?? "" });
    setText(choice?.label ?? "");
    latest.current.onPick?.(choice ? Number(choice.id) : 0);
  };
  const typed = (event) => {
    const words = event.target.value;
    setText(words);
    clearTimeout(timer.current);
    if (!words.trim()) setChosen({ id: "", label: "" });
    timer.current = setTimeout(() => ask(words), TYPING_MS);
  };
  const keys = (event) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (!list.open) ask(text === chosen.label ? "" : text);
      else setList((old) => ({ ...old, active: (old.active + step + old.choices.length) % Math.max(1, old.choices.length) }));
    } else if (event.key === "Enter" && list.open && list.choices.length) {
      event.preventDefault();
      choose(list.choices[list.active]);
    } else if (event.key === "Escape" && list.open) {
      event.preventDefault();
      event.stopPropagation();
      event.nativeEvent.stopImmediatePropagation();
      close();
      setText(chosen.label);
    }
  };
  const left = () => {
    const exact = list.choices.find(({ label }) => label.toLowerCase() === text.trim().toLowerCase());
    close();
    if (text.trim() && text !== chosen.label && exact) choose(exact);
    else setText(chosen.label); // half a name chooses nobody
  };
  const shown = list.open && list.choices.length > 0;
  useEffect(() => {
    if (shown) document.getElementById(`${id}-${list.active}`)?.scrollIntoView({ block: "nearest" });
  }, [shown, list.active]);
  const more = list.total - list.choices.length;
  return (
    <div className="picker" data-field={name}>
      <input
        id={inputId || `${id}-input`}
        type="text"
        role="combobox"
        className="picker-input"
        aria-expanded={shown}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={shown ? `${id}-${list.active}` : undefined}
        aria-describedby={describedBy}
        aria-invalid={invalid || undefined}
        aria-required={required || undefined}
        aria-label={props.accessibleName || undefined}
        autoComplete="off"
        spellCheck="false"
        placeholder={placeholder}
        value={text}
        onChange={typed}
        onFocus={(event) => event.target.select()}
        onClick={() => !list.open && ask(text === chosen.label ? "" : text)}
        onBlur={left}
        onKeyDown={keys}
      />
      {(chosen.id || text) && (
        <button type="button" className="picker-clear" aria-label="Clear" title="Clear" onMouseDown={(event) => event.preventDefault()} onClick={() => choose(null)}>
          ×
        </button>
      )}
      <input ref={hidden} type="hidden" name={name} value={chosen.id} />
      {list.open && (
        <div className="picker-pop" onMouseDown={(event) => event.preventDefault()}>
          <ul id={`${id}-list`} role="listbox" aria-label="Found" className="picker-list">
            {list.choices.map((choice, index) => (
              <li key={choice.id} id={`${id}-${index}`} role="option" aria-selected={index === list.active} className="picker-option" onClick={() => choose(choice)}>
                <span>{choice.label}</span>
                {choice.detail && <small>{choice.detail}</small>}
              </li>
            ))}
          </ul>
          {!list.choices.length && <p className="picker-none">Nothing found.</p>}
          {more > 0 && <p className="picker-none">{more.toLocaleString("en")} more; type to narrow.</p>}
        </div>
      )}
      <span role="status" className="picker-problem">{problem}</span>
    </div>
  );
}

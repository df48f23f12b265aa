// Chooses several records by typing parts of their names; a form gets their ids with commas between,
// or their names, with the number behind each that was just chosen.

import { useEffect, useId, useRef, useState } from "react";
import { Choices } from "./recordPicker.js";

const TYPING_MS = 160;
const CLOSED = { open: false, choices: [], active: 0 };
const idsIn = (text) => String(text ?? "").split(",").map((one) => one.trim()).filter(Boolean);

const spoken = (label) => label.replace(/[,;\s]+/g, " ").trim();

/** What the chosen records are called; those that cannot be read keep their number. */
function useNames(url, ids, title, named) {
  const [names, setNames] = useState({});
  useEffect(() => {
    for (const id of named ? [] : ids.filter((one) => !(one in names))) {
      fetch(`${url}/${id}`, { headers: { Accept: "application/json" } })
        .then((answer) => (answer.ok ? answer.json() : null))
        .then((body) => body && setNames((old) => ({ ...old, [id]: body.data[title] })))
        .catch(() => undefined);
    }
  }, [ids.join(",")]);
  return [names, (id, label) => setNames((old) => ({ ...old, [id]: label }))];
}

export function ManyPicker(props) {
  const { url, name, title = "name", detail = [], named = false, fleet = 0, inputId, describedBy, invalid = false, placeholder = "Type to search" } = props;
  const id = useId();
  const [chosen, setChosen] = useState(idsIn(props.value));
  const [text, setText] = useState("");
  const [list, setList] = useState(CLOSED);
  const [problem, setProblem] = useState("");
  const [names, learn] = useNames(url, chosen, title, named);
  const called = (one) => names[one] ?? (named ? one : `No. ${one}`);
  const wordOf = ({ id: number, label }) => (named ? `${spoken(label)} #${number}` : String(number));
  const isChosen = (choice) => chosen.includes(wordOf(choice)) || (named && chosen.includes(spoken(choice.label)));
  const asking = useRef(null);
  asking.current ??= new Choices();
  const timer = useRef(0);
  useEffect(() => () => {
    clearTimeout(timer.current);
    asking.current.stop();
  }, []);
  const close = () => {
    clearTimeout(timer.current);
    setList(CLOSED);
  };
  const ask = async (words) => {
    try {
      const found = await asking.current.find({ url, words, fleet, title, detail });
      if (found) setList({ open: true, active: 0, choices: found.choices.filter((one) => !isChosen(one)) });
      setProblem("");
    } catch (error) {
      setProblem(error.message);
    }
  };
  const add = (choice) => {
    learn(wordOf(choice), choice.label);
    setChosen((old) => [...old, wordOf(choice)]);
    setText("");
    close();
  };
  const drop = (one) => setChosen((old) => old.filter((other) => other !== one));
  const typed = ({ target }) => {
    setText(target.value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => ask(target.value), TYPING_MS);
  };
  const keys = (event) => {
    if (event.nativeEvent.isComposing) return;
    const { open, choices, active } = list;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (open) setList({ ...list, active: (active + step + choices.length) % Math.max(1, choices.length) });
      else ask(text);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (open && choices.length) add(choices[active]);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      event.nativeEvent.stopImmediatePropagation();
      close();
    } else if (event.key === "Backspace" && !text && chosen.length) drop(chosen.at(-1));
  };
  const shown = list.open && list.choices.length > 0;
  return (
    <div className="picker tags-field" data-field={name}>
      <div className="tags-box">
        {chosen.map((one) => (
          <span key={one} className="tag-chip">
            {called(one)}
            <button type="button" aria-label={`Remove ${called(one)}`} onClick={() => drop(one)}>×</button>
          </span>
        ))}
        <input
          id={inputId}
          type="text"
          role="combobox"
          aria-expanded={shown}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={shown ? `${id}-${list.active}` : undefined}
          aria-describedby={describedBy}
          aria-invalid={invalid || undefined}
          autoComplete="off"
          spellCheck="false"
          placeholder={chosen.length ? "" : placeholder}
          value={text}
          onChange={typed}
          onClick={() => !list.open && ask(text)}
          onBlur={() => {
            close();
            setText("");
          }}
          onKeyDown={keys}
        />
      </div>
      <input type="hidden" name={name} value={chosen.join(", ")} data-said={chosen.map(called).map(spoken).join(", ")} readOnly />
      {list.open && (
        <div className="picker-pop" onMouseDown={(event) => event.preventDefault()}>
          <ul id={`${id}-list`} role="listbox" aria-label="Found" className="picker-list">
            {list.choices.map((choice, index) => (
              <li key={choice.id} id={`${id}-${index}`} role="option" aria-selected={index === list.active} className="picker-option" onClick={() => add(choice)}>
                <span>{choice.label}</span>
                {choice.detail && <small>{choice.detail}</small>}
              </li>
            ))}
          </ul>
          {!list.choices.length && <p className="picker-none">Nothing found.</p>}
        </div>
      )}
      <span role="status" className="picker-problem">{problem}</span>
    </div>
  );
}

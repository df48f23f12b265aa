// What all pickers of records share: asking while somebody types, what was found, and its keys.

import { useEffect, useId, useRef, useState } from "react";
import { Choices } from "./recordPicker.js";

const TYPING_MS = 160;
const CLOSED = { open: false, choices: [], more: 0, active: 0 };

/** Asks for records and holds the list of those found. `choose` takes one of them, `fits` leaves out
 *  what cannot be chosen, and `left` is called when somebody closes the list by Escape. */
export function useChoices({ url, fleet = 0, title = "name", detail = [] }, { choose, fits, left }) {
  const id = useId();
  const [list, setList] = useState(CLOSED);
  const [problem, setProblem] = useState("");
  const asking = useRef(null);
  asking.current ??= new Choices();
  const timer = useRef(0);
  const stop = () => {
    clearTimeout(timer.current);
    asking.current.stop();
  };
  useEffect(() => stop, []);
  const shown = list.open && list.choices.length > 0;
  useEffect(() => {
    if (shown) document.getElementById(`${id}-${list.active}`)?.scrollIntoView({ block: "nearest" });
  }, [shown, list.active]);

  const close = () => {
    stop();
    setList(CLOSED);
  };
  const ask = async (words) => {
    try {
      const found = await asking.current.find({ url, words, fleet, title, detail });
      if (found) {
        const choices = fits ? found.choices.filter(fits) : found.choices;
        setList({ open: true, choices, more: found.total - found.choices.length, active: 0 });
      }
      setProblem("");
    } catch (error) {
      setProblem(error.message);
    }
  };
  const askSoon = (words) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => ask(words), TYPING_MS);
  };
  const step = (by) => setList((old) => ({ ...old, active: (old.active + by + old.choices.length) % Math.max(1, old.choices.length) }));

  /** Whether the list had a use for the key; arrows open it with what fits `words`. */
  const onKey = (event, words) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.open) step(event.key === "ArrowDown" ? 1 : -1);
      else ask(words);
    } else if (event.key === "Enter" && shown) {
      event.preventDefault();
      choose(list.choices[list.active]);
    } else if (event.key === "Escape" && list.open) {
      event.preventDefault();
      event.stopPropagation();
      event.nativeEvent.stopImmediatePropagation();
      close();
      left?.();
    } else return false;
    return true;
  };
  /** What makes an input the head of the list. */
  const combobox = {
    type: "text",
    role: "combobox",
    "aria-expanded": shown,
    "aria-controls": `${id}-list`,
    "aria-autocomplete": "list",
    "aria-activedescendant": shown ? `${id}-${list.active}` : undefined,
    autoComplete: "off",
    spellCheck: "false",
  };
  return { id, list, problem, ask, askSoon, close, onKey, combobox, choose };
}

/** The list below the input, and beneath it why there is none. */
export function PickerList({ id, list, problem, choose }) {
  return (
    <>
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
          {list.more > 0 && <p className="picker-none">{list.more.toLocaleString("en")} more; type to narrow.</p>}
        </div>
      )}
      <span role="status" className="picker-problem">{problem}</span>
    </>
  );
}

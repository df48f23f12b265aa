// Chooses several records by typing parts of their names; a form gets their ids with commas between,
// or their names, with the number behind each that was just chosen.

import { useEffect, useState } from "react";
import { PickerList, useChoices } from "./PickerList.jsx";

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
  const { url, name, title = "name", named = false, inputId, describedBy, invalid = false, placeholder = "Type to search" } = props;
  const [chosen, setChosen] = useState(idsIn(props.value));
  const [text, setText] = useState("");
  const [names, learn] = useNames(url, chosen, title, named);
  const called = (one) => names[one] ?? (named ? one : `No. ${one}`);
  const wordOf = ({ id, label }) => (named ? `${spoken(label)} #${id}` : String(id));
  const isChosen = (choice) => chosen.includes(wordOf(choice)) || (named && chosen.includes(spoken(choice.label)));
  const add = (choice) => {
    learn(wordOf(choice), choice.label);
    setChosen((old) => [...old, wordOf(choice)]);
    setText("");
    found.close();
  };
  const drop = (one) => setChosen((old) => old.filter((other) => other !== one));
  const found = useChoices(props, { choose: add, fits: (one) => !isChosen(one) });
  const typed = ({ target }) => {
    setText(target.value);
    found.askSoon(target.value);
  };
  const keys = (event) => {
    if (event.nativeEvent.isComposing || found.onKey(event, text)) return;
    if (event.key === "Enter") event.preventDefault(); // it would send the form
    if (event.key === "Backspace" && !text && chosen.length) drop(chosen.at(-1));
  };
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
          {...found.combobox}
          id={inputId}
          aria-describedby={describedBy}
          aria-invalid={invalid || undefined}
          placeholder={chosen.length ? "" : placeholder}
          value={text}
          onChange={typed}
          onClick={() => !found.list.open && found.ask(text)}
          onBlur={() => {
            found.close();
            setText("");
          }}
          onKeyDown={keys}
        />
      </div>
      <input type="hidden" name={name} value={chosen.join(", ")} data-said={chosen.map(called).map(spoken).join(", ")} readOnly />
      <PickerList {...found} />
    </div>
  );
}

// Chooses one record of a kind by typing a part of its name; a form gets its id.

import { useEffect, useRef, useState } from "react";
import { PickerList, useChoices } from "./PickerList.jsx";

export function RecordPicker(props) {
  const { name, inputId, describedBy, invalid = false, required = false, placeholder = "Type to search" } = props;
  const [chosen, setChosen] = useState({ id: String(props.value ?? ""), label: props.label || (props.value ? `No. ${props.value}` : "") });
  const [text, setText] = useState(chosen.label);
  const latest = useRef(props);
  latest.current = props;
  const choose = (choice) => {
    found.close();
    setChosen({ id: choice ? String(choice.id) : "", label: choice?.label ?? "" });
    setText(choice?.label ?? "");
    latest.current.onPick?.(choice ? Number(choice.id) : 0);
  };
  const found = useChoices(props, { choose, left: () => setText(chosen.label) });
  const words = text === chosen.label ? "" : text;

  // The name may become known after the id.
  useEffect(() => {
    if (String(props.value ?? "") !== chosen.id || !props.label || props.label === chosen.label) return;
    setChosen({ id: chosen.id, label: props.label });
    setText(props.label);
  }, [props.label]);

  const typed = ({ target }) => {
    setText(target.value);
    if (!target.value.trim()) setChosen({ id: "", label: "" });
    found.askSoon(target.value);
  };
  const left = () => {
    const exact = found.list.choices.find(({ label }) => label.toLowerCase() === text.trim().toLowerCase());
    found.close();
    if (text.trim() && text !== chosen.label && exact) choose(exact);
    else setText(chosen.label); // half a name chooses nobody
  };
  return (
    <div className="picker" data-field={name}>
      <input
        {...found.combobox}
        id={inputId || `${found.id}-input`}
        className="picker-input"
        aria-describedby={describedBy}
        aria-invalid={invalid || undefined}
        aria-required={required || undefined}
        aria-label={props.accessibleName || undefined}
        placeholder={placeholder}
        value={text}
        onChange={typed}
        onFocus={(event) => event.target.select()}
        onClick={() => !found.list.open && found.ask(words)}
        onBlur={left}
        onKeyDown={(event) => event.nativeEvent.isComposing || found.onKey(event, words)}
      />
      {(chosen.id || text) && (
        <button type="button" className="picker-clear" aria-label="Clear" title="Clear" onMouseDown={(event) => event.preventDefault()} onClick={() => choose(null)}>
          ×
        </button>
      )}
      <input type="hidden" name={name} value={chosen.id} />
      <PickerList {...found} />
    </div>
  );
}

// Which template becomes a route: each with how many stops it has, on which days and in what vehicle.

import { useEffect, useId, useState } from "react";
import { Modal } from "../../modal/modal/Modal.jsx";
import { PickerList } from "../../records/sources/PickerList.jsx";
import { templateText } from "./planWords.js";

const TYPING_MS = 160;

// Those that contain the words; an answer that came too late is none.
function useTemplates(life, words) {
  const [found, setFound] = useState({ rows: null, problem: "" });
  useEffect(() => {
    let here = true;
    const read = () => life.templates(words).then((rows) => here && setFound({ rows, problem: "" }), (error) => here && setFound((old) => ({ ...old, problem: error.message })));
    const timer = setTimeout(read, words ? TYPING_MS : 0);
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [words]);
  return found;
}

export function TemplatePick({ life, onTake, onClose }) {
  const id = useId();
  const [words, setWords] = useState("");
  const [active, setActive] = useState(0);
  const { rows, problem } = useTemplates(life, words.trim());
  const choices = (rows ?? []).map((row) => ({ id: row.id, label: row.name, detail: templateText(row) }));
  const choose = (choice) => {
    onClose();
    onTake(choice.id, choice.label);
  };
  useEffect(() => setActive(0), [rows]);
  useEffect(() => document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: "nearest" }), [active]);
  const onKey = (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!choices.length || !(by || event.key === "Enter")) return;
    event.preventDefault();
    if (by) setActive((old) => (old + by + choices.length) % choices.length);
    else choose(choices[active]);
  };
  return (
    <Modal open title="Which template?" onClose={onClose}>
      <div className="plan-record plan-templates">
        <input type="text" role="combobox" aria-expanded={choices.length > 0} aria-controls={`${id}-list`} aria-autocomplete="list" aria-activedescendant={choices.length ? `${id}-${active}` : undefined} autoComplete="off" aria-label="Which template?" placeholder="Search templates" maxLength={120} value={words} onChange={(event) => setWords(event.target.value)} onKeyDown={onKey} />
        <PickerList {...{ id, problem, choose }} list={{ open: rows !== null, choices, more: 0, active }} />
        <div className="popover-actions"><button type="button" className="button" onClick={onClose}>Cancel</button></div>
      </div>
    </Modal>
  );
}

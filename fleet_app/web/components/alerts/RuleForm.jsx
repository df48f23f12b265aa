// The form of an alert rule: what it says in a sentence, and choices as check boxes in words.

import { useEffect, useRef, useState } from "react";
import { ruleText, split } from "./ruleText.js";

const TEXTS = ["event", "severity", "zone_group", "vehicles", "drivers", "over_by_mps", "after_minutes", "below_percent", "hours", "quiet_hours", "roles", "people", "channels", "escalate_after_minutes", "escalate_roles", "escalate_people", "escalate_channels"];

function readRule(form) {
  const data = new FormData(form);
  const said = (name) => form.elements.namedItem(name)?.dataset?.said ?? data.get(name) ?? "";
  const rule = Object.fromEntries(TEXTS.map((name) => [name, String(said(name)).trim()]));
  const zone = data.get("geofence_id") ? form.querySelector("#field-geofence_id")?.value ?? "" : "";
  const unit = form.querySelector("#field-over_by_mps-unit")?.textContent ?? "";
  return { ...rule, zone, unit, active: data.get("active") === "true" };
}

const THEN = ["escalate_roles", "escalate_people", "escalate_channels"];

// What somebody meant for another event must not be stored unseen.
function emptyHidden(form, hidden) {
  for (const name of hidden) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement && field.type === "text") field.value = "";
  }
}

/** The rule in words, as it stands in the form around it; hides what the event has no use for, and what
 *  follows from an escalation that there is not. */
export function RuleSentence({ only = {} }) {
  const mark = useRef(null);
  const [state, setState] = useState({ text: "", hidden: [] });
  const limits = useRef(only);
  limits.current = only;
  useEffect(() => {
    const form = mark.current?.closest("form");
    if (!form) return undefined;
    let event = null;
    let timer = 0;
    const read = () => {
      const rule = readRule(form);
      const hidden = Object.keys(limits.current).filter((name) => !limits.current[name].includes(rule.event));
      const unasked = rule.escalate_after_minutes ? hidden : [...hidden, ...THEN];
      if (event !== null && event !== rule.event) emptyHidden(form, hidden);
      event = rule.event;
      setState({ text: ruleText(readRule(form)), hidden: unasked.filter((name) => !new FormData(form).get(name)) });
    };
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(read, 60); // after the fields have taken it up
    };
    read();
    for (const name of ["input", "change", "click", "focusout", "keyup"]) form.addEventListener(name, soon);
    // Pickers and values of the server come in their own time.
    const watch = new MutationObserver((found) => found.some(({ target }) => !mark.current?.contains(target)) && soon());
    watch.observe(form, { subtree: true, childList: true });
    return () => {
      clearTimeout(timer);
      watch.disconnect();
      for (const name of ["input", "change", "click", "focusout", "keyup"]) form.removeEventListener(name, soon);
    };
  }, []);
  const css = state.hidden.map((name) => `.form-field[data-field="${name}"]:not([data-wrong="true"])`).join(", ");
  return (
    <div ref={mark} className="rule-sentence" role="status" aria-live="polite" data-testid="rule-sentence">
      {css && <style>{`${css}, .form-card:not(:has(.form-field:not(${css}))) { display: none; }`}</style>}
      <p>{state.text || "Choose what the rule listens for; what it does is then said here."}</p>
    </div>
  );
}

/** Some of a few known words, as check boxes; the form gets them with commas between. */
export function ChoiceBoxes({ name, value = "", options = [], inputId, describedBy }) {
  const [chosen, setChosen] = useState(split(value));
  const toggle = (word) => setChosen((old) => (old.includes(word) ? old.filter((one) => one !== word) : [...old, word]));
  // What was stored and is not offered any more stays until somebody takes it away.
  const known = [...options, ...chosen.filter((one) => !options.some((it) => it.value === one)).map((one) => ({ value: one, label: one }))];
  return (
    <div className="choice-boxes" role="group" aria-describedby={describedBy}>
      {known.map((one, at) => (
        <label key={one.value} className="check">
          <input id={at === 0 ? inputId : undefined} type="checkbox" checked={chosen.includes(one.value)} onChange={() => toggle(one.value)} />
          <span>{one.label}</span>
        </label>
      ))}
      <input type="hidden" name={name} value={known.map((one) => one.value).filter((one) => chosen.includes(one)).join(", ")} />
    </div>
  );
}

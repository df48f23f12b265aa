// A colour, as text and as a swatch to pick from; may be empty.

import { useState } from "react";

const COLOR = /^#[0-9a-f]{6}$/i;

export function ColorInput({ name, value = "", inputId, describedBy, invalid = false }) {
  const [text, setText] = useState(value);
  const shown = COLOR.test(text) ? text : "#888888";
  return (
    <div className="color-field" data-field={name}>
      <input type="color" aria-label="Pick a colour" value={shown} onChange={(event) => setText(event.target.value)} />
      <input id={inputId} name={name} type="text" maxLength={7} placeholder="#1a73e8" autoComplete="off" spellCheck="false" aria-describedby={describedBy} aria-invalid={invalid || undefined} value={text} onChange={(event) => setText(event.target.value)} />
    </div>
  );
}

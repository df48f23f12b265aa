// Short words as chips: Enter or a comma adds one, Backspace takes the last away.

import { useState } from "react";

const split = (text) => String(text ?? "").split(/[,;\n]/).map((one) => one.trim()).filter(Boolean);
const unique = (words) => words.filter((word, index) => words.findIndex((other) => other.toLowerCase() === word.toLowerCase()) === index);

export function TagsInput({ name, value = "", suggestions = [], inputId, describedBy, invalid = false, placeholder = "" }) {
  const [tags, setTags] = useState(unique(split(value)));
  const [text, setText] = useState("");
  const add = (words) => {
    setTags((old) => unique([...old, ...split(words)]));
    setText("");
  };
  const drop = (tag) => setTags((old) => old.filter((one) => one !== tag));
  const keys = (event) => {
    if (event.nativeEvent.isComposing) return;
    if ((event.key === "Enter" || event.key === ",") && text.trim()) {
      event.preventDefault();
      add(text);
    } else if (event.key === "Backspace" && !text && tags.length) {
      event.preventDefault();
      drop(tags.at(-1));
    }
  };
  const lower = tags.map((one) => one.toLowerCase());
  const offered = suggestions.filter((one) => !lower.includes(one.toLowerCase()));
  return (
    <div className="tags-field" data-field={name}>
      <div className="tags-box">
        {tags.map((tag) => (
          <span key={tag} className="tag-chip">
            {tag}
            <button type="button" aria-label={`Remove ${tag}`} onClick={() => drop(tag)}>×</button>
          </span>
        ))}
        <input
          id={inputId}
          type="text"
          autoComplete="off"
          aria-describedby={describedBy}
          aria-invalid={invalid || undefined}
          maxLength={200}
          placeholder={tags.length ? "" : placeholder}
          value={text}
          onChange={(event) => (event.target.value.endsWith(",") ? add(event.target.value) : setText(event.target.value))}
          onBlur={() => text.trim() && add(text)}
          onKeyDown={keys}
        />
      </div>
      {offered.length > 0 && (
        <div className="tags-offered">
          {offered.map((one) => (
            <button key={one} type="button" className="tag-offer" onClick={() => add(one)}>+ {one.replaceAll("_", " ")}</button>
          ))}
        </div>
      )}
      <input type="hidden" name={name} value={tags.join(", ")} />
    </div>
  );
}

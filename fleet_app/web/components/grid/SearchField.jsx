// Words to look for in a list. What was typed stays as it was typed, however late the page answers.

import { useEffect, useRef, useState } from "react";
import { Echo } from "./recordSort.js";

const PAUSE_MS = 200;

export function SearchField({ value = "", label, onSearch }) {
  const [text, setText] = useState(value);
  const told = useRef(value);
  const echo = useRef(new Echo());
  const timer = useRef(0);
  const latest = useRef(onSearch);
  latest.current = onSearch;
  useEffect(() => {
    told.current = value;
    if (echo.current.isEcho(value)) return;
    clearTimeout(timer.current);
    setText(value);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const tell = (words) => {
    if (words === told.current) return;
    told.current = words;
    echo.current.sent(words);
    latest.current?.(words);
  };
  const typed = (words, pause = PAUSE_MS) => {
    setText(words);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => tell(words.trimStart()), pause);
  };
  const pressed = (event) => {
    if (event.key !== "Escape" || event.nativeEvent.isComposing || text === "") return;
    // It empties the field, and means nothing else then.
    event.preventDefault();
    event.stopPropagation();
    typed("", 0);
  };
  return (
    <input
      type="search"
      value={text}
      placeholder={label}
      aria-label={label}
      autoComplete="off"
      maxLength={100}
      data-hotkey-search="true"
      data-testid="list-search"
      onChange={(event) => typed(event.target.value)}
      onKeyDown={pressed}
    />
  );
}

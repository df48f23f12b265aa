// The text of a field as `OwnText` keeps it, for a component.

import { useEffect, useRef, useState } from "react";
import { OwnText } from "./ownText.js";

/** The text to show, its keeper, and what an input needs. */
export function useOwnText({ value = "", settled = true, tidy, onTell }) {
  const [text, setText] = useState(value);
  const latest = useRef(onTell);
  latest.current = onTell;
  const kept = useRef(null);
  kept.current ??= new OwnText(value, { show: setText, tell: (words) => latest.current?.(words), tidy });
  const own = kept.current;
  useEffect(() => own.take(value), [value]);
  useEffect(() => own.settle(settled), [settled]);
  useEffect(() => () => own.drop(), []);
  const props = {
    value: text,
    onChange: (event) => own.typed(event.target.value),
    onFocus: () => own.focus(),
    onBlur: () => own.blur(),
  };
  return { text, own, props };
}

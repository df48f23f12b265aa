// Listens for the keyboard shortcuts of a page. Shows nothing.

import { useEffect, useRef } from "react";
import { isTyping, KeyMatcher } from "./hotkeys.js";

const SEARCH = "[data-hotkey-search]";

// The mark may stand on the field itself or on what surrounds it.
function focusSearch() {
  const marked = document.querySelector(SEARCH);
  const field = marked?.matches("input, textarea") ? marked : marked?.querySelector("input, textarea");
  field?.focus();
  field?.select?.();
  return Boolean(field);
}

export function Hotkeys({ keys, onKey }) {
  const latest = useRef({});
  latest.current = { onKey };
  const names = typeof keys === "string" ? keys : JSON.stringify(keys ?? {});
  useEffect(() => {
    const matcher = new KeyMatcher(JSON.parse(names));
    const heard = (event) => {
      if (event.defaultPrevented || isTyping(event.target)) return;
      // An open dialog has the keyboard for itself.
      if (document.querySelector("dialog[open]:modal, [role=dialog][aria-modal=true]")) return;
      const name = matcher.press(event);
      if (!name) return;
      event.preventDefault(); // the key itself must not end up in the field that it opens
      if (event.key === "/" && focusSearch()) return;
      latest.current.onKey?.(name);
    };
    document.addEventListener("keydown", heard);
    return () => document.removeEventListener("keydown", heard);
  }, [names]);
  return null;
}

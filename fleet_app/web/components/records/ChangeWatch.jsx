// Hears that a record changed, and says so. Shows nothing.

import { useEffect, useRef } from "react";
import { textsOf } from "./formKeeper.js";

// What somebody typed and did not save yet; nothing when all is saved.
function unsaved() {
  const form = document.querySelector("form.record-form[data-dirty=true]");
  return form ? textsOf(form) : {};
}

export function ChangeWatch({ changes, recordId, undone = 0, onChange, onUndone }) {
  const sequence = useRef(changes?.sequence ?? null);
  const latest = useRef({});
  latest.current = { onChange, onUndone };
  useEffect(() => {
    const now = changes?.sequence ?? null;
    if (now === null || now === sequence.current) return;
    const isFirst = sequence.current === null;
    sequence.current = now;
    const ids = changes.ids ?? [];
    // The notice that is there on joining names nobody; later, nobody named means too many.
    if (ids.includes(recordId) || (!isFirst && ids.length === 0)) latest.current.onChange?.();
  }, [changes?.sequence, recordId]);
  const counted = useRef(undone);
  useEffect(() => {
    if (counted.current === undone) return;
    counted.current = undone;
    latest.current.onUndone?.(unsaved());
  }, [undone]);
  return null;
}

// Around a small form that asks something before a step: it takes the focus, and Escape closes it.

import { useEffect, useRef, useState } from "react";

const FIELDS = "select, textarea, input:not([type=hidden]):not([type=checkbox])";
const OVER = "dialog[open]:modal, [popover]:popover-open";

export function StepPanel({ children, missing = "", problem = "", onClose }) {
  const [lacking, setLacking] = useState(false);
  const box = useRef(null);
  const latest = useRef(onClose);
  latest.current = onClose;
  useEffect(() => {
    const came = document.activeElement;
    box.current?.querySelector(FIELDS)?.focus();
    const heard = (event) => {
      if (event.key !== "Escape" || event.isComposing || document.querySelector(OVER)) return;
      // Before the form below hears of it, which would leave the page.
      event.preventDefault();
      event.stopPropagation();
      latest.current?.();
    };
    document.addEventListener("keydown", heard, true);
    return () => {
      document.removeEventListener("keydown", heard, true);
      if (came?.isConnected) came.focus();
    };
  }, []);
  useEffect(() => {
    if (problem) box.current?.querySelector(FIELDS)?.focus();
  }, [problem]);
  // Said here and at once, in our words rather than in the browser's.
  const refused = (event) => {
    if (!missing) return;
    event.preventDefault();
    setLacking(true);
    event.target.focus();
  };
  return (
    <div ref={box} onInvalidCapture={refused} onChange={() => setLacking(false)}>
      {lacking && <p className="form-error" role="alert">{missing}</p>}
      {children}
    </div>
  );
}

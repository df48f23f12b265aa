// The keyboard shortcuts of a page, shown on "?".

import { useEffect, useRef } from "react";

const TYPING = "input:not([type=checkbox]):not([type=button]), textarea, select, [contenteditable]";

export function ShortcutsHelp({ entries = [] }) {
  const dialog = useRef(null);
  useEffect(() => {
    const heard = (event) => {
      if (event.key !== "?" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(TYPING)) return;
      if (document.querySelector("dialog[open]:modal")) return;
      event.preventDefault();
      dialog.current?.showModal();
    };
    document.addEventListener("keydown", heard);
    return () => document.removeEventListener("keydown", heard);
  }, []);
  return (
    <dialog ref={dialog} className="shortcuts" aria-label="Keyboard shortcuts" onClick={(event) => event.target === dialog.current && dialog.current.close()}>
      <h2>Keyboard shortcuts</h2>
      <dl>
        {entries.map(([keys, text]) => (
          <div key={keys}>
            <dt>{keys.split(" ").map((key) => <kbd key={key}>{key}</kbd>)}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog"><button type="submit" className="button">Close</button></form>
    </dialog>
  );
}

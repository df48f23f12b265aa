// A dialog over the page: the browser's own, which keeps the focus inside and closes on Escape.

import { useId, useLayoutEffect, useRef } from "react";

const FIELDS = "input:not([type=hidden]):not([readonly]), select, textarea";

// The first thing to fill in, else the first thing to choose: not the way out.
function begin(dialog) {
  const first = dialog.querySelector(`.modal-body :is(${FIELDS}):not(:disabled)`) ?? dialog.querySelector(".modal-body button:not(:disabled)");
  first?.focus();
  first?.select?.();
}

function Opened({ title, wide, onClose, children }) {
  const box = useRef(null);
  const heading = useId();
  const latest = useRef(onClose);
  latest.current = onClose;
  // While it is still in the page: one that has left it gives the focus back to nobody.
  useLayoutEffect(() => {
    const dialog = box.current;
    dialog.showModal();
    begin(dialog);
    return () => dialog.close();
  }, []);
  const cancelled = (event) => {
    event.preventDefault(); // the page decides, and then takes the dialog away
    if (event.target === event.currentTarget) latest.current?.();
  };
  // Only a press that began on the backdrop closes: not the end of marking a text.
  const pressed = ({ target }) => target === box.current && latest.current?.();
  return (
    <dialog ref={box} className={wide ? "modal wide" : "modal"} aria-labelledby={heading} onCancel={cancelled} onMouseDown={pressed}>
      <div className="modal-card">
        <header className="modal-head">
          <h2 id={heading}>{title}</h2>
          <button type="button" className="icon-button" aria-label="Close" onClick={() => latest.current?.()}>
            <svg viewBox="0 0 24 24" width="17" height="17" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" aria-hidden="true">
              <path d="M18 6 6 18M6 6l12 12" />
            </svg>
          </button>
        </header>
        <div className="modal-body">{children}</div>
      </div>
    </dialog>
  );
}

export function Modal({ open, ...rest }) {
  return open ? <Opened {...rest} /> : null;
}

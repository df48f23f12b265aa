// Notifications in this browser: how they stand, the switch, and the person's other browsers.

import { useCallback, useEffect, useRef, useState } from "react";
import { look, switchOff, switchOn, TEXTS, wordsOf } from "./pushing.js";

const UNKNOWN = { state: "", browsers: [], own: 0 };

function usePushing() {
  const [known, setKnown] = useState(UNKNOWN);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const here = useRef(true);
  const run = useCallback(async (work) => {
    setBusy(true);
    setProblem("");
    try {
      const found = await work();
      if (here.current) setKnown(found);
    } catch (error) {
      if (here.current) setProblem(wordsOf(error));
    }
    if (here.current) setBusy(false);
  }, []);
  useEffect(() => {
    here.current = true;
    const again = () => document.hidden || run(look); // the browser's own settings may have changed
    run(look);
    document.addEventListener("visibilitychange", again);
    return () => {
      here.current = false;
      document.removeEventListener("visibilitychange", again);
    };
  }, [run]);
  return { ...known, busy, problem, run };
}

function Browsers({ browsers, own, busy, onOff }) {
  const others = browsers.filter(({ id }) => id !== own);
  if (others.length === 0) return null;
  return (
    <>
      <h3>{own ? "Your other browsers" : "Your browsers"}</h3>
      <ul className="push-browsers">
        {others.map(({ id, name, created_at: since }) => (
          <li key={id}>
            <span>
              {name || "Browser"}
              <span className="quiet"> since {new Date(since).toLocaleDateString([], { dateStyle: "medium" })}</span>
            </span>
            <button type="button" className="button small" disabled={busy} onClick={() => onOff(id)}>
              Switch off<span className="only-read"> {name}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

export function PushCard() {
  const { state, browsers, own, busy, problem, run } = usePushing();
  const off = (id) => run(() => switchOff(id, own));
  const waiting = state === "" && !problem;
  return (
    <div className="push-card" data-testid="push" data-state={state}>
      <div className="push-row">
        <p role="status">{waiting ? "Looking…" : TEXTS[state]}</p>
        {state === "off" && (
          <button type="button" className="button primary" disabled={busy} onClick={() => run(switchOn)}>
            Switch on
          </button>
        )}
        {state === "on" && (
          <button type="button" className="button" disabled={busy} onClick={() => off(own)}>
            Switch off
          </button>
        )}
        {state === "" && problem && (
          <button type="button" className="button" disabled={busy} onClick={() => run(look)}>
            Try again
          </button>
        )}
      </div>
      {problem && (
        <p className="form-error" role="alert">
          {problem}
        </p>
      )}
      <Browsers browsers={browsers} own={own} busy={busy} onOff={off} />
    </div>
  );
}

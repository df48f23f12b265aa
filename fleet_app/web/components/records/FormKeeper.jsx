// A form that is sent once, checks its fields as they are left, and lets nobody lose what they typed.

import { useEffect, useRef, useState } from "react";
import { useBlocker, useLocation, useNavigate } from "react-router";
import { changesOf, fieldOf, isOld, outlives, remember, showFirstProblem, textsOf } from "./formKeeper.js";

const LOOK_MS = 600;
const PATIENCE_MS = 20_000;
const SETTLING_MS = 2_000;
const looks = new Set(); // of every form on the page: the router asks only one of them
const ASK = "You have changes that are not saved. Leave this page without saving them?";
const NO_ANSWER = "The server does not answer. What you typed is still here; please try again in a moment.";

/** Whether anything in the form differs from what is stored, looked at now and then. */
function useDirty(form, base, outside) {
  const [dirty, setDirty] = useState(false);
  const now = () => Boolean(outside) || (form.current ? changesOf(form.current, base).length > 0 : false);
  const look = useRef(now);
  look.current = now;
  useEffect(() => {
    const timer = setInterval(() => setDirty(look.current()), LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  return [dirty, look];
}

/** Ask before another page, or none at all, takes the place of unsaved work. */
function useGuard(look, freeUntil) {
  const blocker = useBlocker(({ currentLocation, nextLocation }) =>
    currentLocation.pathname !== nextLocation.pathname && Date.now() > freeUntil.current && [...looks].some((one) => one.current()));
  useEffect(() => {
    looks.add(look);
    return () => looks.delete(look);
  }, []);
  useEffect(() => {
    if (blocker.state !== "blocked") return;
    if (window.confirm(ASK)) blocker.proceed();
    else blocker.reset();
  }, [blocker]);
  useEffect(() => {
    const leaving = (event) => {
      if (!look.current()) return;
      event.preventDefault();
      event.returnValue = "";
    };
    window.addEventListener("beforeunload", leaving);
    return () => window.removeEventListener("beforeunload", leaving);
  }, []);
}

function useKeys(form, look, latest) {
  useEffect(() => {
    const heard = (event) => {
      if (!form.current?.offsetParent) return; // another tab of the page is open
      if (event.defaultPrevented || document.querySelector("dialog[open]:modal, [popover]:popover-open")) return;
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
        event.preventDefault();
        form.current?.requestSubmit();
      } else if (event.key === "Escape" && !look.current() && latest.current.back) {
        event.preventDefault();
        latest.current.navigate(latest.current.back);
      } else if (event.key === "e" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]")) {
        event.preventDefault();
        form.current?.querySelector("input:not([type=hidden]):not([readonly]), select, textarea")?.focus();
      }
    };
    document.addEventListener("keydown", heard);
    return () => document.removeEventListener("keydown", heard);
  }, []);
}

/** The form, built anew for each thing it is opened for, and never with what another visit left. */
export function FormKeeper(props) {
  const { opened, record } = props;
  const visit = `${performance.timeOrigin} ${useLocation().key}`;
  const [left] = useState(() => (isOld(opened, visit) ? opened : null));
  const [shown, setShown] = useState(opened);
  const last = useRef(opened);
  const touched = useRef(false);
  const touch = () => {
    touched.current = true;
  };
  const isLeft = left !== null && left === opened; // from before; this page's own is on its way
  useEffect(() => {
    if (!isLeft) remember(opened, visit);
  }, [opened, visit, isLeft]);
  let key = shown;
  if (last.current !== opened) {
    if (left === last.current || !outlives(last.current, opened, { record, touched: touched.current })) {
      key = opened;
      touched.current = false;
      setShown(opened);
    }
    last.current = opened;
  }
  if (isLeft) return <div className="record-waiting" role="status" aria-label="Loading"><div className="spinner" /></div>;
  return (
    <div className="form-frame" style={{ display: "contents" }} onInputCapture={touch} onClickCapture={touch}>
      <Form key={key} {...props} />
    </div>
  );
}

function Form(props) {
  const { children, base, answered, label, another = "", hint = "" } = props;
  const form = useRef(null);
  const navigate = useNavigate();
  const latest = useRef({});
  latest.current = { ...props, navigate };
  const [busy, setBusy] = useState(false);
  const [late, setLate] = useState(false);
  const [dirty, look] = useDirty(form, base, props.dirty);
  const timer = useRef(0);
  useKeys(form, look, latest);

  const freeUntil = useRef(0); // what was just sent may lead to another page
  useGuard(look, freeUntil);
  useEffect(() => () => clearTimeout(timer.current), []);

  const seen = useRef(answered);
  useEffect(() => {
    if (seen.current === answered) return undefined;
    seen.current = answered;
    clearTimeout(timer.current);
    freeUntil.current = Date.now() + SETTLING_MS;
    setBusy(false);
    setLate(false);
    // The messages are on the page a moment after the answer.
    const soon = setTimeout(() => form.current && showFirstProblem(form.current), 60);
    return () => clearTimeout(soon);
  }, [answered]);

  // The page was read again under our hands, as after a lost connection.
  const reading = useRef({ record: props.record, opened: props.opened });
  useEffect(() => {
    const before = reading.current;
    reading.current = { record: props.record, opened: props.opened };
    if (before.opened !== props.opened && before.record === props.record && props.record) {
      latest.current.onMerge?.(textsOf(form.current));
    }
  }, [props.record, props.opened]);

  const submit = (event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setLate(false);
    freeUntil.current = Date.now() + PATIENCE_MS;
    timer.current = setTimeout(() => {
      setBusy(false);
      setLate(true);
    }, PATIENCE_MS);
    const again = event.nativeEvent.submitter?.value === "again";
    latest.current.onSave?.(textsOf(form.current), again);
  };
  const left = (event) => {
    const name = fieldOf(event.target);
    const inside = event.relatedTarget && fieldOf(event.relatedTarget) === name;
    if (!name || inside || busy) return;
    const isWrong = Boolean(event.target.closest("[data-wrong=true]"));
    if (isWrong || changesOf(form.current, base).includes(name)) {
      latest.current.onCheck?.(name, textsOf(form.current)[name] ?? "");
    }
  };
  const pressed = (event) => {
    if (!event.target.closest("[data-merge]")) return;
    latest.current.onMerge?.(textsOf(form.current));
  };
  return (
    <form ref={form} noValidate className="record-form" onSubmit={submit} onBlur={left} onClick={pressed} data-testid="record-form" data-dirty={dirty} aria-busy={busy}>
      {children}
      <div className="save-bar" data-dirty={dirty}>
        <span className="save-note" role="status">
          {late ? NO_ANSWER : busy ? "Saving…" : dirty ? "Not saved yet" : hint}
        </span>
        {another && (
          <button type="submit" value="again" className="button" disabled={busy}>
            {another}
          </button>
        )}
        <button type="submit" value="save" className="button primary" disabled={busy} title="Ctrl S" data-testid="save">
          {label}
        </button>
      </div>
    </form>
  );
}

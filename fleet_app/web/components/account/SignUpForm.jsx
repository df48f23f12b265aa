// The form of a new fleet: what was typed stays until the server has taken it.

import { useEffect, useRef, useState } from "react";
import { customs, ownZone, regionOf, sentence, signUp } from "./signUp.js";

function Field({ name, label, help = "", problem, children }) {
  const said = problem ? sentence(label, problem) : "";
  return (
    <div className="field" data-wrong={said ? "true" : "false"}>
      <label htmlFor={`new-${name}`}>{label}</label>
      {children({
        id: `new-${name}`,
        name,
        "aria-invalid": said ? "true" : "false",
        "aria-describedby": `new-${name}-help new-${name}-error`,
      })}
      <p className="field-help" id={`new-${name}-help`}>
        {help}
      </p>
      <p className="field-error" id={`new-${name}-error`}>
        {said}
      </p>
    </div>
  );
}

function Password({ own, max }) {
  const [shown, setShown] = useState(false);
  return (
    <div className="with-toggle">
      <input {...own} type={shown ? "text" : "password"} autoComplete="new-password" maxLength={max} required />
      <button type="button" aria-pressed={shown} onClick={() => setShown(!shown)}>
        {shown ? "Hide" : "Show"}
        <span className="only-read"> the password</span>
      </button>
    </div>
  );
}

function Zone({ own, zones }) {
  return (
    <>
      <input {...own} list="new-zones" defaultValue={ownZone(zones)} autoComplete="off" maxLength={64} required />
      <datalist id="new-zones">
        {zones.map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </>
  );
}

function Customs({ problems, zones }) {
  const guess = customs(regionOf(navigator.languages));
  return (
    <div className="fields">
      <Field name="time_zone" label="Time zone" help="As your browser has it" problem={problems.time_zone}>
        {(own) => <Zone own={own} zones={zones} />}
      </Field>
      <Field name="units" label="Units" problem={problems.units}>
        {(own) => (
          <select {...own} defaultValue={guess.units}>
            <option value="metric">Metric (km, kg)</option>
            <option value="imperial">Imperial (mi, lb)</option>
          </select>
        )}
      </Field>
      <Field name="currency" label="Currency" help="Three letters" problem={problems.currency}>
        {(own) => <input {...own} defaultValue={guess.currency} autoComplete="off" maxLength={3} required />}
      </Field>
    </div>
  );
}

function useSending() {
  const [state, setState] = useState({ busy: false, message: "", fields: {}, tries: 0 });
  const form = useRef(null);
  const sending = useRef(false);
  useEffect(() => {
    if (state.tries === 0) return;
    const wrong = form.current?.querySelector("[aria-invalid=true]");
    (wrong ?? form.current?.querySelector(".form-error"))?.focus();
  }, [state.tries]);
  const submit = async (event) => {
    event.preventDefault();
    if (sending.current) return; // twice pressed is once meant
    sending.current = true;
    setState((old) => ({ ...old, busy: true }));
    const answer = await signUp(Object.fromEntries(new FormData(form.current)));
    if (answer.next) {
      window.location.assign(answer.next); // a full load, so that the page has the session's cookie
      return;
    }
    sending.current = false;
    setState((old) => ({ ...answer, busy: false, tries: old.tries + 1 }));
  };
  return { state, form, submit };
}

export function SignUpForm({ zones = [], passwordHint = "" }) {
  const { state, form, submit } = useSending();
  const { busy, message, fields } = state;
  const line = (name, label, more) => (
    <Field name={name} label={label} problem={fields[name]}>
      {(own) => <input {...own} {...more} required />}
    </Field>
  );
  return (
    <form ref={form} className="sign-up" onSubmit={submit} noValidate data-testid="sign-up">
      {message && (
        <p className="form-error" role="alert" tabIndex={-1}>
          {message}
        </p>
      )}
      {line("fleet_name", "Company or fleet", { autoComplete: "organization", maxLength: 120, autoFocus: true })}
      {line("name", "Your name", { autoComplete: "name", maxLength: 120 })}
      {line("email", "Work e-mail", { type: "email", autoComplete: "username", maxLength: 254 })}
      <Field name="password" label="Password" help={passwordHint} problem={fields.password}>
        {(own) => <Password own={own} max={200} />}
      </Field>
      <Customs problems={fields} zones={zones} />
      <button type="submit" className="button primary wide" disabled={busy}>
        {busy ? "Creating your fleet…" : "Create your fleet"}
      </button>
    </form>
  );
}

// The way out: this browser shows no notifications of whoever leaves.

import { useRef, useState } from "react";
import { beforeSignOut } from "./pushing.js";

export function SignOut() {
  const [leaving, setLeaving] = useState(false);
  const started = useRef(false);
  const submit = async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    if (started.current) return;
    started.current = true;
    setLeaving(true);
    await beforeSignOut();
    form.submit(); // a full load, which takes the cookie away
  };
  return (
    <form action="/auth/logout" method="post" onSubmit={submit}>
      <button type="submit" className="menu-entry" aria-busy={leaving}>
        {leaving ? "Signing out…" : "Sign out"}
      </button>
    </form>
  );
}

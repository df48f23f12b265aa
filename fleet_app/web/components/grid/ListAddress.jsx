// The address of a list's page says what the list shows. Shows nothing itself.

import { useEffect, useRef } from "react";
import { useLocation } from "react-router";
import { ListAddress as Keeper } from "./listAddress.js";

/** By then the router has drawn what it opened. */
const SETTLING_MS = 60;

export function ListAddress({ address, read, settled, onReturn }) {
  const location = useLocation();
  const keeper = useRef(null);
  const seen = useRef(null);
  const latest = useRef(onReturn);
  latest.current = onReturn;
  // The router does not see what is written into the history: back at the address that it knows, it
  // opens nothing.
  useEffect(() => {
    const back = () => {
      const known = seen.current;
      setTimeout(() => {
        const { pathname, search } = window.location;
        if (seen.current !== known || known?.pathname !== pathname || known.search !== search) return;
        if (!latest.current) return;
        keeper.current.arrive();
        latest.current();
      }, SETTLING_MS);
    };
    window.addEventListener("popstate", back);
    return () => window.removeEventListener("popstate", back);
  }, []);
  useEffect(() => {
    keeper.current ??= new Keeper(window);
    if (seen.current !== location) {
      // The page was opened, also by the back button.
      seen.current = location;
      keeper.current.arrive();
    }
    keeper.current.take({ address, read, settled });
  }, [location, address, read, settled]);
  return null;
}

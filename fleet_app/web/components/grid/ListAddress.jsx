// The address of a list's page says what the list shows. Shows nothing itself.

import { useEffect, useRef } from "react";
import { useLocation } from "react-router";
import { ListAddress as Keeper } from "./listAddress.js";

export function ListAddress({ address, read, settled }) {
  const location = useLocation();
  const keeper = useRef(null);
  const seen = useRef(null);
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

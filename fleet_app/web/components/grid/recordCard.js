// A row on a phone: a few lines instead of columns that run off the screen.

import { useEffect, useState } from "react";

const NARROW = "(max-width: 720px)";
export const ROW_HEIGHT = 30;
export const CARD_HEIGHT = 76;

/** Whether the screen is too narrow for columns. */
export function useNarrow() {
  const [narrow, setNarrow] = useState(() => window.matchMedia(NARROW).matches);
  useEffect(() => {
    const media = window.matchMedia(NARROW);
    const changed = () => setNarrow(media.matches);
    changed();
    media.addEventListener("change", changed);
    return () => media.removeEventListener("change", changed);
  }, []);
  return narrow;
}

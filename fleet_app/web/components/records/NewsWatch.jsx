// Hears that records of some kinds changed, whichever they are, and says so. Shows nothing.

import { useEffect, useRef } from "react";

const PAUSE_MS = 300; // an import brings many notices, one after the other

export function NewsWatch({ changes, kinds = [], onNews }) {
  const seen = useRef({});
  const timer = useRef(null);
  const latest = useRef(onNews);
  latest.current = onNews;
  useEffect(() => {
    let news = false;
    for (const kind of [...kinds, "*"]) {
      const sequence = changes?.[kind]?.sequence;
      if (sequence === undefined || sequence === seen.current[kind]) continue;
      seen.current[kind] = sequence;
      news = true;
    }
    if (!news) return;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => latest.current?.(), PAUSE_MS);
  }, [changes]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return null;
}

// Inside a strip of tabs that is too long for the screen: keeps the chosen tab in sight.

import { useEffect, useRef } from "react";

function reveal(strip) {
  const chosen = strip.querySelector(".tab.active");
  if (!chosen || strip.scrollWidth <= strip.clientWidth) return;
  const [inner, outer] = [chosen.getBoundingClientRect(), strip.getBoundingClientRect()];
  if (inner.left >= outer.left && inner.right <= outer.right) return;
  const middle = inner.left - outer.left - (outer.width - inner.width) / 2;
  strip.scrollLeft += middle; // only the strip: the page itself stays where it is
}

export function TabReveal() {
  const place = useRef(null);
  useEffect(() => {
    const strip = place.current.parentElement;
    const again = () => reveal(strip);
    const changed = new MutationObserver(again);
    changed.observe(strip, { subtree: true, childList: true, attributeFilter: ["class"] });
    const resized = new ResizeObserver(again);
    resized.observe(strip);
    again();
    return () => {
      changed.disconnect();
      resized.disconnect();
    };
  }, []);
  return <i hidden ref={place} />;
}

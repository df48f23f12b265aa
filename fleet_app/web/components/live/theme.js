// Light or dark, and the colours that CSS gives them, for code that paints on a canvas.

import { useEffect, useState } from "react";

const FALLBACK = {
  "--st-moving": "#0a8562",
  "--st-idle": "#b87500",
  "--st-stopped": "#4f63d2",
  "--st-offline": "#6d7787",
  "--st-late": "#d3342f",
  "--severity-critical": "#c8261b",
  "--severity-warning": "#c26a00",
  "--severity-info": "#1f5fd6",
  "--live-halo": "#ffffff",
  "--live-glyph": "#ffffff",
  "--live-surface": "#ffffff",
  "--live-ink": "#111827",
  "--live-muted": "#5b6472",
  "--live-accent": "#2563eb",
};

function pageTheme() {
  return document.documentElement.classList.contains("dark") ? "dark" : "light";
}

/** The theme to draw: the given one, or the page's, followed while it changes. */
export function useTheme(theme) {
  const [page, setPage] = useState(pageTheme);
  useEffect(() => {
    const observer = new MutationObserver(() => setPage(pageTheme()));
    observer.observe(document.documentElement, { attributeFilter: ["class"] });
    return () => observer.disconnect();
  }, []);
  return theme === "dark" || theme === "light" ? theme : page;
}

/** The colours in force at an element, keyed without their prefix: `moving`, `halo`, … */
export function paletteOf(element) {
  const style = getComputedStyle(element);
  const palette = {};
  for (const [name, fallback] of Object.entries(FALLBACK)) {
    palette[name.replace(/^--(st|live|severity)-/, "")] = style.getPropertyValue(name).trim() || fallback;
  }
  return palette;
}

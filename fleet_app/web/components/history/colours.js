// The colours of the page, read from its style sheet for what is drawn on map and canvas.

export const MOST_VEHICLES = 6;
const LEVELS = 6;
const EVENTS = ["speeding", "harsh", "visit", "other"];
const NAMES = { halo: "--live-halo", glyph: "--live-glyph", ink: "--live-ink", muted: "--live-muted", offline: "--st-offline", line: "--live-line" };

/** `{palette, vehicles, levels, events}` as they are in force at an element. */
export function coloursOf(element) {
  const style = getComputedStyle(element);
  const read = (name) => style.getPropertyValue(name).trim() || "#667080";
  const numbered = (prefix, count) => Array.from({ length: count }, (_, i) => read(`${prefix}${i}`));
  return {
    palette: Object.fromEntries(Object.entries(NAMES).map(([key, name]) => [key, read(name)])),
    vehicles: numbered("--past-v", MOST_VEHICLES),
    levels: numbered("--past-s", LEVELS),
    events: Object.fromEntries(EVENTS.map((name) => [name, read(`--past-${name}`)])),
  };
}

// The colours of routes and states, as CSS gives them, for what is painted on a canvas.

export const COUNT = 16;

// A row's key is a number that it keeps, whoever comes or goes beside it.
const slotOf = ({ key, index }) => (Number.isInteger(Number(key)) ? Math.abs(Number(key)) : index) % COUNT;

/** The CSS variable of a row's colour; rows keep theirs while the plan is arranged. */
export const colourVar = (row) => `var(--plan-c${slotOf(row)})`;

const NAMES = {
  late: "--st-late", risk: "--warn", done: "--ok", ink: "--ink", muted: "--ink-2", line: "--line", ground: "--surface", shade: "--surface-2",
  accent: "--accent", soft: "--accent-soft", glyph: "--plan-glyph", tray: "--plan-tray", halo: "--live-halo", now: "--danger",
};

/** `{routes: […], late, ink, …}` in force at an element. */
export function coloursOf(element) {
  const style = getComputedStyle(element);
  const value = (name) => style.getPropertyValue(name).trim() || "#667085";
  const found = Object.fromEntries(Object.entries(NAMES).map(([key, name]) => [key, value(name)]));
  return { ...found, routes: Array.from({ length: COUNT }, (_, i) => value(`--plan-c${i}`)), font: style.fontFamily };
}

export const routeColour = (colours, row) => colours.routes[slotOf(row)];

// Keyboard shortcuts of a page: single keys ("n") and two keys one after the other ("g v").

const PAIR_MS = 1_200;
const TYPING = "input, textarea, select, [contenteditable], [role=textbox], [role=combobox]";
// A check box or a button takes no text: keys there may still mean something to the page.
const NOT_TYPING = new Set(["checkbox", "radio", "button", "submit", "reset", "range", "color", "file"]);

/** Whether a key belongs to what the person types into. */
export function isTyping(target) {
  const field = target?.closest?.(TYPING);
  if (!field) return false;
  return !(field.tagName === "INPUT" && NOT_TYPING.has(field.type)) && field.getAttribute("contenteditable") !== "false";
}

/** Finds the name of a key or of a pair of keys. */
export class KeyMatcher {
  constructor(keys, now = () => performance.now()) {
    this.keys = keys ?? {};
    this.now = now;
    this.first = null;
  }

  /** The name that a key press means, or "" when it means nothing (yet). */
  press({ key, ctrlKey, metaKey, altKey, repeat, isComposing }) {
    if (ctrlKey || metaKey || altKey || repeat || isComposing || !key || key === "Shift") return "";
    const pair = this.first && this.now() - this.first.at < PAIR_MS ? `${this.first.key} ${key}` : "";
    this.first = null;
    if (pair && Object.hasOwn(this.keys, pair)) return this.keys[pair];
    if (Object.hasOwn(this.keys, key)) return this.keys[key];
    if (Object.keys(this.keys).some((name) => name.startsWith(`${key} `))) {
      this.first = { key, at: this.now() };
    }
    return "";
  }
}

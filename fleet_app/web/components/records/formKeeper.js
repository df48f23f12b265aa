// What stands in a form, compared with what is stored. No framework needed.

const plain = (text) => String(text ?? "").replace(/\r\n/g, "\n");

/** Field -> text, as the form would send it. */
export function textsOf(form) {
  const texts = {};
  for (const [name, value] of new FormData(form).entries()) {
    if (typeof value === "string") texts[name] = plain(value);
  }
  return texts;
}

/** The fields whose text is not the stored one. A box that is not ticked sends nothing. */
export function changesOf(form, base) {
  const texts = textsOf(form);
  return Object.keys(base ?? {}).filter((name) => {
    const field = form.elements.namedItem(name);
    if (!field) return false; // not on the page (yet)
    return plain(texts[name]).trim() !== plain(base[name]).trim();
  });
}

/** The name of the field that an element belongs to, or "". */
export function fieldOf(element) {
  return element?.closest?.("[data-field]")?.dataset.field ?? element?.name ?? "";
}

/** Bring a field that is not right before the person's eyes and hands. */
export function showFirstProblem(root) {
  const wrong = root.querySelector("[aria-invalid=true]") ?? root.querySelector("[data-wrong=true] input, [data-wrong=true] button");
  const target = wrong ?? root.querySelector(".form-error");
  if (!target) return false;
  target.scrollIntoView({ block: "center", behavior: "auto" });
  target.focus?.({ preventScroll: true });
  return Boolean(wrong);
}

const SEEN = "fleet.form";

/** What a form is for: its name without the mark of its opening. */
export const purposeOf = (opened) => String(opened ?? "").replace(/:[^:]*$/, "");

/** Whether the form of this name was already shown at another visit, so that it is out of date. */
export function isOld(opened, visit, store = sessionStorage) {
  const seen = JSON.parse(store.getItem(SEEN) ?? "null");
  return Boolean(opened) && seen?.opened === opened && seen.visit !== visit;
}

/** Remember that the form of this name is shown at this visit. */
export function remember(opened, visit, store = sessionStorage) {
  if (opened) store.setItem(SEEN, JSON.stringify({ opened, visit }));
}

/** Whether what stands in the form outlives that it is opened again, as after a lost connection. */
export const outlives = (before, now, { record, touched }) => purposeOf(before) === purposeOf(now) && Boolean(record || touched);

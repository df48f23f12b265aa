// How cells are drawn. Plain DOM and text only: data cannot become HTML, and scrolling stays fast.

import { overlay } from "./recordLive.js";
import { cellText, choiceText, DASH_TEXT, exactMoment, isMissing, tagTexts } from "./recordFormat.js";

const SVG = "http://www.w3.org/2000/svg";
const CHECK = "M3 8.5 6.5 12 13 4.5";

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function check() {
  const svg = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": "true" })) {
    svg.setAttribute(name, value);
  }
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", CHECK);
  svg.append(path);
  return svg;
}

function pill(value, label) {
  const made = element("span", "status-pill");
  made.dataset.status = String(value);
  const dot = element("i", "status-dot");
  dot.setAttribute("aria-hidden", "true");
  made.append(dot, element("span", "", label));
  return made;
}

function liveStatus(value, label) {
  const made = element("span", "live-status");
  const dot = element("i", "st-dot");
  dot.dataset.status = String(value);
  dot.setAttribute("aria-hidden", "true");
  made.append(dot, label);
  return made;
}

function flag(value) {
  if (!value) return element("span", "grid-quiet", "No");
  const made = element("span", "grid-flag");
  made.append(check(), element("span", "grid-unseen", "Yes"));
  return made;
}

function tags(value, column) {
  const texts = tagTexts(value, column.options);
  const made = element("span", "grid-tags");
  made.append(...texts.map((text) => element("span", "grid-tag", text)));
  made.title = texts.join(", ");
  return made;
}

function moment(value, column, row, format) {
  const made = element("time", "", cellText(row, column, format));
  made.title = exactMoment(value, format);
  return made;
}

const PAINTERS = {
  status: (value, column) => pill(value, choiceText(value, column.options)),
  flag,
  tags,
  moment,
};

function live(column, row, context) {
  const { value, text, title, kind } = overlay(column.id, row, context);
  if (isMissing(value)) return null;
  const made = kind === "status" ? liveStatus(value, text) : element("span", "", text);
  if (title) made.title = title;
  return made;
}

/** One cell of a record: a skeleton until the row has come, a dash for no value. */
export class RecordCell {
  init(params) {
    this.gui = element("span", "grid-cell");
    this.refresh(params);
  }

  getGui() {
    return this.gui;
  }

  refresh({ data, colDef, context }) {
    const { column } = colDef.cellRendererParams;
    this.gui.replaceChildren(data ? this.draw(data, column, context) : element("i", "grid-skeleton"));
    return true;
  }

  draw(row, column, context) {
    const format = context.format();
    if (column.type === "live") return live(column, row, context) ?? this.dash();
    const text = cellText(row, column, format);
    if (text === DASH_TEXT) return this.dash();
    const paint = PAINTERS[column.type];
    return paint ? paint(row[column.id], column, row, format) : document.createTextNode(text);
  }

  dash() {
    return element("span", "grid-quiet", DASH_TEXT);
  }
}

const STATUSES = new Set(["status", "live"]);
const MOST_FACTS = 6;
const NAMED = new Set(["integer", "number", "money", "date", "moment"]);

/** A whole row in a few lines: its name and status, and below them what its other columns say. */
export class CardCell extends RecordCell {
  init(params) {
    this.gui = element("div", "grid-card");
    this.refresh(params);
  }

  refresh({ data, context }) {
    this.gui.replaceChildren(...(data ? this.lines(data, context) : [element("i", "grid-skeleton"), element("i", "grid-skeleton")]));
    return true;
  }

  lines(row, context) {
    const [first, ...rest] = context.shownColumns();
    const status = rest.find(({ id, type }) => STATUSES.has(type) && id.endsWith("status"));
    const head = element("span", "grid-card-head");
    const name = element("b", "");
    name.append(this.draw(row, first, context));
    head.append(name);
    if (status) head.append(this.draw(row, status, context));
    const facts = rest.filter((column) => column !== status).map((column) => this.fact(row, column, context));
    const told = facts.filter(Boolean).slice(0, MOST_FACTS);
    return [head, element("span", "grid-card-facts", told.join("\u00a0· ") || DASH_TEXT)];
  }

  /** What a column says; a number or a date alone would not say of what. */
  fact(row, column, context) {
    if (column.type === "live") {
      const { value, text } = overlay(column.id, row, context);
      return isMissing(value) ? "" : text;
    }
    if (column.type === "flag") return row[column.id] ? column.title : "";
    const text = cellText(row, column, context.format());
    if (text === DASH_TEXT) return "";
    return NAMED.has(column.type) ? `${column.title} ${text}` : text;
  }
}

function checkbox(label) {
  const box = element("input", "grid-check");
  box.type = "checkbox";
  box.tabIndex = -1;
  box.setAttribute("aria-label", label);
  return box;
}

/** The check box of a row; the grid's own keys and clicks decide, it only shows. */
export class SelectCell {
  init(params) {
    this.gui = element("span", "grid-check-cell");
    this.refresh(params);
  }

  getGui() {
    return this.gui;
  }

  refresh({ data, context }) {
    if (!data) {
      this.gui.replaceChildren(element("i", "grid-skeleton"));
      return true;
    }
    const label = `Select ${context.nameOf(data)}`;
    if (!this.box?.isConnected || this.box.getAttribute("aria-label") !== label) {
      this.box = checkbox(label);
      this.gui.replaceChildren(this.box);
    }
    this.box.checked = context.selection.has(data.id);
    return true;
  }
}

/** The check box above: all loaded rows, some of them, or none. */
export class HeaderCheckbox {
  init({ context }) {
    this.context = context;
    this.gui = element("span", "grid-check-cell");
    this.box = checkbox("Select all loaded rows");
    this.box.title = "Select all loaded rows (Ctrl+A)";
    this.box.addEventListener("click", () => context.toggleAll());
    this.gui.append(this.box);
    this.stop = context.onSelection(() => this.show());
    this.show();
  }

  getGui() {
    return this.gui;
  }

  refresh() {
    return true;
  }

  show() {
    const state = this.context.selectionState();
    this.box.checked = state === "all";
    this.box.indeterminate = state === "some";
  }

  destroy() {
    this.stop();
  }
}

// The grid's columns, made from the column descriptions that a record kind gives.

import { CardCell, HeaderCheckbox, RecordCell, SelectCell } from "./recordCells.js";
import { unitOf } from "./recordFormat.js";
import { sortModel } from "./recordSort.js";

/** The column of check boxes. */
export const SELECT = "select";

/** The one column of a narrow screen: the whole row in a few lines. */
export const CARD = "card";

const RIGHT = new Set(["integer", "number", "money"]);
const SHAPES = {
  text: { flex: 1, minWidth: 120 },
  longtext: { flex: 2, minWidth: 180 },
  reference: { flex: 1, minWidth: 120 },
  tags: { flex: 1, minWidth: 150 },
  choice: { width: 130 },
  status: { width: 162 },
  live: { width: 138 },
  flag: { width: 90 },
  integer: { width: 110 },
  number: { width: 120 },
  money: { width: 120 },
  date: { width: 125 },
  moment: { width: 160 },
};

/** A list that came as JSON text or as a list. */
export function listOf(value) {
  if (Array.isArray(value)) return value;
  try {
    const parsed = JSON.parse(value || "[]");
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

/** Which columns are on the screen, in order: the given ones that exist, or the kind's defaults. */
export function shownIds(columns, shown) {
  const known = listOf(shown).filter((id) => columns.some((column) => column.id === id));
  return known.length > 0 ? known : columns.filter((column) => !column.hidden).map(({ id }) => id);
}

function shapeOf(column) {
  if (column.width) return { width: column.width, minWidth: 60 };
  return { minWidth: 70, ...(SHAPES[column.type] ?? SHAPES.text) };
}

/** A column's title with what its numbers are. */
export function fullTitle(column, units) {
  const unit = unitOf(column, units);
  return unit && RIGHT.has(column.type) ? `${column.title} (${unit})` : column.title;
}

function recordColumn(column, at, { visible, sort, units }) {
  const sorted = sort.find(({ colId }) => colId === column.id);
  return {
    colId: column.id,
    headerName: column.title,
    headerTooltip: fullTitle(column, units),
    ...shapeOf(column),
    sortable: column.sortable !== false,
    initialHide: !visible,
    initialSort: sorted?.sort ?? null,
    initialSortIndex: sorted?.sortIndex ?? null,
    valueGetter: ({ data }) => data?.[column.id],
    cellRenderer: RecordCell,
    cellRendererParams: { column },
    cellClass: RIGHT.has(column.type) ? "grid-number" : at === 0 ? "grid-strong" : undefined,
    headerClass: RIGHT.has(column.type) ? "grid-number" : undefined,
  };
}

const SELECT_COLUMN = {
  colId: SELECT,
  headerName: "",
  headerComponent: HeaderCheckbox,
  cellRenderer: SelectCell,
  cellClass: "grid-select",
  headerClass: "grid-select",
  width: 40,
  minWidth: 40,
  maxWidth: 40,
  pinned: "left",
  lockPinned: true,
  lockPosition: "left",
  sortable: false,
  resizable: false,
  suppressMovable: true,
};

const CARD_COLUMN = {
  colId: CARD,
  headerName: "",
  cellRenderer: CardCell,
  cellClass: "grid-card-cell",
  valueGetter: ({ data }) => data, // another row, another drawing
  flex: 1,
  sortable: false,
  resizable: false,
  suppressMovable: true,
};

/** AG Grid's column definitions. On a narrow screen the columns are there, but unseen: they sort. */
export function columnDefs(columns, { shown, sort, selectable, units, narrow = false }) {
  const visible = shownIds(columns, shown);
  const rest = columns.filter(({ id }) => !visible.includes(id));
  const ordered = [...visible.map((id) => columns.find((column) => column.id === id)), ...rest];
  const state = { sort: sortModel(sort), units };
  const defs = ordered.map((column, at) => recordColumn(column, at, { ...state, visible: !narrow && at < visible.length }));
  return [...(selectable ? [SELECT_COLUMN] : []), ...(narrow ? [{ ...CARD_COLUMN, headerName: ordered[0]?.title ?? "" }] : []), ...defs];
}

/** Column state that shows just these columns in this order. */
export function shownState(columns, shown) {
  const visible = shownIds(columns, shown);
  const rest = columns.map(({ id }) => id).filter((id) => !visible.includes(id));
  return [
    { colId: SELECT, hide: false },
    ...visible.map((colId) => ({ colId, hide: false })),
    ...rest.map((colId) => ({ colId, hide: true })),
  ];
}

/** The layout in the words of a saved view: `[{id, width, hidden, pinned}]`; width null is flexible. */
export function layoutOf(state) {
  return state
    .filter(({ colId }) => colId !== SELECT && colId !== CARD)
    .map(({ colId, width, flex, hide, pinned }) => ({
      id: colId,
      width: flex ? null : width,
      hidden: Boolean(hide),
      pinned: pinned || null,
    }));
}

/** Column state of a layout. */
export function layoutState(layout) {
  const columns = listOf(layout).filter((one) => typeof one?.id === "string");
  return columns.map(({ id, width, hidden, pinned }) => ({
    colId: id,
    ...(Number(width) > 0 ? { width: Number(width), flex: null } : {}),
    ...(typeof hidden === "boolean" ? { hide: hidden } : {}),
    pinned: pinned || null,
  }));
}

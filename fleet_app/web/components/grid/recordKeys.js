// Keys of the record grid. Arrows, Home, End and the page keys are the grid's own.

import { SELECT } from "./recordColumns.js";

/** A key in a cell: Enter opens, Space selects (with Shift up to here), Ctrl+A all, Escape none. */
export function gridKey(controller, { event, node }) {
  if (event.key === "Enter") return controller.open(node.data?.id);
  if (event.key === " ") {
    event.preventDefault();
    return controller.pick(node, event.shiftKey);
  }
  if (event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey) && controller.props.selectable) {
    event.preventDefault();
    return controller.toggleAll();
  }
  // With nothing selected Escape is the page's: it closes a panel.
  if (event.key === "Escape" && controller.clearSelection()) event.stopPropagation();
  return undefined;
}

/** A key in the header: Space or Enter on the check box above all rows. */
export function headerKey(controller, event) {
  const header = event.target.closest?.(".ag-header-cell");
  if (header?.getAttribute("col-id") !== SELECT || ![" ", "Enter"].includes(event.key)) return;
  event.preventDefault();
  controller.toggleAll();
}

// What keys and buttons do with the chosen stops, and with the line of the cursor.

import { useEffect, useRef } from "react";
import { deliveryOf, itemOf } from "./planBoard.js";
import { actOf, isTaken } from "./planKeys.js";
import { isPublishable } from "./planLife.js";
import { inOrder, shoved } from "./planPick.js";
import { leftOn, mayBeOut, rowSteps } from "./rowActs.js";
import { stepTrouble } from "./planTroubles.js";

const WITH_LINES = '[data-part="tray"], [data-part="routes"], [data-part="timeline"]';

/** The chosen stops, or those that the line of the cursor stands for. */
function meant(desk, line) {
  if (desk.chosen.size) return inOrder(desk.board, desk.chosen);
  if (line?.id !== undefined) return [line.id];
  return line?.kind === "row" ? line.row.stops.map(({ id }) => id) : [];
}

const onRows = (desk, ids) => ids.filter((id) => desk.board.where.get(id)?.row);

/** The row that a key is about: that of the cursor, else the one of what is chosen. */
function rowMeant(desk, line) {
  if (line?.row) return desk.board.rowOf.get(line.row.key);
  const rows = new Set([...desk.chosen].map((id) => desk.board.where.get(id)?.row?.key ?? ""));
  return rows.size === 1 ? desk.board.rowOf.get([...rows][0]) : undefined;
}

function parts(box, by) {
  const all = [...box.querySelectorAll("[data-part]")].map((one) => one.querySelector(".maplibregl-canvas") ?? one).filter((one) => one.offsetParent !== null);
  const here = all.findIndex((one) => one.contains(document.activeElement));
  all.at((here + by + all.length) % all.length)?.focus();
}

function acting({ desk, life, open, optimise, box, onGo }) {
  const lock = (ids, line) => {
    if (line?.kind === "row" && !desk.chosen.size) return rowSteps(desk, line.row).lockOrder();
    const placed = onRows(desk, ids);
    return placed.length > 0 && desk.lock(placed, !placed.every((id) => itemOf(desk.board, id).locked));
  };
  const row = (name, line) => {
    const found = rowMeant(desk, line);
    return found && leftOn(found).length > 1 ? rowSteps(desk, found)[name]() : desk.say(found ? "There is nothing on this route to put into another order." : "Put the cursor on a route first.");
  };
  const out = (line) => {
    const found = rowMeant(desk, line);
    if (found && mayBeOut(desk, found)) return open("out", found);
    return desk.say(found ? "Only a vehicle that drives, or is to leave today, can be reported as out of service." : "Put the cursor on a route first.");
  };
  const trouble = (by) => (onGo(), stepTrouble(desk, by) || desk.say("There is no problem in this plan."));
  const back = (path) => {
    const { board } = desk;
    if (desk.may.has("update") && (board[path] || desk.edits.busy)) desk.edits.back(path, path === "undo" ? `Undone: ${board.undo || "the last step"}` : `Made again: ${board.redo}`);
    else desk.say(`There is nothing to ${path}.`);
  };
  return {
    move: (ids) => ids.length > 0 && desk.may.has("update") && open("move", ids),
    remove: (ids) => onRows(desk, ids).length > 0 && desk.moveTo(onRows(desk, ids), { row: "" }),
    lock,
    turn: (_, line) => row("turn", line),
    improve: (_, line) => row("improve", line),
    out: (_, line) => desk.may.has("update") && out(line),
    trouble: () => trouble(1),
    troubleBack: () => trouble(-1),
    look: (ids) => ids.length > 0 && desk.map?.fit({ ids }),
    undo: () => back("undo"),
    redo: () => back("redo"),
    plan: () => desk.may.has("update") && !life.busy && optimise.current(),
    publish: () => desk.may.has("publish") && (isPublishable(desk.board, life) ? open("publish") : desk.say(life.acting ? "The plan is being published or taken back right now." : "Drivers see the plan as it is: there is nothing to publish.")),
    help: () => open("help"),
    search: () => box.current?.querySelector("[data-plan-search]")?.focus(),
    leave: () => desk.chooseNothing(),
  };
}

/** `act(name)` does what a button says; `inList` what a key in a list means at its line. */
export function useActs(given) {
  const { desk, box } = given;
  const at = useRef(null);
  const latest = useRef(null);
  latest.current = acting(given);
  const act = (name, line = at.current) => desk.board && latest.current[name]?.(meant(desk, line), line);
  useEffect(() => {
    const heard = (event) => {
      if (isTaken(event) || !desk.board) return;
      const said = actOf(event);
      if (!said) return;
      event.preventDefault();
      event.stopPropagation();
      if (said.act === "part") parts(box.current, said.by);
      else act(said.act, lineAt(event.target));
    };
    const lineAt = (target) => (target?.closest?.(WITH_LINES) ? at.current : null);
    document.addEventListener("keydown", heard);
    return () => document.removeEventListener("keydown", heard);
  }, []);
  const inList = (said, line, go) => {
    at.current = line ?? null;
    if (!line) return false;
    if (said.act === "fold" && line.row) {
      desk.fold(line.row.key, said.folded);
      if (said.folded) go(`row ${line.row.key}`);
    } else if (said.act === "shove") shove(desk, line);
    else if (said.act === "open") openLine(line, box.current);
    else return false;
    return true;
    function shove() {
      const step = shoved(desk.board, meant(desk, line), said.by);
      if (step && desk.may.has("update")) desk.edit({ do: "move", deliveries: [...new Set(step.deliveries.map(deliveryOf))], to: step.row, place: step.place }, (board) => `Now stop ${(board.where.get(step.deliveries[0])?.place ?? 0) + 1} of ${desk.nameOf(step.row)}`);
    }
  };
  const onLine = (line) => {
    at.current = line;
  };
  return { act, inList, onLine };
}

function openLine(line, box) {
  if (line.kind === "row") box.querySelector(`[data-testid="row-${line.row.key}"] [aria-haspopup=menu]`)?.click();
  else window.location.assign(`/deliveries/${deliveryOf(line.id)}`);
}

// What can be done with a whole row, for its menu and for the keys. No DOM.

import { rowName } from "./planBoard.js";
import { stopsText } from "./planWords.js";

const DRIVEN = new Set(["started", "completed"]);

/** Whether the vehicle has left: who drives what, and that it drives, are no plan any more. */
export const isDriven = ({ route_status: status }) => DRIVEN.has(status);

/** The stops that are still to be made. */
export const leftOn = ({ stops }) => stops.filter(({ done }) => !done);

/** Whether others could be asked to take over: it is on its way, or is to leave today. */
export const mayBeOut = (desk, row) => Boolean(row.vehicle_id) && leftOn(row).length > 0 && (row.route_status === "started" || (row.route_status === "published" && desk.isToday));

/** Steps on a row, each with the words that say it was done. */
export function rowSteps(desk, row) {
  const key = row.key;
  const name = rowName(row);
  return {
    lockCrew: () => desk.edit({ do: "lock", row: key, level: row.lock === "crew" ? "" : "crew" }, row.lock === "crew" ? `${name} is free again` : `${row.driver || row.vehicle} stays on this route`),
    lockOrder: () => desk.edit({ do: "lock", row: key, level: row.lock === "order" ? "" : "order" }, row.lock === "order" ? `The stops of ${name} are free again` : `The stops of ${name} stay as they are`),
    turn: () => desk.edit({ do: "turn", row: key }, `${name} drives the other way round`),
    improve: () => desk.edit({ do: "improve", row: key }, `The stops of ${name} are in their best order`),
    drop: () => desk.edit({ do: "drop_row", row: key }, atHome(row)),
    empty: () => desk.move(leftOn(row).map(({ id }) => id), { row: "" }, leftOn(row).length < row.stops.length ? `What was left to do for ${name} is unassigned` : `All stops of ${name} are unassigned`),
  };
}

/** Who stays at home leaves stops behind: how many of them nobody makes now. */
function atHome(row) {
  const own = row.stops.filter(({ pickup }) => !pickup).map(({ id }) => id);
  return (board) => {
    const left = own.filter((id) => board.where.get(id)?.row === null).length;
    return `${rowName(row)} stays at home${left ? `, ${left === 1 ? "1 stop is" : `${stopsText(left)} are`} unassigned` : ""}`;
  };
}

/** The menu of a row. `acts` opens what needs an answer: driver, vehicle, departure. */
export function rowItems(desk, row, acts) {
  const steps = rowSteps(desk, row);
  const driven = isDriven(row);
  const over = row.route_status === "completed";
  const none = !leftOn(row).length;
  const few = leftOn(row).length < 2;
  const back = row.route_status === "published" && desk.may.has("publish");
  const groups = [
    [
      { name: desk.focus === row.key ? "Show all routes on the map" : "Show only this on the map", icon: "fit", act: () => desk.setFocus(row.key), off: !row.stops.length },
      row.route_id && { name: "Open the route", icon: "right", act: () => window.location.assign(`/routes/${row.route_id}`) },
    ],
    over ? [] : [
      { name: "Best order", icon: "bolt", keys: "B", act: steps.improve, off: few },
      { name: "The other way round", icon: "turn", keys: "R", act: steps.turn, off: few },
      !driven && { name: "Lock driver and vehicle", icon: "person", checked: row.lock === "crew", act: steps.lockCrew },
      { name: "Lock stops and order", icon: "lock", checked: row.lock === "order", act: steps.lockOrder, off: none },
    ],
    driven ? [] : [
      { name: row.driver ? "Change the driver…" : "Give it a driver…", icon: "person", act: () => acts.driver(row) },
      { name: "Change the vehicle…", icon: "truck", act: () => acts.vehicle(row) },
      { name: "Departure…", icon: "clock", act: () => acts.depart(row) },
    ],
    [
      desk.may.has("template") && { name: "Save as a template…", icon: "copy", act: () => acts.template(row), off: !row.stops.length },
      !over && { name: driven ? "Take off what is left" : "Take all stops off", icon: "recall", act: steps.empty, off: none },
      back && { name: "Take this route back…", icon: "recall", danger: true, act: () => acts.recall(row) },
      !driven && { name: "Leave at home", icon: "bin", danger: true, act: steps.drop },
      mayBeOut(desk, row) && { name: "The vehicle is out of service…", icon: "warning", keys: "O", danger: true, act: () => acts.out(row) },
    ],
  ];
  return groups.map((group) => group.filter(Boolean)).filter(({ length }) => length).flatMap((group, i) => (i ? ["-", ...group] : group));
}

// Columns of the vehicle grid. A live position outranks the row that the API sent.

import {
  CellStyleModule,
  InfiniteRowModelModule,
  RenderApiModule,
  RowApiModule,
  RowSelectionModule,
  ScrollApiModule,
} from "ag-grid-community";
import { ageText, batteryText, DASH, exactTime, NEVER_SEEN, speedText, STATUS_WORDS, toEpoch } from "./format.js";

export const gridModules = [
  CellStyleModule,
  InfiniteRowModelModule,
  RenderApiModule,
  RowApiModule,
  RowSelectionModule,
  ScrollApiModule,
];

/** The live values of a row: from the store when it knows the vehicle, else from the row. */
export function overlayLive(row, store) {
  const vehicle = store.vehicles.get(row.id);
  if (!vehicle) {
    const lastSeen = toEpoch(row.last_seen);
    return { status: row.status ?? NEVER_SEEN, speed: row.speed, battery: row.battery, lastSeen };
  }
  const { shown, speed, battery, recordedAt } = vehicle;
  return { status: shown, speed, battery: battery ?? row.battery, lastSeen: recordedAt };
}

function live(pick) {
  return ({ data, context }) => (data ? pick(overlayLive(data, context.store), context.store) : "");
}

const HOW_TO_CONNECT = "Nothing has been received from it yet: connect a phone or a tracker, as the API documentation says under Devices.";

function StatusCell({ value }) {
  if (!value) return null;
  return (
    <span className="live-status" title={value === NEVER_SEEN ? HOW_TO_CONNECT : undefined}>
      <i className="st-dot" data-status={value} aria-hidden="true" />
      {STATUS_WORDS[value] ?? value}
    </span>
  );
}

function seen({ lastSeen }, store) {
  return ageText(lastSeen === null ? null : Math.max(0, store.serverNow() - lastSeen));
}

function SeenCell({ value, data, context }) {
  if (!data) return null;
  return <span title={exactTime(overlayLive(data, context.store).lastSeen)}>{value}</span>;
}

function driverName({ data }) {
  const driver = data?.driver;
  return (typeof driver === "object" ? driver?.name : driver) || (data ? DASH : "");
}

function typeName({ value }) {
  const text = String(value ?? "").replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export const columnDefs = [
  {
    colId: "status",
    headerName: "Status",
    minWidth: 128,
    flex: 1,
    valueGetter: live(({ status }) => status),
    cellRenderer: StatusCell,
  },
  { colId: "name", field: "name", headerName: "Name", minWidth: 120, flex: 1.3, cellClass: "live-strong" },
  { colId: "driver", headerName: "Driver", minWidth: 130, flex: 1.5, valueGetter: driverName },
  {
    colId: "speed",
    headerName: "Speed",
    minWidth: 96,
    flex: 0.8,
    valueGetter: live(({ status, speed }) => (status === "offline" || status === NEVER_SEEN ? DASH : speedText(speed))),
    cellClass: "live-number",
    headerClass: "live-number",
  },
  { colId: "last_seen", headerName: "Last seen", minWidth: 116, flex: 1, valueGetter: live(seen), cellRenderer: SeenCell },
  {
    colId: "battery",
    headerName: "Battery",
    minWidth: 92,
    flex: 0.8,
    valueGetter: live(({ battery }) => batteryText(battery)),
    cellClass: "live-number",
    headerClass: "live-number",
  },
  { colId: "registration_number", field: "registration_number", headerName: "Registration", minWidth: 110, flex: 1.1 },
  { colId: "type", field: "type", headerName: "Type", minWidth: 92, flex: 0.9, valueFormatter: typeName },
];

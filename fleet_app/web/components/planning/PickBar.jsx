// What is chosen, in words, and what can be done with it.

import { clockText } from "../../history/sources/moments.js";
import { colourVar } from "./planColours.js";
import { itemOf, problemsOf, rowName } from "./planBoard.js";
import { Icon } from "./PlanIcons.jsx";
import { idsText, windowsText } from "./planWords.js";
import { useTurn } from "./usePlan.js";

function One({ desk, id }) {
  const { board, zone } = desk;
  const item = itemOf(board, id);
  const { row, place } = board.where.get(id);
  const windows = windowsText(item.order.windows, zone);
  const wrong = row ? problemsOf(row, item) : item.words ? [item.words] : [];
  const weight = [item.order.weight_kg ? `${item.order.weight_kg.toLocaleString("en-GB")} kg` : "", item.order.parcels > 1 ? `${item.order.parcels} parcels` : "", ...item.order.skills].filter(Boolean).join(" · ");
  return (
    <div className="plan-one" style={row ? { "--row": colourVar(row) } : undefined}>
      <b><a href={`/deliveries/${item.order.delivery_id}`} title="Open the delivery">{item.order.customer || item.order.number}</a></b>
      <span className="quiet">{[item.order.customer ? item.order.number : "", item.order.address, weight].filter(Boolean).join(" · ")}</span>
      <span>{row ? <><i className="plan-swatch" /> {rowName(row)}, stop {place + 1}{item.begins === null ? "" : `, ${clockText(item.begins, zone)}–${clockText(item.departs, zone)}`}</> : "Unassigned"}{windows && `, wanted ${windows}`}</span>
      {wrong.map((text) => <span key={text} className="plan-told"><Icon name="warning" size={13} /> {text}</span>)}
    </div>
  );
}

export function PickBar({ desk, onMove, onAct }) {
  useTurn(desk, "pick", "board");
  const { board, chosen } = desk;
  const ids = [...chosen];
  if (!ids.length || !board) return null;
  const may = desk.may.has("update");
  const placed = ids.filter((id) => board.where.get(id)?.row);
  const locked = placed.length > 0 && placed.every((id) => itemOf(board, id).locked);
  return (
    <div className="plan-pick" role="region" aria-label="Chosen stops" data-testid="plan-pick">
      {ids.length === 1 ? <One desk={desk} id={ids[0]} /> : <b>{idsText(ids)} chosen</b>}
      <span className="plan-pick-acts">
        {may && <button type="button" className="button small primary" onClick={onMove} title="M">Move to…</button>}
        <button type="button" className="button small plan-adding" aria-pressed={desk.adding} onClick={() => desk.setAdding(!desk.adding)}>Choose more</button>
        {may && placed.length > 0 && <button type="button" className="button small" onClick={() => onAct("remove")} title="Delete">Unassign</button>}
        {may && placed.length > 0 && <button type="button" className="button small" data-act="lock" onClick={() => onAct("lock")} title="L"><Icon name="lock" size={13} /><span>{locked ? "Free" : "Lock"}</span></button>}
        <button type="button" className="icon-button small" data-act="look" aria-label="Show on the map" title="Show on the map (F)" onClick={() => onAct("look")}><Icon name="fit" /></button>
        <button type="button" className="icon-button small" data-act="leave" aria-label="Choose nothing" title="Choose nothing (Esc)" onClick={() => onAct("leave")}><Icon name="close" /></button>
      </span>
    </div>
  );
}

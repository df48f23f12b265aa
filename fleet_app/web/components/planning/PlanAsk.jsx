// Which dialog stands over the page, and what its answer does.

import { useEffect } from "react";
import { CompareDialog } from "./CompareDialog.jsx";
import { DepartDialog, HelpDialog, MoveDialog, NameDialog, RecordDialog, SureDialog } from "./PlanDialogs.jsx";
import { PublishDialog } from "./PublishDialog.jsx";
import { TemplateDialog } from "./TemplateDialog.jsx";
import { TemplatePick } from "./TemplatePick.jsx";
import { rowName } from "./planBoard.js";
import { idsText } from "./planWords.js";
import { leftOn } from "./rowActs.js";
import { useTurn } from "./usePlan.js";

function OutDialog({ offers, row, onClose }) {
  // Once the dialog has gone and given back the focus.
  useEffect(() => () => offers.show(), []);
  return (
    <SureDialog
      title={`Is ${row.vehicle} out of service?`}
      text={`Who can take over the ${idsText(leftOn(row).map(({ id }) => id))} that ${rowName(row)} has left is looked for at once. Nothing changes until you accept what is suggested, and that can be taken back. To keep ${row.vehicle} out of the next plans, have it put into the workshop on its own page.`}
      action="Find who can take over" doing="Looking for who can take over…" onTake={() => offers.report(row)} onClose={onClose}
    />
  );
}

const DIALOGS = {
  help: ({ onClose }) => <HelpDialog onClose={onClose} />,
  compare: ({ desk, life, onClose }) => <CompareDialog {...{ desk, life, onClose }} />,
  publish: ({ desk, life, onClose }) => <PublishDialog {...{ desk, life, onClose }} />,
  move: ({ desk, given, onClose }) => <MoveDialog {...{ desk, onClose }} ids={given} />,
  recall: ({ desk, life, onClose }) => (
    <SureDialog title={`Take ${desk.board.name} back?`} text="Drivers no longer see its routes, and their deliveries are free again. Routes that are being driven stay. The plan itself is kept." action="Take it back" doing="Taking it back…" onTake={life.recall} onClose={onClose} />
  ),
  recallRoute: ({ life, given, onClose }) => (
    <SureDialog title={`Take the route of ${rowName(given)} back?`} text="The driver no longer sees it, and its deliveries are free again. The plan keeps it, to be published later." action="Take it back" doing="Taking it back…" onTake={() => life.recallRoute(given, rowName(given))} onClose={onClose} />
  ),
  out: ({ offers, given, onClose }) => <OutDialog {...{ offers, onClose }} row={given} />,
  rename: ({ life, given, onClose }) => <NameDialog title="Rename the plan" label="Name" value={given.name} action="Rename" onTake={(name) => life.rename(given, name)} onClose={onClose} />,
  delete: ({ life, given, onClose }) => <SureDialog title={`Delete ${given.name}?`} text={given.published_at ? "Its published routes stay with their drivers; only the plan goes." : "The plan goes; its deliveries stay."} action="Delete" onTake={() => life.remove(given)} onClose={onClose} />,
  driver: ({ desk, given, fleet, onClose }) => (
    <RecordDialog title={`Who drives ${given.vehicle}?`} kind="drivers" fleet={fleet} free={given.driver_id ? "No driver" : ""} onTake={(id, name) => desk.edit({ do: "crew", row: given.key, driver_id: id, vehicle_id: given.vehicle_id }, id ? `${name} drives ${given.vehicle}` : `${given.vehicle} has no driver now`)} onClose={onClose} />
  ),
  vehicle: ({ desk, given, fleet, onClose }) => (
    <RecordDialog title={`In which vehicle does ${rowName(given)} drive?`} kind="vehicles" fleet={fleet} onTake={(id, name) => desk.edit({ do: "crew", row: given.key, driver_id: given.driver_id, vehicle_id: id }, `${rowName(given)} drives ${name}`)} onClose={onClose} />
  ),
  add: ({ desk, fleet, onClose }) => (
    <RecordDialog title="Which vehicle takes part?" kind="vehicles" fleet={fleet} onTake={(id, name) => desk.edit({ do: "add_row", vehicle_id: id, driver_id: null }, `${name} takes part`)} onClose={onClose} />
  ),
  template: ({ life, given, onClose }) => <TemplateDialog row={given} onTake={(name, weekdays) => life.saveTemplate(given, name, weekdays)} onClose={onClose} />,
  use: ({ life, onClose }) => <TemplatePick life={life} onTake={(id, name) => life.useTemplate(id, name)} onClose={onClose} />,
  depart: ({ desk, given, onClose }) => (
    <DepartDialog row={given} day={desk.board.date} zone={desk.zone} onTake={(moment) => desk.edit({ do: "depart", row: given.key, at: moment === null ? null : new Date(moment).toISOString() }, moment === null ? `${rowName(given)} leaves when it suits the stops` : `${rowName(given)} has a departure time`)} onClose={onClose} />
  ),
};

export function PlanAsk({ asked, ...given }) {
  useTurn(given.desk, "life");
  const Dialog = asked && DIALOGS[asked.what];
  if (!Dialog || (asked.what !== "help" && !given.life.plans)) return null;
  return <Dialog {...given} given={asked.given} />;
}

// The planning page: plans of a day, the unassigned, routes, timeline and map, all in one step.
// The page says which day and what the person may do; the plan itself is read from the API here.

import { useEffect, useMemo, useRef, useState } from "react";
import { useTheme } from "../../live/sources/theme.js";
import { ask } from "./planApi.js";
import { coloursOf } from "./planColours.js";
import { Dragging } from "./planDrag.js";
import { PlanDesk } from "./planDesk.js";
import { PlanLife } from "./planLife.js";
import { Suggestions } from "./planSuggest.js";
import { JobPanel } from "./JobPanel.jsx";
import { MapPane } from "./MapPane.jsx";
import { PickBar } from "./PickBar.jsx";
import { PlanAsk } from "./PlanAsk.jsx";
import { PlanHead } from "./PlanHead.jsx";
import { Note, Nothing, PlanTip, Said, Splitter, Waiting } from "./PlanParts.jsx";
import { RoutesPane } from "./RoutesPane.jsx";
import { TimelinePane } from "./TimelinePane.jsx";
import { TrayPane } from "./TrayPane.jsx";
import { useActs } from "./useActs.js";
import { useTurn } from "./usePlan.js";

const OPENS_MS = 400;
const PANES = [["tray", "Unassigned"], ["routes", "Routes"], ["timeline", "Timeline"]];

// The theme is told before the page has its colours.
function useColours(box, theme) {
  const page = useTheme();
  const [colours, setColours] = useState(null);
  useEffect(() => setColours(coloursOf(box.current)), [theme, page]);
  return colours;
}

// The page's own day, and what others change.
function useDay(life, offers, { day, today, fleet, plan, changes }) {
  const seen = useRef(changes);
  useEffect(() => {
    if (day) life.read(day, Number(fleet) || 0, Number(plan) || 0);
  }, [day, fleet]);
  useEffect(() => {
    offers.follow(Boolean(day) && day === today, Number(fleet) || 0);
  }, [day, today, fleet]);
  useEffect(() => {
    // What the page says back of this board's own choices is no news.
    if (life.told.delete(Number(plan))) return;
    if (Number(plan) && life.plans?.some(({ id }) => id === Number(plan))) life.choose(Number(plan));
  }, [plan]);
  useEffect(() => {
    const before = (seen.current ?? []).map((one) => one?.sequence);
    const [plans, routes, deliveries, suggestions] = (changes ?? []).map((one, i) => one?.sequence !== before[i]);
    seen.current = changes;
    if (plans) life.news.plans();
    else if (routes || deliveries) life.news.others();
    if (suggestions) offers.news();
  }, [JSON.stringify(changes)]);
  useEffect(() => () => (life.news.stop(), life.forget(), offers.stop()), []);
}

// Where only one part is shown at a time, what is dragged opens another by staying on its name.
function usePanes(dragging, setPane, shown) {
  const box = useRef(null);
  useEffect(() => {
    if (!box.current) return undefined;
    let timer = 0;
    let over = null;
    const at = (x, y) => {
      const key = document.elementFromPoint(x, y)?.closest("[data-key]")?.dataset.key ?? null;
      if (key !== over) {
        clearTimeout(timer);
        over = key;
        timer = setTimeout(() => key && dragging.desk.drag && setPane(key), OPENS_MS);
      }
      return null;
    };
    const remove = dragging.add(box.current, at);
    return () => {
      clearTimeout(timer);
      remove();
    };
  }, [shown]);
  return box;
}

/** One desk for as long as the page is open. */
function useDesk(props, box) {
  const made = useRef(null);
  const latest = useRef(props);
  latest.current = props;
  if (!made.current) {
    const desk = new PlanDesk(ask);
    const life = new PlanLife(desk, { ask, onPlan: (id) => tell(id) });
    const tell = (id) => {
      if (id === Number(latest.current.plan)) return;
      life.told.add(id);
      latest.current.onPlan?.(id);
    };
    const dragging = new Dragging(desk, { drop: (ids, target) => desk.moveTo(ids, target) });
    made.current = { desk, life, dragging, offers: new Suggestions(desk, { ask }) };
  }
  useEffect(() => () => made.current.desk.clear(), []);
  made.current.desk.may = new Set(props.may ?? []);
  made.current.desk.isToday = Boolean(props.day) && props.day === props.today;
  if (!made.current.desk.board && props.zone) made.current.desk.zone = props.zone;
  made.current.box = box;
  return made.current;
}

export function PlanningBoard(props) {
  const { day, today } = props;
  const box = useRef(null);
  const theme = useTheme(props.theme);
  const colours = useColours(box, theme);
  const { desk, life, dragging, offers } = useDesk(props, box);
  useTurn(desk, "board", "life", "view");
  const [asked, setAsked] = useState(null);
  const [pane, setPane] = useState("routes");
  const [tall, setTall] = useState(272);
  const may = useMemo(() => new Set(props.may ?? []), [JSON.stringify(props.may)]);
  const optimise = useRef(() => undefined);
  const open = (what, given = null) => setAsked({ what, given });
  // The unassigned have no problems: what leads to one leads to the routes.
  const onGo = () => setPane((old) => (old === "tray" ? "routes" : old));
  const acts = useActs({ desk, life, open, optimise, box, onGo });
  useDay(life, offers, props);
  const { board } = desk;
  const ready = Boolean(board && colours);
  const panes = usePanes(dragging, setPane, ready);
  const editing = may.has("update") ? { driver: (row) => open("driver", row), vehicle: (row) => open("vehicle", row), depart: (row) => open("depart", row), template: (row) => open("template", row), recall: (row) => open("recallRoute", row), out: (row) => open("out", row) } : null;
  return (
    <div ref={box} className="planning" data-testid="planning" data-fleet-theme={theme} data-pane={pane} data-state={ready ? "ready" : "loading"} data-busy={desk.edits.busy} data-boxing={desk.boxing} data-version={board?.version ?? 0} style={{ "--plan-tall": `${tall}px` }}>
      <PlanHead {...{ desk, life, offers, may, day, today, open, optimise, onGo }} onDay={(one) => props.onDay?.(one)} />
      {!ready ? (life.plans && !life.plans.length ? <Nothing may={may} life={life} day={day} /> : <Waiting desk={desk} life={life} />) : (
        <>
          <div ref={panes} className="plan-panes" role="group" aria-label="Part of the page">
            {PANES.map(([key, name]) => <button key={key} type="button" data-key={key} aria-pressed={pane === key} onClick={() => setPane(key)}>{name}{key === "tray" && board.tray.length > 0 ? ` ${board.tray.length}` : ""}</button>)}
          </div>
          <div className="plan-left">
            <TrayPane {...{ desk, dragging }} onAct={acts.inList} onLine={acts.onLine} />
            <RoutesPane {...{ desk, dragging }} acts={editing} onAct={acts.inList} onLine={acts.onLine} onAddRow={() => open("add")} />
          </div>
          <MapPane {...{ desk, dragging, theme, colours }} probe={props.probe}>
            <JobPanel {...{ desk, life }} />
            <div className="plan-foot">
              <Note desk={desk} />
              <PickBar desk={desk} onMove={() => acts.act("move")} onAct={acts.act} />
            </div>
          </MapPane>
          <Splitter tall={tall} onTall={setTall} />
          <TimelinePane {...{ desk, dragging, colours }} onAct={acts.inList} onLine={acts.onLine} />
          <PlanTip desk={desk} />
        </>
      )}
      <PlanAsk {...{ desk, life, offers, asked }} fleet={Number(props.fleet) || 0} onClose={() => setAsked(null)} />
      {!ready && <div className="plan-foot"><Note desk={desk} /></div>}
      <Said desk={desk} dragging={dragging} />
    </div>
  );
}

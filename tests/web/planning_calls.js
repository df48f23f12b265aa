// What tests ask of the planning page's scripts in a node process, by name.
const from = (name) => import(process.argv[2] + "/planning/sources/" + name);
const board = await from("planBoard.js");
const guess = await from("planGuess.js");
const offers = await from("planOffers.js");
const time = await from("planTime.js");
const pick = await from("planPick.js");
const keys = await from("planKeys.js");
const cursor = await from("planCursor.js");
const words = await from("planWords.js");
const layers = await from("planLayers.js");
const suggest = await from("planSuggest.js");
const troubles = await from("planTroubles.js");
const colours = await from("planColours.js");
const { rowItems, rowSteps } = await from("rowActs.js");
const moments = await from("planMoments.js");
const { followed } = await from("planFeed.js");
const { PlanDesk } = await from("planDesk.js");
const { PlanLife, leftOut, progressPath, jobText } = await from("planLife.js");

const placesOf = (b) => Object.fromEntries([...b.rows.map((row) => [row.key, row.stops.map(({ id }) => id)]), ["", b.tray.map(({ id }) => id)]]);
const lists = (data, folded = []) => pick.routeLines(board.readBoard(data).rows, new Set(folded));
const said = (event) => ({ key: "", ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...event });
const scaleOf = ([from, to, width]) => new time.Scale([from, to], width);

async function acted({ data, acts, answers }) {
  const asked = [];
  const desk = new PlanDesk(async (path, { body, version } = {}) => {
    asked.push([path, { version, ...body }]);
    const next = answers.shift();
    if (next?.error) throw Object.assign(new Error(next.error), { stale: next.stale });
    return next;
  });
  desk.may = new Set(["update"]);
  const shown = [];
  answers.unshift(data);
  await desk.open(data.id);
  asked.length = 0;
  for (const [name, ...given] of acts) {
    const target = name === "undo" ? desk.edits.back("undo", "Undone") : desk[name](...given);
    shown.push([target ?? null, placesOf(desk.board)]);
  }
  for (let i = 0; i < 50 && desk.edits.busy; i += 1) await new Promise((done) => setTimeout(done, 2));
  await new Promise((done) => setTimeout(done, 5));
  const told = { shown, asked, end: placesOf(desk.board), version: desk.board.version, said: desk.said, tone: desk.note?.tone ?? "" };
  desk.clear();
  return told;
}

// Offers as they are read one after the other, and what is answered to them.
async function decided({ reads, acts, may = ["update"] }) {
  const asked = [];
  const desk = new PlanDesk(() => { throw new Error("no plan is read here"); });
  desk.may = new Set(may);
  const heard = [];
  const offers = new suggest.Suggestions(desk, { ask: async (path, { method = "GET", query, body } = {}) => {
    asked.push([method, path, body ?? query?.fleet_id ?? null]);
    const next = reads.shift();
    if (next?.error) throw new Error(next.error);
    return next;
  } });
  offers.reveal = () => heard.at(-1) && (heard.at(-1).opened = true);
  globalThis.requestAnimationFrame = (act) => act();
  await offers.follow(true, 3);
  for (const act of acts) {
    desk.said = "";
    if (act === "read") await offers.read();
    else if (act === "another day") await offers.follow(false, 3);
    else if (act === "note") await desk.note.undo();
    else if (act[0] === "report") await offers.report({ vehicle_id: act[1], vehicle: `Van ${act[1]}` });
    else await offers.decide(offers.list.find(({ id }) => id === act[0]), act[1]);
    heard.push({ said: desk.said, tone: desk.note?.tone ?? "", undo: typeof desk.note?.undo === "function", list: offers.list.map(({ id, status }) => [id, status]) });
    offers.show();
  }
  desk.clear();
  return { asked, heard, deciding: offers.deciding };
}

// A run as a socket tells it, which then stays, closes or is silent; what is asked for instead.
async function watched({ frames, then = "stays", polls = [], forget = false }) {
  const sent = [];
  const asked = [];
  let closed = 0;
  const open = () => {
    if (then === "refused") throw new Error("no socket here");
    const socket = { send: (text) => sent.push(JSON.parse(text)), close: () => { closed += 1; } };
    setTimeout(() => {
      if (then !== "silent") socket.onopen();
      for (const frame of frames) socket.onmessage({ data: typeof frame === "string" ? frame : JSON.stringify(frame) });
      if (then === "closes") socket.onclose();
    });
    return socket;
  };
  const desk = new PlanDesk(async () => null);
  const life = new PlanLife(desk, { follow: (id, take) => followed(id, take, { open, first: 15 }), ask: async (path) => {
    asked.push(path);
    return polls.shift() ?? null;
  } });
  const states = [];
  desk.subscribe((kind) => kind === "life" && states.push(life.job?.state ?? null));
  const done = life.watch({ id: 7, plan_id: 1, state: "queued" });
  if (forget) setTimeout(() => life.forget(), 5);
  await done;
  const told = { sent, asked, closed, job: life.job, states: states.filter((one, i) => one !== states[i - 1]), said: desk.said };
  desk.clear();
  return told;
}

// A problem gone to, and what each part of the page is asked to show of it.
async function sought({ data, steps }) {
  const told = [];
  const desk = new PlanDesk(async () => data);
  await desk.open(data.id);
  desk.reveal = (id, { row, take }) => told.push(["list", row, id, take]);
  desk.revealTime = ({ row, id }) => told.push(["timeline", row, id]);
  desk.map = { bring: (ids) => told.push(["map", ...ids]) };
  const seen = steps.map((by) => {
    told.length = 0;
    const went = troubles.stepTrouble(desk, by);
    return { went, told: [...told], chosen: [...desk.chosen], said: desk.said };
  });
  desk.clear();
  return seen;
}

// Another day while the first is shown: what is there before and after the answer.
async function turned({ plans, boards, fails = false }) {
  let go = null;
  const desk = new PlanDesk(async (path) => boards[path]);
  const life = new PlanLife(desk, { ask: async (path, { query } = {}) => {
    if (query.date !== "2026-03-09") await new Promise((done) => { go = done; });
    if (fails && query.date !== "2026-03-09") throw new Error("The server is away");
    return plans[query.date];
  } });
  const seen = [];
  const look = () => seen.push({ plans: life.plans?.map(({ id }) => id) ?? null, board: desk.board?.id ?? 0, problem: life.problem });
  await life.read("2026-03-09", 0);
  look();
  const reading = life.read("2026-03-10", 0);
  look();
  await new Promise((done) => setTimeout(done, 2));
  go();
  await reading;
  look();
  desk.clear();
  return seen;
}

const calls = {
  sought,
  turned,
  troubles: (data) => troubles.troublesOf(board.readBoard(data)).map((one) => [troubles.troublePlace(one), one.id, one.text]),
  beside: ([keys, seen, by]) => troubles.troubleBeside(keys.map((key) => ({ key })), seen, by)?.key ?? null,
  rowsText: (data) => words.rowsText(board.readBoard(data)),
  departure: ([day, clock, shift, zone]) => moments.departureAt(day, clock, shift, zone),
  moment: ([day, clock, zone]) => moments.momentOn(day, clock, zone),
  watched,
  decided,
  offers: ([list, now]) => { const found = suggest.sorted(list, now); return { open: found.open.map(({ id }) => id), taken: found.taken.map(({ id }) => id), badge: suggest.badgeText(found) }; },
  effects: ([effect, currency]) => suggest.effects(effect, currency).map(({ text, better }) => [text, better]),
  handovers: (moves) => suggest.handovers(moves).map(({ from, to, numbers, fetched }) => [from, to, numbers, ...(fetched ? [fetched] : [])]),
  taken: (one) => suggest.doneText(one),
  guessed: ([data, edit]) => {
    const after = guess.guessed(board.readBoard(data), edit);
    return { places: placesOf(after), totals: after.totals, late: after.rows.map((row) => row.late_s), where: edit.deliveries?.map((id) => [after.where.get(id)?.row?.key ?? "", after.where.get(id)?.place]) };
  },
  times: ([data, edit, key]) => guess.guessed(board.readBoard(data), edit).rowOf.get(key).stops.map(({ arrives, begins, departs }) => [arrives, begins, departs]),
  read: (data) => board.readBoard(data).rows.map(({ shift, starts, stops }) => [shift, starts, stops[0]?.arrives ?? null]),
  words: (data) => { const { rows, tray } = board.readBoard(data); return [...rows.flatMap(board.rowProblems), ...tray.map(({ words }) => words)].filter(Boolean); },
  problems: ([data, key, place]) => { const row = board.readBoard(data).rowOf.get(key); return board.problemsOf(row, row.stops[place]); },
  tray: ([data, text, order]) => board.trayFound(board.readBoard(data).tray, text, order).map(({ id }) => id),
  nearest: ([data, ids]) => { const b = board.readBoard(data); return offers.nearest(b, ids.map((id) => board.itemOf(b, id))).map(({ row, seconds, breaks }) => [row.key, seconds, breaks.join(", ")]); },
  offered: ([data, ids]) => { const b = board.readBoard(data); return offers.nearest(b, ids.map((id) => board.itemOf(b, id))).map(({ row, seconds, breaks, notes }) => ({ row: row.key, minutes: Math.round(seconds / 60), breaks, notes })); },
  range: (data) => time.dayRange(board.readBoard(data)),
  xs: ([scale, moments]) => moments.map((one) => scaleOf(scale).x(one)),
  zoomed: ([scale, factor, x, range]) => scaleOf(scale).zoomed(factor, x, range),
  shifted: ([scale, pixels, range]) => scaleOf(scale).shifted(pixels, range),
  parts: ([data, key]) => time.partsOf(board.readBoard(data).rowOf.get(key)).map(({ kind, from, to }) => [kind, from, to]),
  off: ([data, key, scale]) => time.offOf(board.readBoard(data).rowOf.get(key), scaleOf(scale)),
  near: ([data, key, scale, x]) => time.stopNear(board.readBoard(data).rowOf.get(key), scaleOf(scale), x)?.id ?? null,
  place: ([data, key, scale, x]) => time.placeNear(board.readBoard(data).rowOf.get(key), scaleOf(scale), x),
  lines: ([data, folded]) => lists(data, folded).lines.map(({ key, top }) => [key, top]),
  view: ([data, top, height]) => pick.inView(lists(data), top, height, 0).map(({ key }) => key),
  dropAt: ([data, y, folded]) => pick.dropAt(lists(data, folded), y, board.readBoard(data).rows),
  dropY: ([data, drop]) => pick.dropY(lists(data), drop),
  stepped: ([data, cursor, by]) => pick.stepped(lists(data).lines, cursor, by),
  picked: ([data, chosen, anchor, key, how]) => { const list = lists(data).lines; const after = pick.picked(list, { chosen: new Set(chosen), anchor }, list.find((line) => line.key === key), how); return { chosen: [...after.chosen], anchor: after.anchor }; },
  shoved: ([data, ids, by]) => pick.shoved(board.readBoard(data), ids, by),
  act: (event) => keys.actOf(said(event)),
  list: (event) => keys.listKey(said(event)),
  timeKey: (event) => keys.timeKey(said(event)),
  notes: ([data, key, zone]) => time.notesOf(board.readBoard(data).rowOf.get(key)).map((note) => [note.kind, note.place, words.noteText(note, zone)]),
  linesIn: ([data, top, bottom]) => pick.linesIn(lists(data), top, bottom),
  stopsIn: ([data, scale, box]) => time.stopsIn(board.readBoard(data).rows, scaleOf(scale), box),
  along: ([data, at, by]) => cursor.along(board.readBoard(data), at, by),
  across: ([data, at, by]) => cursor.across(board.readBoard(data), at, by),
  span: ([data, a, b]) => cursor.span(board.readBoard(data), a, b),
  around: ([scale, moment, range]) => time.around(scaleOf(scale), moment, range),
  figures: ([a, b]) => words.figures(a, b, "EUR").map(({ name, change, better }) => [name, change, better]),
  effect: ([a, b]) => words.effectText(board.readBoard(a), board.readBoard(b)),
  rows: ([data, zone]) => board.readBoard(data).rows.map((row) => [words.rowText(row, zone), row.stops.map(({ order }) => order.customer || order.number)]),
  // What leaving a row at home is called once it is done.
  home: ([data, key]) => {
    const b = board.readBoard(data);
    const told = [];
    rowSteps({ edit: (step, said) => told.push(said(guess.guessed(b, step))) }, b.rowOf.get(key)).drop();
    return told[0];
  },
  colours: ([data, edit]) => (edit ? guess.guessed(board.readBoard(data), edit) : board.readBoard(data)).rows.map((row) => [row.key, colours.colourVar(row)]),
  states: (row) => words.statesOf(row),
  heard: ([data, zone]) => board.readBoard(data).rows.map((row) => words.heardText(row, zone)),
  beside_both: ([a, b]) => Object.fromEntries(words.figures(a, b, "EUR").map(({ name, a: one, b: other, change }) => [name, [one, other, change]])),
  counts: ([data, ids]) => [words.idsText(ids), words.movedText(board.readBoard(data), ids, "2")],
  template: (row) => words.templateText(row),
  leftText: (data) => words.leftText(board.readBoard(data)),
  work: (seconds) => words.workText(seconds),
  decoded: (text) => layers.decoded(text),
  straight: ([data, key]) => layers.straight(board.readBoard(data).rowOf.get(key)),
  path: ([points, width, height, now]) => progressPath(points, width, height, now),
  job: ([job, data]) => jobText(job, data && board.readBoard(data)),
  left: ([job, data]) => leftOut(job, board.readBoard(data)),
  trayTops: (data) => { const { lines, height } = pick.trayLines(board.readBoard(data).tray); return [...lines.map(({ top }) => top), height]; },
  looks: ([data, live]) => board.readBoard(data).rows[0].stops.map((stop) => time.lookOf(stop, live)),
  rowMenu: ([data, may, isToday = false]) => { const b = board.readBoard(data); return rowItems({ may: new Set(may), focus: "", isToday }, b.rows[0], {}).filter((one) => one?.name).map(({ name }) => name); },
  acted,
};

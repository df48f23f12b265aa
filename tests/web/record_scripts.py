"""The pure scripts of the record components in a node process, one call a line."""

from __future__ import annotations

from pathlib import Path

from tests.builders.scripts import NodeScripts
from tests.web.component_page import lay_out

NOW = 1_790_000_000  # 21 September 2026, 14:13:20 UTC

CALLS = """
const at = (name) => import(process.argv[2] + "/grid/sources/" + name);
const format = await at("recordFormat.js");
const sort = await at("recordSort.js");
const source = await at("recordSource.js");
const { Selection } = await at("recordSelection.js");
const { ChangeQueue } = await at("recordChanges.js");
const file = await at("filePost.js");
const { KeyMatcher } = await at("hotkeys.js");
const { OwnText } = await at("ownText.js");
const { ListAddress } = await at("listAddress.js");

const listOf = (total, asked = []) => async (address) => {
  const page = Number(new URLSearchParams(address.split("?")[1]).get("page"));
  asked.push(page);
  const first = (page - 1) * 100;
  const length = Math.max(0, Math.min(100, total - first));
  const data = Array.from({ length }, (_, i) => ({ id: 1000 + first + i }));
  return { ok: true, json: async () => ({ data, meta: { pagination: { total } } }) };
};
const calls = {
  cell: ([row, column, zone, locale, units]) =>
    format.cellText(row, column, { locale: locale ?? "en-GB", timeZone: zone, now: NOW, units }),
  planned: ([value, zone]) =>
    format.plannedText(value, { locale: "en-GB", timeZone: zone, now: NOW }),
  addressed([search, steps]) {
    const page = { location: { pathname: "/vans", search }, written: [] };
    const write = (how) => (state, _, place) => {
      page.written.push([how, place, state?.idx ?? null]);
      page.history.state = state;
      page.location.search = place.slice("/vans".length);
    };
    page.history = { state: { idx: 4 }, replaceState: write("replace"), pushState: write("push") };
    const keeper = new ListAddress(page);
    for (const step of steps) {
      if (typeof step === "string") {
        page.location.search = step;
        keeper.arrive();
      } else if (step.went !== undefined) page.location.search = step.went;
      else keeper.take({ address: step[0], read: step[1], settled: step[2] });
    }
    return page.written;
  },
  exact: ([value, zone]) => format.exactMoment(value, { locale: "en-GB", timeZone: zone }),
  footer: ([state, url]) => format.footerText(state, format.nounsOf(url), "en-GB"),
  address: ([url, query, page]) => source.pageAddress(url, query, page),
  describe: (some) => source.describe(...some),
  around: (text) => sort.sortText(sort.sortModel(text)),
  unseen: ([text, ids]) => sort.unseenSort(text, ids),
  echo: (steps) => {
    const echo = new sort.Echo();
    return steps.map(([what, value]) =>
      what === "sent" ? echo.sent(value) ?? null : echo.isEcho(value));
  },
  typing(steps) {
    let text = "";
    const told = [], answers = [], seen = [];
    const own = new OwnText("", {
      show: (now) => { text = now; },
      tell: (words) => { told.push(words); answers.push(words); } });
    for (const [what, value] of steps) {
      if (what === "typed") own.typed(value, 1e6);
      else if (what === "answer") { if (answers.length) own.take(answers.shift()); }
      else own[what](value);
      seen.push(text);
    }
    own.drop();
    return { seen, told };
  },
  selection: (steps) => {
    const selection = new Selection();
    for (const [what, ...some] of steps) selection[what](...some);
    return selection.list().sort((a, b) => a - b);
  },
  stateOf: ([chosen, ids]) => new Selection(chosen).stateOf(ids),
  async between([from, to, total]) {
    const asked = [];
    const rows = new source.RecordSource({ report() {}, get: listOf(total, asked) });
    rows.use({ url: "/x", query: "", plural: "x" });
    return { ids: await rows.idsBetween(from, to), asked };
  },
  async find([id, total]) {
    const asked = [];
    const rows = new source.RecordSource({ report() {}, get: listOf(total, asked) });
    rows.use({ url: "/x", query: "", plural: "x" });
    return { index: await rows.indexOf(id), asked };
  },
  async pages(steps) {
    const reports = [], outcomes = [], changed = [];
    let answer;
    const get = () => new Promise((resolve, reject) => { answer = { resolve, reject }; });
    const rows = new source.RecordSource({
      report: (one) => reports.push(one), changed: (some) => changed.push(...some), get });
    rows.use({ url: "/x", query: "", plural: "things" });
    for (const { outdate, fails, status = 200, body } of steps) {
      const done = rows.getRows({ startRow: 0, sortModel: [],
        successCallback: () => outcomes.push("rows"),
        failCallback: () => outcomes.push("dropped") });
      if (outdate) rows.outdate();
      if (fails) answer.reject(new TypeError("no network"));
      else answer.resolve({ ok: status < 400, status, json: async () => {
        if (body === undefined) throw new SyntaxError("not JSON");
        return body;
      } });
      await done;
    }
    return { reports, outcomes, changed };
  },
  changes({ steps, known = [], filtered = false, until = 60000 }) {
    let clock = 0, timer = null;
    const refetched = [];
    const queue = new ChangeQueue({
      refetch: () => refetched.push(clock), knows: (ids) => ids.some((id) => known.includes(id)),
      now: () => clock,
      later: (run, wait) => (timer = { run, at: clock + wait }), cancel: () => { timer = null; } });
    queue.filtered = filtered;
    queue.prime({ sequence: 0 });
    const runUntil = (time) => {
      while (timer && timer.at <= time) {
        const { run, at } = timer;
        clock = at; timer = null; run();
      }
      clock = time;
    };
    for (const [time, notice] of steps) { runUntil(time); queue.hear(notice); }
    runUntil(until);
    return refetched;
  },
  refusal: ([one, limits]) => file.refusal(one, limits),
  size: (bytes) => file.sizeText(bytes),
  problem: (some) => file.problemText(...some),
  keys({ keys, presses }) {
    let clock = 0;
    const matcher = new KeyMatcher(keys, () => clock);
    return presses.map(([time, press]) => {
      clock = time;
      return matcher.press(typeof press === "string" ? { key: press } : press);
    });
  },
};
const NOW = Number(process.argv[3]);
"""


class Scripts(NodeScripts):
    """The scripts of the record components, laid out as the build lays them out."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, CALLS, lay_out(folder).as_uri(), str(NOW))

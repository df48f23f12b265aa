"""The scripts of the live components in a node process, and the frames they are given."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fleet_app.location.frames import FrameKind, LivePosition, encode_frame, pack_position
from fleet_app.location.models import MotionStatus
from tests.builders.scripts import NodeScripts

LIVE = Path(__file__).parents[2] / "fleet_app" / "web" / "components" / "live"
NOW = 1_790_000_000.0

CALLS = """
const at = (name) => import(process.argv[2] + "/" + name);
const { decodeFrame } = await at("frames.js");
const { LiveStore, statusList } = await at("liveStore.js");
const motion = await at("motion.js");
const { clusterPoints } = await at("clusters.js");
const { placeLabels, labelOffset } = await at("labels.js");
const format = await at("format.js");
const source = await at("gridSource.js");
const bytes = (text) => {
  const b = Buffer.from(text, "base64");
  return b.buffer.slice(b.byteOffset, b.byteOffset + b.byteLength);
};
const calls = {
  decode: (frame) => decodeFrame(bytes(frame)),
  async store(steps) {
    let clock = 0, resyncs = 0, rosters = 0;
    const heard = [];
    let rows = [[1, "Van One", "ABC-1", "van", "Aino"]];
    const loadRoster = async () => {
      rosters += 1;
      return { columns: ["id", "name", "registration_number", "type", "driver"], rows };
    };
    const store = new LiveStore({ now: () => clock, loadRoster });
    store.onResync = () => { resyncs += 1; };
    const stop = store.subscribe(({ kind, ids }) => heard.push([kind, ids]));
    if (steps[0]?.[0] === "name") store.nameAll(steps[0][2]);
    else store.wantRoster();
    for (const [what, when, value] of steps) {
      clock = when * 1000;
      if (what === "apply") store.apply(value && bytes(value));
      if (what === "tick") store.tick();
      if (what === "roster") rows = value.map((id) => [id, `Van ${id}`, `ABC-${id}`, "van", ""]);
      if (what === "expect") store.expect(value);
      await null; await null;
    }
    stop();
    const vehicles = [...store.vehicles.values()];
    return { vehicles, resyncs, rosters, heard, counts: store.counts(),
             gaps: store.gaps, facts: store.factsOf(1),
             stale: vehicles.filter((v) => store.isStale(v)).map((v) => v.id),
             found: vehicles.filter((v) => store.matches(v, [], "aino")).map((v) => v.id) };
  },
  glide({ from, to, still, times }) {
    const track = motion.nextTrack(motion.restingTrack(from), to, 1000, still);
    const seen = times.map((t) => motion.sampleTrack(track, 1000 + t));
    return { track, seen: seen.map(({ x, y, h, active }) =>
      ({ lat: motion.latOf(y), lon: motion.lonOf(x), h, active })) };
  },
  turn: ([from, to]) => motion.shortestTurn(from, to),
  cluster({ points, zoom }) {
    const placed = points.map(([id, lon, lat]) =>
      ({ id, x: motion.mercatorX(lon), y: motion.mercatorY(lat), status: "moving" }));
    const { clusters, singles } = clusterPoints(placed, zoom);
    return { clusters, singles: [...singles] };
  },
  labels({ items, radius }) {
    return [...placeLabels(items, radius)].map(([id, side]) => {
      const item = items.find((one) => one.id === id);
      const [dx, dy] = labelOffset(side, item.width, item.height, radius);
      return { id, x: item.x + dx, y: item.y + dy, width: item.width, height: item.height };
    });
  },
  format: ([name, value]) => format[name](value),
  statuses: (value) => statusList(value),
  address: (query) => source.pageAddress(query),
  sort: (model) => source.sortParameter(model),
  async find({ id, total }) {
    const asked = [];
    const get = async (address) => {
      asked.push(address);
      const page = Number(new URLSearchParams(address.split("?")[1]).get("page"));
      const first = (page - 1) * 100;
      const length = Math.min(100, total - first);
      const data = Array.from({ length }, (_, i) => ({ id: first + i + 1 }));
      return { ok: true, json: async () => ({ data, meta: { pagination: { total } } }) };
    };
    return { index: await new source.GridSource(() => {}, get).indexOf(id), asked: asked.length };
  },
  async outdated() {
    const reports = [];
    let answer;
    const get = () => new Promise((resolve) => { answer = resolve; });
    const grid = new source.GridSource((state) => reports.push(state), get);
    const outcome = [];
    const done = grid.getRows({ startRow: 0, sortModel: [],
      successCallback: () => outcome.push("rows"), failCallback: () => outcome.push("dropped") });
    grid.setFilter({ status: "idle", q: "" });
    const page = { data: [{ id: 1 }], meta: { pagination: { total: 1 } } };
    answer({ ok: true, json: async () => page });
    await done;
    return { outcome, reports };
  },
};
"""


class Browser(NodeScripts):
    """The scripts of the live map."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, CALLS, LIVE.as_uri())


def position(vehicle_id: int = 1, at: float = NOW, **changes: Any) -> LivePosition:
    values: dict[str, Any] = {"lat": 60.17, "lon": 24.94, "status": MotionStatus.MOVING}
    return LivePosition(vehicle_id=vehicle_id, recorded_at=at, **{**values, **changes})


def frame(
    sequence: int,
    positions: Sequence[LivePosition],
    kind: FrameKind = FrameKind.DELTA,
    server_time: float = NOW,
    offline_after: int = 0,
) -> str:
    packed = [pack_position(one) for one in positions]
    whole = encode_frame(kind, sequence, server_time, packed, offline_after)
    return base64.b64encode(whole).decode()


def snapshot(sequence: int, positions: Sequence[LivePosition], offline_after: int = 0) -> str:
    return frame(sequence, positions, FrameKind.SNAPSHOT, offline_after=offline_after)

// Decoding of the live frame. fleet_app/location/frames.py writes what is read here.

export const STATUSES = ["offline", "stopped", "idle", "moving"];
export const KIND_SNAPSHOT = 1;

const VERSION = 1;
const HEADER_BYTES = 20;
const RECORD_BYTES = 24;
const UNKNOWN_U16 = 0xffff;
const UNKNOWN_U8 = 0xff;
const FLAG_STALE = 1;

function viewOf(frame) {
  if (ArrayBuffer.isView(frame)) {
    return new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  }
  return new DataView(frame);
}

function readRecord(view, at) {
  const heading = view.getUint16(at + 12, true);
  const speed = view.getUint16(at + 14, true);
  const battery = view.getUint8(at + 21);
  return {
    id: view.getUint32(at, true),
    lat: view.getInt32(at + 4, true) / 1e7,
    lon: view.getInt32(at + 8, true) / 1e7,
    heading: heading === UNKNOWN_U16 ? null : heading / 100,
    speed: speed === UNKNOWN_U16 ? null : speed / 100,
    recordedAt: view.getUint32(at + 16, true),
    status: STATUSES[view.getUint8(at + 20)] ?? "offline",
    battery: battery === UNKNOWN_U8 ? null : battery,
    stale: (view.getUint16(at + 22, true) & FLAG_STALE) !== 0,
  };
}

/**
 * Decode a frame: `{kind, offlineAfter, sequence, serverTime, records}`. Degrees, m/s, percent,
 * epoch seconds; null means unknown, an `offlineAfter` (seconds) of 0 no change. Throws a RangeError on another version or a cut frame.
 */
export function decodeFrame(frame) {
  const view = viewOf(frame);
  if (view.byteLength < HEADER_BYTES || view.getUint8(0) !== VERSION) {
    throw new RangeError(`not a version ${VERSION} live frame (${view.byteLength} bytes)`);
  }
  const count = view.getUint32(16, true);
  if (view.byteLength !== HEADER_BYTES + count * RECORD_BYTES) {
    throw new RangeError(`live frame of ${count} records has ${view.byteLength} bytes`);
  }
  const records = new Array(count);
  for (let i = 0; i < count; i += 1) {
    records[i] = readRecord(view, HEADER_BYTES + i * RECORD_BYTES);
  }
  return {
    kind: view.getUint8(1),
    offlineAfter: view.getUint16(2, true),
    sequence: view.getUint32(4, true),
    serverTime: view.getFloat64(8, true),
    records,
  };
}

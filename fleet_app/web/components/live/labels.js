// Which labels fit: greedy placement on a coarse grid, with a preference for what was shown before.

const BUCKET = 64;

class Taken {
  constructor() {
    this.buckets = new Map();
  }

  *around(box) {
    for (let x = Math.floor(box[0] / BUCKET); x <= Math.floor(box[2] / BUCKET); x += 1) {
      for (let y = Math.floor(box[1] / BUCKET); y <= Math.floor(box[3] / BUCKET); y += 1) {
        yield `${x}:${y}`;
      }
    }
  }

  hits(box, owner) {
    for (const key of this.around(box)) {
      for (const [other, id] of this.buckets.get(key) ?? []) {
        if (id === owner) continue;
        if (box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]) {
          return true;
        }
      }
    }
    return false;
  }

  add(box, owner) {
    for (const key of this.around(box)) {
      const bucket = this.buckets.get(key);
      if (bucket) bucket.push([box, owner]);
      else this.buckets.set(key, [[box, owner]]);
    }
  }
}

/** Offsets of a label's centre from its symbol: below, above, right, left. */
export function labelOffset(side, width, height, radius) {
  const along = radius + height / 2 + 1;
  const across = radius + width / 2 + 1;
  return [[0, along], [0, -along], [across, 0], [-across, 0]][side];
}

function boxAt(item, side, radius) {
  const [dx, dy] = labelOffset(side, item.width, item.height, radius);
  const x = item.x + dx;
  const y = item.y + dy;
  return [x - item.width / 2, y - item.height / 2, x + item.width / 2, y + item.height / 2];
}

/**
 * Choose labels. `items`: `{id, x, y, width, height, first}` of every symbol on screen, `radius`
 * of the symbols in px, `before`: the last answer, `blocked`: boxes to keep free. Returns a Map
 * from id to side.
 */
export function placeLabels(items, radius, before = new Map(), blocked = [], limit = 200) {
  const taken = new Taken();
  for (const box of blocked) taken.add(box, null);
  for (const { id, x, y } of items) {
    taken.add([x - radius, y - radius, x + radius, y + radius], id);
  }
  const rank = (item) => (item.first ? 0 : before.has(item.id) ? 1 : 2);
  const ordered = [...items].sort((a, b) => rank(a) - rank(b) || a.id - b.id);
  const placed = new Map();
  for (const item of ordered) {
    if (placed.size >= limit) break;
    const kept = before.get(item.id);
    const sides = kept === undefined ? [0, 1, 2, 3] : [kept, 0, 1, 2, 3];
    const side = sides.find((candidate) => !taken.hits(boxAt(item, candidate, radius), item.id));
    if (side === undefined && !item.first) continue;
    placed.set(item.id, side ?? 0);
    taken.add(boxAt(item, side ?? 0, radius), item.id);
  }
  return placed;
}

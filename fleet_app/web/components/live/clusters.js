// Grouping of vehicles that would cover each other on the screen. Pure; works in world pixels.

/** Radius in pixels within which vehicles join, and the smallest group, at a zoom level. */
export function clusterRule(zoom) {
  if (zoom >= 13.5) return null;
  if (zoom >= 11.5) return { radius: 34, least: 5 };
  return { radius: 44, least: 3 };
}

function cellKey(cx, cy) {
  return cx * 4194304 + cy;
}

function buildGrid(points, size, radius) {
  const grid = new Map();
  for (let i = 0; i < points.length; i += 1) {
    const key = cellKey(Math.floor((points[i].x * size) / radius), Math.floor((points[i].y * size) / radius));
    const cell = grid.get(key);
    if (cell) cell.push(i);
    else grid.set(key, [i]);
  }
  return grid;
}

function neighbours(points, grid, taken, seed, size, radius) {
  const { x, y } = points[seed];
  const cx = Math.floor((x * size) / radius);
  const cy = Math.floor((y * size) / radius);
  const reach = (radius / size) ** 2;
  const found = [];
  for (let gx = cx - 1; gx <= cx + 1; gx += 1) {
    for (let gy = cy - 1; gy <= cy + 1; gy += 1) {
      for (const i of grid.get(cellKey(gx, gy)) ?? []) {
        if (!taken[i] && (points[i].x - x) ** 2 + (points[i].y - y) ** 2 <= reach) found.push(i);
      }
    }
  }
  return found;
}

function summarise(points, members) {
  const cluster = { x: 0, y: 0, count: members.length, ids: [], statuses: {} };
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const i of members) {
    const { id, x, y, status } = points[i];
    cluster.x += x / members.length;
    cluster.y += y / members.length;
    cluster.ids.push(id);
    cluster.statuses[status] = (cluster.statuses[status] ?? 0) + 1;
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  }
  cluster.box = box;
  return cluster;
}

/**
 * Group points `{id, x, y, status}` (mercator units) at a zoom level. Seeds are taken in the order
 * given, so a stable order gives stable groups. Returns `{clusters, singles: Set of ids}`.
 */
export function clusterPoints(points, zoom, rule = clusterRule(zoom)) {
  const singles = new Set();
  if (!rule) {
    for (const point of points) singles.add(point.id);
    return { clusters: [], singles };
  }
  const size = 512 * 2 ** zoom;
  const grid = buildGrid(points, size, rule.radius);
  const taken = new Uint8Array(points.length);
  const clusters = [];
  for (let i = 0; i < points.length; i += 1) {
    if (taken[i]) continue;
    const members = neighbours(points, grid, taken, i, size, rule.radius);
    if (members.length < rule.least) {
      taken[i] = 1;
      singles.add(points[i].id);
      continue;
    }
    for (const member of members) taken[member] = 1;
    clusters.push(summarise(points, members));
  }
  return { clusters, singles };
}

// Vehicle symbols, drawn once into an atlas: the outline says the status, the shape inside the type.
// Cars, vans and trucks are seen from above and turn with their heading; two-wheelers, which nobody
// recognises from above, stand upright in an outline that turns. Colour repeats the outline.

export const TYPES = ["van", "truck", "car", "bike", "scooter", "other"];
export const CELL = 44;

const STATUS_ROWS = ["moving", "idle", "stopped", "offline"];
const UPRIGHT_TYPES = new Set(["bike", "scooter"]);
const ALIASES = {
  bicycle: "bike",
  cargo_bike: "bike",
  ebike: "bike",
  motorcycle: "scooter",
  motorbike: "scooter",
  moped: "scooter",
  lorry: "truck",
  bus: "truck",
  trailer: "truck",
};

/** The symbol to use for a vehicle type as the records name it. */
export function symbolOf(type) {
  const name = String(type ?? "").toLowerCase();
  const known = ALIASES[name] ?? name;
  return TYPES.includes(known) ? known : "other";
}

function box(ctx, x, y, width, height, radii) {
  ctx.beginPath();
  ctx.roundRect(x, y, width, height, radii);
  ctx.fill();
}

function wheels(ctx, ink, x, y, radius, width) {
  ctx.strokeStyle = ink;
  ctx.lineWidth = width;
  for (const side of [-x, x]) {
    ctx.beginPath();
    ctx.arc(side, y, radius, 0, Math.PI * 2);
    ctx.stroke();
  }
}

function lines(ctx, width, runs) {
  Object.assign(ctx, { lineWidth: width, lineCap: "round", lineJoin: "round" });
  for (const run of runs) {
    ctx.beginPath();
    ctx.moveTo(run[0], run[1]);
    for (let i = 2; i < run.length; i += 2) ctx.lineTo(run[i], run[i + 1]);
    ctx.stroke();
  }
}

const GLYPHS = {
  van(ctx, ink, cut) {
    box(ctx, -4.5, -8, 9, 16, [3.2, 3.2, 1.4, 1.4]);
    ctx.fillStyle = cut;
    box(ctx, -3.2, -5.4, 6.4, 2.3, [1.2, 1.2, 0.4, 0.4]);
  },
  truck(ctx, ink, cut) {
    box(ctx, -4.2, -9, 8.4, 5, [2.2, 2.2, 0.6, 0.6]);
    box(ctx, -4.9, -3.1, 9.8, 12, 1);
    ctx.fillStyle = cut;
    box(ctx, -3, -7.6, 6, 1.7, 0.7);
  },
  car(ctx, ink, cut) {
    box(ctx, -4, -7.4, 8, 14.8, [3.8, 3.8, 3, 3]);
    ctx.fillStyle = cut;
    box(ctx, -2.9, -3.8, 5.8, 2.5, [1.5, 1.5, 0.4, 0.4]);
    box(ctx, -2.6, 3.2, 5.2, 1.6, [0.4, 0.4, 1, 1]);
  },
  bike(ctx, ink) {
    wheels(ctx, ink, 4.9, 2.4, 3.6, 1.5);
    lines(ctx, 1.5, [[-4.9, 2.4, -1.7, -2.6, 3.3, -2.6, -0.2, 2.4, -4.9, 2.4]]);
    lines(ctx, 1.5, [[-0.2, 2.4, -2, -4.4], [4.9, 2.4, 2.9, -4.8, 5, -5.2], [-3.6, -4.5, -0.6, -4.5]]);
  },
  scooter(ctx, ink) {
    wheels(ctx, ink, 5.2, 3.9, 2.2, 1.7);
    lines(ctx, 1.9, [[-1.5, 3.6, 2.6, 3.6, 4.3, 2.4, 3.4, -5.2], [2, -5.6, 5, -5.3]]);
    box(ctx, -7, -0.6, 6, 3.4, [1, 2.4, 1, 1]);
    box(ctx, -7.6, -6, 5.4, 4.5, 0.9);
  },
  other(ctx) {
    ctx.beginPath();
    ctx.moveTo(0, -7.5);
    ctx.lineTo(6, 6.5);
    ctx.lineTo(0, 3.6);
    ctx.lineTo(-6, 6.5);
    ctx.closePath();
    ctx.fill();
  },
};

const OUTLINES = {
  moving(ctx) {
    // A drop: the circle and its two tangents from the tip.
    const angle = Math.acos(12 / 19.5);
    ctx.moveTo(0, -19.5);
    ctx.arc(0, 0, 12, -Math.PI / 2 + angle, -Math.PI / 2 - angle);
    ctx.closePath();
  },
  idle(ctx) {
    ctx.arc(0, 0, 12, 0, Math.PI * 2);
  },
  stopped(ctx) {
    ctx.roundRect(-11, -11, 22, 22, 4.5);
  },
  offline(ctx) {
    ctx.arc(0, 0, 11, 0, Math.PI * 2);
  },
};

function drawOutline(ctx, status, palette) {
  ctx.beginPath();
  OUTLINES[status](ctx);
  ctx.lineJoin = "round";
  ctx.save();
  ctx.shadowColor = "rgba(8, 15, 30, 0.45)";
  ctx.shadowBlur = 4 * ctx.getTransform().a;
  ctx.strokeStyle = palette.halo;
  ctx.lineWidth = status === "idle" ? 6.5 : 4;
  ctx.stroke();
  ctx.restore();
  ctx.fillStyle = status === "offline" ? palette.surface : palette[status];
  ctx.fill();
}

function drawDetail(ctx, status, palette) {
  ctx.strokeStyle = palette[status];
  if (status === "idle") {
    ctx.lineWidth = 1.4;
    ctx.beginPath();
    ctx.arc(0, 0, 14, 0, Math.PI * 2);
    ctx.stroke();
  }
  if (status === "offline") {
    ctx.lineWidth = 2;
    ctx.setLineDash([4.6, 2.31]);
    ctx.beginPath();
    ctx.arc(0, 0, 11, 0, Math.PI * 2);
    ctx.stroke();
    ctx.setLineDash([]);
  }
}

function drawGlyph(ctx, type, status, palette) {
  const hollow = status === "offline";
  const ink = hollow ? palette.offline : palette.glyph;
  ctx.fillStyle = ink;
  GLYPHS[type](ctx, ink, hollow ? palette.surface : palette[status]);
}

function paintCell(ctx, column, row, scale, paint) {
  ctx.save();
  ctx.setTransform(scale, 0, 0, scale, (column + 0.5) * CELL * scale, (row + 0.5) * CELL * scale);
  paint();
  ctx.restore();
}

/** Which parts of a symbol turn with the heading: `{outline, glyph}`. */
export function turning(type, status) {
  return { outline: status !== "stopped", glyph: !UPRIGHT_TYPES.has(type) };
}

// One blit suffices where everything turns; else the cell holds the inner shape alone.
function drawCell(ctx, type, status, palette) {
  const turns = turning(type, status);
  if (turns.outline && turns.glyph) {
    drawOutline(ctx, status, palette);
    drawDetail(ctx, status, palette);
  }
  drawGlyph(ctx, type, status, palette);
}

/**
 * All symbols for a palette, in cells of `CELL` CSS px: `{canvas, step, column, row, outline}`,
 * measured in pixels of the canvas. Column `outline` holds the outlines without a shape inside.
 */
export function buildAtlas(palette, pixelRatio) {
  const scale = Math.max(2, pixelRatio * 1.25);
  const step = CELL * scale;
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil((TYPES.length + 1) * step);
  canvas.height = Math.ceil(STATUS_ROWS.length * step);
  const ctx = canvas.getContext("2d");
  STATUS_ROWS.forEach((status, row) => {
    TYPES.forEach((type, column) =>
      paintCell(ctx, column, row, scale, () => drawCell(ctx, type, status, palette)),
    );
    paintCell(ctx, TYPES.length, row, scale, () => {
      drawOutline(ctx, status, palette);
      drawDetail(ctx, status, palette);
    });
  });
  return {
    canvas,
    step,
    column: Object.fromEntries(TYPES.map((type, i) => [type, i * step])),
    row: Object.fromEntries(STATUS_ROWS.map((status, i) => [status, i * step])),
    outline: TYPES.length * step,
  };
}

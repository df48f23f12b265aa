// Label texts as pictures: plain names with a halo, and the pill of the selected vehicle.

import { SpriteSheet } from "./spriteSheet.js";

const PLAIN = { px: 11.5, weight: 500, pad: 3, height: 17 };
const STRONG = { px: 12.5, weight: 600, pad: 8, height: 22 };
const REMEMBERED_SIZES = 20_000;

export class LabelSheet extends SpriteSheet {
  constructor(palette, family, pixelRatio) {
    super(pixelRatio, 1024, 420);
    Object.assign(this, { palette, family, sizes: new Map() });
  }

  font({ weight, px }) {
    return `${weight} ${px}px ${this.family}`;
  }

  /** Width and height of a label in CSS px. */
  measure(text, strong) {
    const key = strong ? `!${text}` : text;
    let size = this.sizes.get(key);
    if (!size) {
      if (this.sizes.size > REMEMBERED_SIZES) this.sizes.clear();
      const style = strong ? STRONG : PLAIN;
      this.ctx.font = this.font(style);
      const width = Math.ceil(this.ctx.measureText(text).width) + style.pad * 2;
      size = { key, text, strong, width, height: style.height };
      this.sizes.set(key, size);
    }
    return size;
  }

  /** Where a measured label is painted. */
  placeOf(size) {
    return this.place(size.key, size.width, size.height, (ctx) => this.paint(ctx, size));
  }

  paint(ctx, { text, strong, width, height }) {
    const font = this.font(strong ? STRONG : PLAIN);
    Object.assign(ctx, { font, textAlign: "center", textBaseline: "middle", lineJoin: "round" });
    if (strong) this.paintPill(ctx, width, height);
    else this.paintHalo(ctx, text, width, height);
    ctx.fillStyle = this.palette.ink;
    ctx.fillText(text, width / 2, height / 2 + 0.5);
  }

  paintHalo(ctx, text, width, height) {
    ctx.strokeStyle = this.palette.halo;
    ctx.lineWidth = 3.5;
    ctx.globalAlpha = 0.9;
    ctx.strokeText(text, width / 2, height / 2 + 0.5);
    ctx.globalAlpha = 1;
  }

  paintPill(ctx, width, height) {
    ctx.beginPath();
    ctx.roundRect(0.75, 0.75, width - 1.5, height - 1.5, height / 2);
    ctx.fillStyle = this.palette.surface;
    ctx.fill();
    ctx.lineWidth = 1.5;
    ctx.strokeStyle = this.palette.accent;
    ctx.stroke();
  }
}

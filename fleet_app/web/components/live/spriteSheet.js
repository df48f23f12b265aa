// One picture that holds many small ones: painting happens once, drawing is a blit from one texture.

export class SpriteSheet {
  /** A sheet with room for `width` x `height` CSS px; when full it starts afresh. */
  constructor(pixelRatio, width, height) {
    this.pixelRatio = pixelRatio;
    this.canvas = document.createElement("canvas");
    this.canvas.width = Math.ceil(width * pixelRatio);
    this.canvas.height = Math.ceil(height * pixelRatio);
    this.ctx = this.canvas.getContext("2d");
    this.clear();
  }

  clear() {
    this.ctx.setTransform(1, 0, 0, 1, 0, 0);
    this.ctx.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.places = new Map();
    this.x = 0;
    this.y = 0;
    this.row = 0;
  }

  allocate(w, h) {
    if (this.x + w > this.canvas.width) {
      this.x = 0;
      this.y += this.row;
      this.row = 0;
    }
    if (this.y + h > this.canvas.height) this.clear();
    const place = { x: this.x, y: this.y, w, h };
    this.x += w + 1;
    this.row = Math.max(this.row, h + 1);
    return place;
  }

  /** The place of a picture of `width` x `height` CSS px; `paint(ctx)` fills it the first time. */
  place(key, width, height, paint) {
    const known = this.places.get(key);
    if (known) return known;
    const k = this.pixelRatio;
    const place = this.allocate(Math.ceil(width * k), Math.ceil(height * k));
    this.ctx.save();
    this.ctx.setTransform(k, 0, 0, k, place.x, place.y);
    paint(this.ctx);
    this.ctx.restore();
    this.places.set(key, place);
    return place;
  }

  /** Draw a placed picture with its centre at a point in CSS px, on whole device pixels. */
  blit(ctx, { x, y, w, h }, centreX, centreY) {
    const k = this.pixelRatio;
    const left = Math.round(centreX * k - w / 2) / k;
    const top = Math.round(centreY * k - h / 2) / k;
    ctx.drawImage(this.canvas, x, y, w, h, left, top, w / k, h / k);
  }
}

// Which area each pixel of a picture belongs to: exact, where a canvas would mix colours at edges.
((crowd) => {
  "use strict";

  class Mask {
    constructor(width, height) {
      this.width = width;
      this.height = height;
      this.pixels = new Uint16Array(width * height);
      this.dirty = null;
    }

    /** Begin a change that can be undone as one. */
    begin() {
      this.before = this.pixels.slice();
      this.touched = null;
    }

    /** What the change was, for `undo`; null where nothing was touched. */
    end() {
      const { before, touched } = this;
      this.before = null;
      if (!touched) return null;
      const rows = [];
      for (let y = touched.top; y < touched.bottom; y += 1) {
        rows.push(before.slice(y * this.width + touched.left, y * this.width + touched.right));
      }
      return { ...touched, rows };
    }

    undo({ rows, ...place }) {
      rows.forEach((row, at) => this.pixels.set(row, (place.top + at) * this.width + place.left));
      this.touch(place.left, place.top, place.right, place.bottom);
    }

    touch(left, top, right, bottom) {
      const grow = (area) => ({
        left: Math.min(left, area?.left ?? left),
        top: Math.min(top, area?.top ?? top),
        right: Math.max(right, area?.right ?? right),
        bottom: Math.max(bottom, area?.bottom ?? bottom),
      });
      this.touched = grow(this.touched);
      this.dirty = grow(this.dirty);
    }

    /** Set the pixels of a row whose middles lie from one place to another. */
    span(y, from, to, value) {
      if (y < 0 || y >= this.height) return;
      const left = Math.max(0, Math.ceil(from - 0.5));
      const right = Math.min(this.width, Math.floor(to - 0.5) + 1);
      if (left >= right) return;
      this.pixels.fill(value, y * this.width + left, y * this.width + right);
      this.touch(left, y, right, y + 1);
    }

    disc({ x, y }, radius, value) {
      for (let row = Math.floor(y - radius); row <= Math.ceil(y + radius); row += 1) {
        const half = radius ** 2 - (row + 0.5 - y) ** 2;
        if (half >= 0) this.span(row, x - Math.sqrt(half), x + Math.sqrt(half), value);
      }
    }

    stroke(from, to, radius, value) {
      const steps = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / Math.max(1, radius / 2)));
      for (let step = 0; step <= steps; step += 1) {
        const part = step / steps;
        this.disc({ x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part }, radius, value);
      }
    }

    /** Fill what a closed line surrounds. */
    fill(points, value) {
      const rows = points.map(({ y }) => y);
      for (let y = Math.min(...rows); y < Math.max(...rows); y += 1) {
        const crossings = this.crossings(points, y + 0.5);
        for (let at = 0; at + 1 < crossings.length; at += 2) this.span(y, crossings[at], crossings[at + 1], value);
      }
    }

    crossings(points, y) {
      const found = points.flatMap((one, at) => {
        const other = points[(at + 1) % points.length];
        if (one.y <= y === other.y <= y) return [];
        return [one.x + ((y - one.y) / (other.y - one.y)) * (other.x - one.x)];
      });
      return found.sort((one, other) => one - other);
    }

    /** Give up an area: its pixels belong to none. */
    drop(value) {
      for (let at = 0; at < this.pixels.length; at += 1) if (this.pixels[at] === value) this.pixels[at] = 0;
      this.touch(0, 0, this.width, this.height);
    }

    /** The areas that have pixels. */
    get used() {
      const seen = new Uint8Array(65536);
      for (let at = 0; at < this.pixels.length; at += 1) seen[this.pixels[at]] = 1;
      return new Set([...seen.keys()].filter((value) => value && seen[value]));
    }

    /** Bring what has changed to a canvas, in the colours of the areas; what belongs to none stays clear. */
    paint(canvas, colors) {
      if (!this.dirty) return;
      const { left, top, right, bottom } = this.dirty;
      this.dirty = null;
      const image = new ImageData(right - left, bottom - top);
      // A pixel at a time: browsers run on machines that have its red in the lowest byte.
      const painted = new Uint32Array(image.data.buffer);
      const inks = [0, ...colors.map((color) => (color ? pack(color) : 0))];
      for (let y = top, to = 0; y < bottom; y += 1) {
        const row = y * this.width;
        for (let x = left; x < right; x += 1, to += 1) painted[to] = inks[this.pixels[row + x]] ?? 0;
      }
      canvas.getContext("2d").putImageData(image, left, top);
    }

    /** Take areas from a painted picture, each pixel the area whose colour is nearest. */
    read({ data }, colors) {
      const painted = new Uint32Array(data.buffer);
      const known = new Map();
      for (let at = 0, last, area; at < painted.length; at += 1) {
        if (painted[at] !== last) {
          last = painted[at];
          if (!known.has(last)) known.set(last, nearest(last, colors));
          area = known.get(last);
        }
        this.pixels[at] = area;
      }
      this.touch(0, 0, this.width, this.height);
    }
  }

  function pack([red, green, blue]) {
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  }

  /** The area of a painted pixel, 0 where it is clear or of no area's colour. */
  function nearest(pixel, colors) {
    if (pixel >>> 24 < 128) return 0;
    const [red, green, blue] = [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
    const apart = colors.map((color) =>
      color ? Math.hypot(color[0] - red, color[1] - green, color[2] - blue) : Infinity,
    );
    const least = Math.min(...apart, Infinity);
    return least < 40 ? apart.indexOf(least) + 1 : 0;
  }

  crowd.Mask = Mask;
})(window.crowdElements);

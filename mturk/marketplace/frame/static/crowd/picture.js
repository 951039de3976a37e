// A picture that is looked at closely: its own pixels, what is drawn over it, and how large it is shown.
((crowd) => {
  "use strict";

  // Pages measure the canvas to lay something of their own over the picture.
  const MARKUP = `
    <div class="stage" id="stage">
      <div class="sheet">
        <img id="picture" alt="" draggable="false"><canvas class="upper-canvas" aria-hidden="true"></canvas>
      </div>
    </div>
    <p class="message" id="picture-message"></p>`;
  const STYLES = `
    .stage { position: relative; overflow: auto; max-height: 85vh; border: 1px solid var(--crowd-rule);
      border-radius: 4px;
      background: light-dark(#eef0f3, #111317); }
    .sheet { position: relative; margin: 0 auto; direction: ltr; }
    .sheet img { display: block; width: 100%; height: 100%; user-select: none; -webkit-user-drag: none; }
    .sheet canvas, .sheet svg { position: absolute; left: 0; top: 0; width: 100%; height: 100%; }
    .sheet canvas { pointer-events: none; }
    .sheet svg { overflow: hidden; }`;
  const NS = "http://www.w3.org/2000/svg";

  /** A node of a drawing. */
  function shape(tag, attributes = {}, ...children) {
    const node = document.createElementNS(NS, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }

  class Picture {
    constructor(root, changed) {
      this.stage = root.querySelector("#stage");
      this.sheet = root.querySelector(".sheet");
      this.image = root.querySelector("#picture");
      this.canvas = root.querySelector("canvas");
      this.message = root.querySelector("#picture-message");
      this.drawing = shape("svg", { "aria-hidden": "true" });
      this.sheet.append(this.drawing);
      this.zoom = 1;
      this.changed = changed;
      this.image.addEventListener("load", () => this.loaded());
      this.image.addEventListener("error", () => this.failed());
      new ResizeObserver(() => this.fit()).observe(this.stage);
    }

    show(src) {
      if (!src || this.src === src) return;
      this.src = src;
      this.state = "loading";
      this.message.textContent = "";
      this.image.src = src;
    }

    get width() {
      return this.state === "loaded" ? this.image.naturalWidth : 0;
    }

    get height() {
      return this.state === "loaded" ? this.image.naturalHeight : 0;
    }

    /** Pixels of the screen for each of the picture. */
    get scale() {
      return (this.width && this.sheet.clientWidth / this.width) || 1;
    }

    get properties() {
      return { height: this.height, width: this.width };
    }

    loaded() {
      this.state = "loaded";
      this.canvas.width = this.width;
      this.canvas.height = this.height;
      this.drawing.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
      this.fit();
    }

    failed() {
      this.state = "failed";
      this.message.textContent = crowd.say("image_failed");
      this.changed();
    }

    /** Small pictures are shown larger, large ones as large as there is room. */
    fit() {
      if (!this.width) return;
      const room = this.stage.clientWidth;
      const high = (innerHeight * 0.75 * this.width) / this.height;
      const wide = Math.min(room, Math.max(this.width, Math.min(320, room)), Math.max(high, 160)) * this.zoom;
      this.sheet.style.width = `${wide}px`;
      this.sheet.style.height = `${(wide * this.height) / this.width}px`;
      this.changed();
    }

    enlarge(by) {
      this.zoom = Math.min(8, Math.max(1, this.zoom * by));
      this.fit();
    }

    within({ x, y }) {
      const clamp = (value, most) => Math.max(0, Math.min(most || Infinity, Math.round(value)));
      return { x: clamp(x, this.width), y: clamp(y, this.height) };
    }

    /** The pixel of the picture that a pointer is at. */
    point(event) {
      const place = this.sheet.getBoundingClientRect();
      return this.within({ x: (event.clientX - place.left) / this.scale, y: (event.clientY - place.top) / this.scale });
    }

    /** How far two of its points lie apart on the screen. */
    distance(one, other) {
      return Math.hypot(one.x - other.x, one.y - other.y) * this.scale;
    }
  }

  Object.assign(crowd, { Picture, PICTURE_MARKUP: MARKUP, PICTURE_STYLES: STYLES, shape });
})(window.crowdElements);

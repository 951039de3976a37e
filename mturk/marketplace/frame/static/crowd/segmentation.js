// A widget that paints areas of a picture: with a brush, or by an outline; with a pointer or with keys.
((crowd) => {
  "use strict";

  const PEN = ["brush", "fill_area", "eraser"];
  const NEAR = 10; // pixels of the screen

  class CrowdSegmentation extends crowd.CrowdImageWidget {
    static styles = `${super.styles}
      .sheet canvas { opacity: .6; image-rendering: pixelated; }
      .tools label { display: inline-flex; gap: 6px; align-items: center; min-height: 32px; }
      .tools input { accent-color: var(--crowd-accent); max-width: 110px; }`;

    build() {
      this.areas = [];
      this.pen = "brush";
      this.outline = null;
      super.build();
      this.nib = crowd.shape("circle", {
        fill: "none",
        stroke: "#111",
        "pointer-events": "none",
        visibility: "hidden",
      });
      this.picture.drawing.append(this.nib);
    }

    get help() {
      return ["segmentation_help", "keys_help"];
    }

    tools() {
      for (const pen of PEN) this.tool(pen, () => this.take(pen));
      this.size = this.range("brush_size", 1, 100, 5);
      const opacity = this.range("opacity", 10, 100, 60);
      opacity.addEventListener("input", () => {
        this.picture.canvas.style.opacity = opacity.value / 100;
      });
      this.finishButton = this.tool("finish", () => this.close());
      super.tools();
      this.tool("clear", () => this.clear());
      this.take("brush");
    }

    range(name, min, max, value) {
      const field = crowd.make("input", { type: "range", min, max, id: `range-${name.replace("_", "-")}` });
      field.value = value;
      this.part$("#tools").append(crowd.make("label", {}, crowd.say(name), field));
      return field;
    }

    take(pen) {
      this.pen = pen;
      this.outline = null;
      const button = (name) => this.part$(`#tool-${name.replace("_", "-")}`);
      for (const name of PEN) button(name).setAttribute("aria-pressed", String(name === pen));
      this.draw();
    }

    /* Areas. */

    begin() {
      this.mask = new crowd.Mask(this.picture.width, this.picture.height);
      this.past = [];
      this.modified = false;
      this.size.value = Math.max(2, Math.round(this.picture.width / 40));
      const start = crowd.readLiteral(this.getAttribute("initial-value"), null);
      this.hasStart = start !== null;
      this.startState = "";
      this.startImage = null;
      if (!start) return;
      this.areas = this.areasOf(start);
      if (start.src) this.load(start.src);
    }

    /** Take over what an earlier task painted. */
    load(src) {
      const image = new Image();
      this.startImage = image;
      this.startState = "loading";
      image.crossOrigin = "anonymous";
      image.onload = () => image === this.startImage && this.loaded(image);
      image.onerror = () => image === this.startImage && this.failed();
      image.src = src;
    }

    loaded(image) {
      const canvas = new OffscreenCanvas(this.mask.width, this.mask.height);
      const context = canvas.getContext("2d");
      context.imageSmoothingEnabled = false;
      context.drawImage(image, 0, 0, canvas.width, canvas.height);
      try {
        this.mask.read(context.getImageData(0, 0, canvas.width, canvas.height), this.colors);
        this.startState = "loaded";
      } catch {
        this.failed();
      }
      this.draw();
    }

    failed() {
      this.startState = "failed";
      this.picture.message.textContent = crowd.say("earlier_failed");
    }

    /** What is posted goes on from what was painted earlier, or was painted in its place. */
    get problem() {
      return super.problem || (this.isDisabled ? "" : this.startProblem);
    }

    get startProblem() {
      if (this.startState === "loading") return crowd.say("earlier_loading");
      if (this.startState === "failed") return this.modified ? "" : crowd.say("earlier_lost");
      const start = crowd.readLiteral(this.getAttribute("initial-value"), null);
      return start?.src && this.picture.state === "failed" ? crowd.say("image_failed") : "";
    }

    /** Whether it can be painted: what comes from earlier would paint it over. */
    get isReady() {
      return Boolean(this.mask) && this.startState !== "loading" && !this.isDisabled;
    }

    get colors() {
      return this.areas.map((area) => crowd.channels(area.color));
    }

    /** The value of the pixels that are painted now; 0 rubs out. */
    get ink() {
      if (this.pen === "eraser") return 0;
      return this.label === undefined ? null : this.areas.indexOf(this.currentArea()) + 1;
    }

    /** Areas of labels that are no more have no pixels. */
    refresh(name) {
      super.refresh(name);
      if (name === "labels" && this.mask) {
        this.areas.forEach((area, at) => this.labelNames.includes(area.label) || this.mask.drop(at + 1));
      }
      this.draw();
    }

    get png() {
      return this.picture.width ? this.picture.canvas.toDataURL("image/png").split(",")[1] : "";
    }

    get painted() {
      const value = { labeledImage: { pngImageData: this.png }, inputImageProperties: this.picture.properties };
      if (this.hasStart) value.initialValueModified = this.modified;
      return value;
    }

    draw() {
      const { scale } = this.picture;
      this.mask?.paint(this.picture.canvas, this.colors);
      const line = this.outline && crowd.drawDraft(crowd.shapeKinds.polygon, this.outline, { color: "#111", scale });
      this.layer.replaceChildren(...(line ? [line] : []));
      if (this.finishButton) this.finishButton.disabled = !this.outline;
      this.drawCross();
    }

    /** Change the mask as one step. */
    change(act) {
      if (!this.isReady) return undefined;
      const ink = this.ink;
      if (ink === null) return this.speak(crowd.say("no_labels"));
      this.mask.begin();
      act(ink);
      return this.done();
    }

    done() {
      const change = this.mask.end();
      if (change) this.past.push(change);
      if (this.past.length > 20) this.past.shift();
      this.modified ||= change !== null;
      this.changed();
    }

    restore(change) {
      this.mask.undo(change);
    }

    clear() {
      if (!this.isReady) return;
      this.mask.begin();
      for (let y = 0; y < this.mask.height; y += 1) this.mask.span(y, 0, this.mask.width, 0);
      this.done();
    }

    reset() {
      if (!this.picture.width) return;
      this.areas = [];
      this.begin();
      this.mask.touch(0, 0, this.mask.width, this.mask.height);
      this.draw();
    }

    /* The pointer. */

    get radius() {
      return Number(this.size.value);
    }

    listen(drawing) {
      drawing.addEventListener("pointerdown", (event) => this.press(event));
      drawing.addEventListener("pointermove", (event) => this.drag(event));
      drawing.addEventListener("pointerup", (event) => this.release(event));
      drawing.addEventListener("pointercancel", (event) => this.release(event));
      drawing.addEventListener("pointerleave", () => this.nib.setAttribute("visibility", "hidden"));
      this.stage.addEventListener("blur", () => this.drawCross());
      this.stage.addEventListener("focus", () => this.drawCross());
    }

    press(event) {
      if (event.button !== 0 || !this.isReady) return;
      event.preventDefault();
      this.stage.focus({ preventScroll: true });
      this.cursor = null;
      const ink = this.ink;
      if (ink === null) return;
      const point = this.picture.point(event);
      this.picture.drawing.setPointerCapture(event.pointerId);
      this.pressed = { point, ink, moved: false };
      if (this.pen === "fill_area") return;
      this.mask.begin();
      this.mask.disc(point, this.radius, ink);
      this.draw();
    }

    drag(event) {
      const point = this.picture.point(event);
      this.hover(point);
      if (this.pen === "fill_area") this.trace(point);
      else if (this.pressed) {
        this.mask.stroke(this.pressed.point, point, this.radius, this.pressed.ink);
        this.pressed.point = point;
      }
      if (this.pressed || this.outline) this.draw();
    }

    /** An outline follows the pointer: its last point always, and more of them while it is pressed. */
    trace(point) {
      if (this.pressed && this.picture.distance(this.pressed.point, point) > 4) {
        this.outline ??= [this.pressed.point, point];
        this.pressed.moved = true;
        this.pressed.point = point;
        this.outline.push(point);
      } else if (this.outline) {
        this.outline[this.outline.length - 1] = point;
      }
    }

    release(event) {
      const { pressed } = this;
      this.pressed = null;
      if (!pressed) return;
      if (this.pen !== "fill_area") return this.done();
      if (pressed.moved) return this.close();
      return this.corner(this.picture.point(event));
    }

    hover({ x, y }) {
      const look = { cx: x, cy: y, r: this.radius, "stroke-width": 1.5 / this.picture.scale };
      for (const [name, value] of Object.entries(look)) this.nib.setAttribute(name, value);
      this.nib.setAttribute("visibility", this.pen === "fill_area" ? "hidden" : "visible");
    }

    corner(point) {
      if (!this.outline) this.outline = [point, { ...point }];
      else {
        const set = this.outline.slice(0, -1);
        const isEnd = (end) => this.picture.distance(end, point) < NEAR;
        if (set.length > 2 && [set[0], set.at(-1)].some(isEnd)) return this.close();
        this.outline[this.outline.length - 1] = point;
        this.outline.push({ ...point });
      }
      return this.draw();
    }

    /** Fill the outline. */
    close() {
      const points = this.outline?.slice(0, -1) ?? [];
      this.outline = null;
      if (points.length > 2) this.change((ink) => this.mask.fill(points, ink));
      else this.draw();
    }

    /* The keyboard. */

    move(x, y) {
      this.moveCursor(x, y);
      if (this.outline) this.outline[this.outline.length - 1] = this.cursor;
    }

    act(key) {
      const acts = {
        " ": () => this.setHere(),
        Enter: () => this.close(),
        Escape: () => {
          this.outline = null;
        },
        Backspace: () => this.outline?.length > 2 && this.outline.splice(-2, 1),
        "+": () => this.picture.enlarge(1.5),
        "-": () => this.picture.enlarge(1 / 1.5),
      };
      if (!Object.hasOwn(acts, key) || !this.mask) return false;
      acts[key]();
      this.draw();
      return true;
    }

    setHere() {
      this.cursor = this.place;
      if (this.pen === "fill_area") this.corner({ ...this.cursor });
      else this.change((ink) => this.mask.disc(this.cursor, this.radius, ink));
    }
  }

  crowd.CrowdSegmentation = CrowdSegmentation;
})(window.crowdElements);

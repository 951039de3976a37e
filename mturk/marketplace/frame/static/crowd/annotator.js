// A widget that draws shapes on a picture, with a pointer or with keys.
((crowd) => {
  "use strict";

  const CLICK = 4; // pixels of the screen that a click may move
  const NEAR = 10;

  class CrowdAnnotator extends crowd.CrowdImageWidget {
    static markup = crowd.imageMarkup(crowd.SHAPE_PANEL_MARKUP);
    static styles = `${super.styles} ${crowd.SHAPE_PANEL_STYLES} .grip { cursor: move; touch-action: none; }`;

    build() {
      this.shapes = [];
      this.chosen = -1;
      this.held = -1;
      this.draft = null;
      this.panel = new crowd.ShapePanel(this);
      super.build();
    }

    get kind() {
      return crowd.shapeKinds[this.constructor.kind];
    }

    get help() {
      return [`${this.constructor.kind}_help`, "keys_help", "shape_keys_help"];
    }

    tools() {
      if (this.kind.most > 2) this.finishButton = this.tool("finish", () => this.finish());
      // What is only clicked, and not drawn by a drag, may be scrolled over by a finger.
      if (this.kind.most !== 2) this.picture.drawing.style.touchAction = "manipulation";
      super.tools();
    }

    begin() {
      const start = crowd.readLiteral(this.getAttribute("initial-value"), null);
      this.initial = null;
      if (start === null) return;
      this.shapes = crowd.readShapes(this.kind, start);
      this.initial = JSON.stringify(this.written);
    }

    /** What was found earlier is not lost where the picture could not be loaded. */
    shown() {
      if (this.picture.state === "failed" && this.begun !== this.picture.src) {
        this.begun = this.picture.src;
        this.begin();
      }
      super.shown();
    }

    refresh(name) {
      super.refresh(name);
      if (name === undefined || name === "labels") this.dropGone();
      if (name === "initial-value" && this.begun === this.picture.src) this.begin();
      if (this.chosen >= this.shapes.length) this.chosen = -1;
      this.draw();
    }

    /** Shapes go with their label; those whose label was never there came with the start value, and stay. */
    dropGone() {
      const gone = (this.known ?? []).filter((label) => !this.labelNames.includes(label));
      this.shapes = this.shapes.filter((shape) => !gone.includes(shape.label));
      this.known = this.labelNames;
    }

    /* What is there. */

    get written() {
      return this.shapes.map(({ label, points }) => this.kind.write(label, points));
    }

    get value() {
      const value = { [this.kind.list]: this.written, inputImageProperties: this.picture.properties };
      if (this.initial) value.initialValueModified = JSON.stringify(this.written) !== this.initial;
      return value;
    }

    nameOf(at) {
      return crowd.say("shape", { label: this.shapes[at].label, number: at + 1 });
    }

    snapshot() {
      return this.shapes.map(({ label, points }) => ({ label, points: points.map((point) => ({ ...point })) }));
    }

    restore(shapes) {
      this.shapes = shapes;
      this.choose(-1);
      this.draft = null;
    }

    choose(at) {
      this.chosen = at;
      this.held = -1;
      this.stepped = null;
      if (at >= 0) this.speak(this.nameOf(at));
      this.draw();
    }

    alter(at, change) {
      this.remember();
      Object.assign(this.shapes[at], change);
      this.changed();
    }

    remove(at) {
      const name = this.nameOf(at);
      this.remember();
      this.shapes.splice(at, 1);
      this.choose(-1);
      this.speak(crowd.say("shape_removed", { label: name }));
      this.changed();
    }

    reset() {
      this.restore([]);
      this.past = [];
      if (this.begun) this.begin();
      this.draw();
    }

    /* Drawing. */

    draw() {
      const { scale } = this.picture;
      const drawn = this.shapes.map((shape, at) => {
        const look = { at, chosen: at === this.chosen, held: this.held, color: this.colorOf(shape.label), scale };
        return crowd.drawShape(this.kind, shape, look);
      });
      if (this.draft) drawn.push(crowd.drawDraft(this.kind, this.draft, { color: this.colorOf(this.label), scale }));
      // The node under a pressed pointer has to stay for the pointer to be followed, so the last one drawn is on top.
      this.layer.replaceChildren(...drawn);
      this.drawCross();
      if (this.finishButton) this.finishButton.disabled = !this.draft;
      this.panel.draw();
    }

    /** Begin a shape, or set its next point; the last point of a draft follows the pointer or the cross. */
    set(point) {
      if (this.label === undefined || this.isDisabled) return this.speak(crowd.say("no_labels"));
      if (!this.draft) {
        this.choose(-1);
        this.draft = [point, { ...point }];
        if (this.kind.most === 1) this.finish();
        return undefined;
      }
      this.draft[this.draft.length - 1] = point;
      if (this.ends(point)) return this.finish();
      if (this.draft.length >= this.kind.most) return this.finish();
      this.draft.push({ ...point });
      return undefined;
    }

    /** Whether a point is where a draft began or where its last point is: it ends there. */
    ends(point) {
      const set = this.draft.slice(0, -1);
      if (this.kind.most === 2 || set.length < this.kind.least) return false;
      const ends = this.kind.closed ? [set[0], set.at(-1)] : [set.at(-1)];
      return ends.some((end) => this.picture.distance(end, point) < NEAR);
    }

    follow(point) {
      if (this.draft) this.draft[this.draft.length - 1] = point;
    }

    /** Take the draft in as a shape; what is too small to be one is let go. */
    finish() {
      if (!this.draft) return;
      const points = this.kind.most <= 2 ? this.draft.slice(0, this.kind.most) : this.draft.slice(0, -1);
      this.draft = null;
      if (points.length < this.kind.least || !this.kind.isComplete(points)) return this.draw();
      this.remember();
      this.shapes.push({ label: this.label, points: this.kind.read(this.kind.write(this.label, points)) });
      this.choose(this.shapes.length - 1);
      this.speak(crowd.say("shape_added", { label: this.nameOf(this.chosen) }));
      this.changed();
    }

    /* The pointer. */

    listen(drawing) {
      drawing.addEventListener("pointerdown", (event) => this.press(event));
      drawing.addEventListener("pointermove", (event) => this.drag(event));
      drawing.addEventListener("pointerup", (event) => this.release(event));
      drawing.addEventListener("pointercancel", () => this.letGo());
      this.stage.addEventListener("blur", () => this.drawCross());
      this.stage.addEventListener("focus", () => this.drawCross());
    }

    press(event) {
      if (event.button !== 0 || !this.picture.width || this.isDisabled) return;
      event.preventDefault();
      this.stage.focus({ preventScroll: true });
      this.cursor = null;
      const point = this.picture.point(event);
      this.picture.drawing.setPointerCapture(event.pointerId);
      this.pressed = { point, moved: false, began: !this.draft };
      if (this.draft) return;
      const handle = event.target.closest("[data-handle]");
      const shape = event.target.closest("[data-shape]");
      if (handle || shape) this.grab(handle, shape);
      else if (this.kind.most === 2) this.set(point);
      this.draw();
    }

    grab(handle, shape) {
      const at = Number(shape.dataset.shape);
      if (at !== this.chosen) this.choose(at);
      this.pressed.before = this.snapshot();
      this.pressed.from = this.shapes[at].points;
      this.held = this.pressed.handle = handle ? Number(handle.dataset.handle) : -1;
    }

    drag(event) {
      const point = this.picture.point(event);
      if (this.pressed && this.picture.distance(this.pressed.point, point) > CLICK) this.pressed.moved = true;
      if (this.pressed?.before) this.pull(point);
      else this.follow(point);
      if (this.pressed || this.draft) this.draw();
    }

    pull(point) {
      const { from, handle, point: start, moved } = this.pressed;
      if (!moved) return;
      const pulled = () => this.kind.pull(from, handle, point);
      this.shapes[this.chosen].points =
        handle >= 0 ? pulled() : this.shifted(from, point.x - start.x, point.y - start.y);
    }

    /** Points moved together, never over the picture's edge. */
    shifted(points, x, y) {
      const room = (axis, by, most) => {
        const places = points.map((point) => point[axis]);
        return Math.max(-Math.min(...places), Math.min(by, most - Math.max(...places)));
      };
      const [byX, byY] = [room("x", x, this.picture.width), room("y", y, this.picture.height)];
      return points.map((point) => ({ x: point.x + byX, y: point.y + byY }));
    }

    release(event) {
      const { pressed } = this;
      this.pressed = null;
      if (!pressed) return;
      const point = this.picture.point(event);
      if (pressed.before) this.dropped(pressed);
      else if (this.kind.most !== 2 || !pressed.began || pressed.moved) this.set(point);
      this.draw();
    }

    /** A shape was pulled: its points are kept as its kind writes them. */
    dropped({ before, moved }) {
      if (!moved) return;
      const shape = this.shapes[this.chosen];
      shape.points = this.kind.read(this.kind.write(shape.label, shape.points));
      this.past.push(before);
      this.changed();
    }

    letGo() {
      if (this.pressed?.before) this.shapes = this.pressed.before;
      this.pressed = null;
      if (this.kind.most === 2) this.draft = null;
      this.draw();
    }

    /* The keyboard. */

    move(x, y) {
      if (this.chosen < 0) {
        this.moveCursor(x, y);
        return this.follow(this.cursor);
      }
      const shape = this.shapes[this.chosen];
      const handle = this.kind.handles(shape.points)[this.held];
      const to = handle && this.picture.within({ x: handle.x + x, y: handle.y + y });
      const moved = to ? this.kind.pull(shape.points, this.held, to) : this.shifted(shape.points, x, y);
      // Steps of one shape are undone together.
      if (this.stepped !== shape) this.remember();
      this.stepped = shape;
      shape.points = moved;
      this.speak(Object.values(this.kind.handles(moved)[Math.max(this.held, 0)]).join(", "));
      return this.tell("change");
    }

    /** What a key does on the picture; false for a key that does nothing. */
    act(key) {
      const acts = {
        " ": () => this.setHere(),
        Enter: () => (this.draft && this.kind.most > 2 ? this.finish() : this.setHere()),
        Escape: () => ((this.draft = null), this.choose(-1)),
        Delete: () => this.erase(),
        Backspace: () => this.erase(),
        PageDown: () => this.step(1),
        PageUp: () => this.step(-1),
        "]": () => this.hold(1),
        "[": () => this.hold(-1),
        "+": () => this.picture.enlarge(1.5),
        "-": () => this.picture.enlarge(1 / 1.5),
      };
      if (!Object.hasOwn(acts, key) || !this.picture.width) return false;
      acts[key]();
      this.draw();
      return true;
    }

    setHere() {
      this.cursor = this.place;
      this.set({ ...this.cursor });
    }

    erase() {
      if (this.draft) {
        this.draft.splice(-2, 1);
        if (this.draft.length < 2) this.draft = null;
      } else if (this.chosen >= 0 && this.held >= 0 && this.shapes[this.chosen].points.length > this.kind.least) {
        const rest = this.shapes[this.chosen].points.filter((_, at) => at !== this.held);
        this.held = -1;
        this.alter(this.chosen, { points: rest });
      } else if (this.chosen >= 0) {
        this.remove(this.chosen);
      }
    }

    step(by) {
      const count = this.shapes.length;
      const from = this.chosen < 0 && by < 0 ? count : this.chosen;
      if (count) this.choose((from + by + count) % count);
    }

    hold(by) {
      if (this.chosen < 0) return;
      const count = this.kind.handles(this.shapes[this.chosen].points).length;
      this.held = this.held < 0 && by < 0 ? count - 1 : (this.held + by + count) % count;
    }
  }

  for (const [tag, kind] of Object.entries({
    "crowd-bounding-box": "box",
    "crowd-keypoint": "keypoint",
    "crowd-line": "line",
    "crowd-polygon": "polygon",
    "crowd-polyline": "polyline",
  })) {
    crowd.define(
      tag,
      class extends CrowdAnnotator {
        static kind = kind;
      },
    );
  }
})(window.crowdElements);

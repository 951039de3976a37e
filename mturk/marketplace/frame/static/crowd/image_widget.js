// What widgets that draw on a picture have in common: labels, tools, a cross for the keyboard, a way back.
((crowd) => {
  "use strict";

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  const markup = (panel) =>
    crowd.workspace(`
      <div class="columns">
        <div class="target">
          ${crowd.PICTURE_MARKUP}
          <p class="unseen" id="spoken" aria-live="polite"></p>
          <div class="tools" id="tools" role="group"></div>
          <p class="quiet" id="help"></p>
        </div>
        <div class="side">
          <h3 id="labels-title"></h3>
          <fieldset id="labels" role="radiogroup" aria-labelledby="labels-title"></fieldset>
          ${panel}
        </div>
      </div>`);

  const STYLES = `
    ${crowd.PICTURE_STYLES}
    .stage:focus-visible { outline-offset: 0; }
    .sheet svg { cursor: crosshair; touch-action: none; }
    .tools { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 8px; align-items: center; }
    .choice .swatch { margin: 3px 0; }
    .choice span { min-width: 0; overflow-wrap: anywhere; }
    .row { display: flex; gap: 6px; align-items: center; margin-bottom: 4px; }
    .row > button:first-of-type { flex: 1; text-align: start; min-width: 0; overflow-wrap: anywhere; }`;

  class CrowdImageWidget extends crowd.CrowdWidget {
    static strings = [...super.strings, "src", "labels", "label-colors", "initial-value"];
    static styles = `${super.styles} ${STYLES}`;

    build() {
      super.build();
      this.labelAt = 0;
      this.cursor = null;
      this.past = [];
      this.picture = new crowd.Picture(this.shadowRoot, () => this.shown());
      this.layer = crowd.shape("g");
      this.cross = crowd.shape("path", { fill: "none", "pointer-events": "none" });
      this.picture.drawing.append(this.layer, this.cross);
      this.tools();
      this.stage = this.part$("#stage");
      const named = {
        tabindex: "0",
        role: "application",
        "aria-label": crowd.say("image"),
        "aria-describedby": "help",
      };
      for (const [name, value] of Object.entries(named)) this.stage.setAttribute(name, value);
      this.part$("#labels-title").textContent = crowd.say("labels");
      this.part$("#help").textContent = this.help.map((text) => crowd.say(text)).join(" ");
      this.shadowRoot.addEventListener("keydown", (event) => this.key(event));
      this.listen(this.picture.drawing);
    }

    refresh(name) {
      super.refresh(name);
      if (name === undefined || /label/.test(name)) this.drawLabels();
      this.picture.show(this.src);
    }

    /** The picture is there, or has another size. */
    shown() {
      if (this.picture.state === "loaded" && this.begun !== this.picture.src) {
        this.begun = this.picture.src;
        this.begin();
      }
      this.draw();
    }

    begin() {}

    /* Labels. */

    get labels() {
      return this.listed("labels");
    }

    set labels(list) {
      this.give("labels", list);
    }

    get labelNames() {
      return this.labels.map(crowd.labelOf);
    }

    get label() {
      return this.labelNames[this.labelAt];
    }

    colorOf(label) {
      const at = Math.max(0, this.labelNames.indexOf(label));
      const given = crowd.readLiteral(this.getAttribute("label-colors"), [])[at];
      return crowd.channels(given) ? given : crowd.colorAt(at);
    }

    drawLabels() {
      this.labelAt = Math.max(0, Math.min(this.labelAt, this.labelNames.length - 1));
      const lines = this.labelNames.map((name, at) => this.labelLine(name, at));
      const none = crowd.make("p", { className: "quiet" }, crowd.say("no_labels"));
      this.part$("#labels").replaceChildren(...(lines.length ? lines : [none]));
    }

    labelLine(name, at) {
      const field = crowd.make("input", { type: "radio", name: "label", checked: at === this.labelAt });
      field.addEventListener("change", () => this.chooseLabel(at));
      const words = crowd.make("span", {}, name);
      return crowd.make(
        "label",
        { className: "choice" },
        field,
        crowd.swatch(this.colorOf(name)),
        words,
        ...crowd.keyHint(at),
      );
    }

    chooseLabel(at) {
      this.labelAt = at;
      this.part$("#labels").querySelectorAll("input")[at].checked = true;
      this.speak(this.label);
    }

    /* Tools. */

    tools() {
      this.tool("undo", () => this.undo());
      this.tool("zoom_in", () => this.picture.enlarge(1.5));
      this.tool("zoom_out", () => this.picture.enlarge(1 / 1.5));
      this.part$("#tools").setAttribute("aria-label", crowd.say("tools"));
    }

    tool(name, act) {
      const button = crowd.make("button", { type: "button", id: `tool-${name.replace("_", "-")}` }, crowd.say(name));
      button.addEventListener("click", act);
      this.part$("#tools").append(button);
      return button;
    }

    /** Keep what is, before it changes. */
    remember() {
      this.past.push(this.snapshot());
      if (this.past.length > 50) this.past.shift();
    }

    undo() {
      const before = this.past.pop();
      if (before === undefined) return;
      this.restore(before);
      this.changed();
    }

    changed() {
      this.draw();
      this.tell("change");
    }

    speak(words) {
      this.part$("#spoken").textContent = words ?? "";
    }

    /* The keyboard. */

    key(event) {
      const at = crowd.placeOfKey(event, this.labelNames.length);
      const control = event.ctrlKey || event.metaKey;
      if (at >= 0) this.chooseLabel(at);
      else if (event.key === "z" && control && !crowd.isTyping(event)) this.undo();
      else if (event.composedPath()[0] !== this.stage || event.altKey || control) return;
      else if (event.key in ARROWS) this.arrow(...ARROWS[event.key], event.shiftKey);
      else if (!this.act(event.key)) return;
      event.preventDefault();
    }

    /** A step is a pixel of the picture, or of the screen where that is more. */
    arrow(x, y, far) {
      if (!this.picture.width) return;
      const step = Math.max(1, Math.round(1 / this.picture.scale)) * (far ? 10 : 1);
      this.move(x * step, y * step);
      this.draw();
    }

    moveCursor(x, y) {
      const from = this.place;
      this.cursor = this.picture.within({ x: from.x + x, y: from.y + y });
      this.speak(crowd.say("position", this.cursor));
    }

    /** Where the cross is, in the middle at first. */
    get place() {
      return this.cursor ?? { x: Math.round(this.picture.width / 2), y: Math.round(this.picture.height / 2) };
    }

    drawCross() {
      const { x, y } = this.place;
      const size = 12 / this.picture.scale;
      const seen = this.cursor && this.shadowRoot.activeElement === this.stage;
      this.cross.setAttribute("d", seen ? `M${x - size} ${y}H${x + size}M${x} ${y - size}V${y + size}` : "");
      this.cross.setAttribute("stroke", "#fff");
      this.cross.setAttribute("stroke-width", 2 / this.picture.scale);
      this.cross.style.filter = "drop-shadow(0 0 1px #000) drop-shadow(0 0 1px #000)";
    }

    /* What is posted. */

    get _submittableValue() {
      return this.value;
    }

    get problem() {
      const waits = this.picture.state === "loading" && !this.isDisabled;
      return waits ? crowd.say("image_loading") : "";
    }

    focus() {
      this.stage.focus();
    }
  }

  Object.assign(crowd, { CrowdImageWidget, imageMarkup: markup });
})(window.crowdElements);

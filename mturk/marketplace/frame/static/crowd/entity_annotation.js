// crowd-entity-annotation: labels for parts of a text. Outside of a crowd-form it has one of its own.
((crowd) => {
  "use strict";

  class CrowdEntityAnnotation extends crowd.CrowdWidget {
    static strings = [...super.strings, "text", "labels", "initial-value"];
    static markup = crowd.workspace(`
      <div class="columns">
        <div class="target">${crowd.MARKED_TEXT_MARKUP}<p class="quiet" id="help"></p>
          <p class="unseen" id="spoken" aria-live="polite"></p></div>
        <div class="side">
          <h3 id="labels-title"></h3>
          <ul id="labels" aria-labelledby="labels-title"></ul>
          <h3 id="entities-title"></h3>
          <ul id="entities" aria-labelledby="entities-title"></ul>
        </div>
      </div>`);
    static styles = `${super.styles} ${crowd.MARKED_TEXT_STYLES}
      li { display: flex; gap: 6px; align-items: center; margin-bottom: 4px; }
      li > button:first-of-type { display: flex; gap: 8px; align-items: center; flex: 1; min-width: 0;
        text-align: start;
        overflow-wrap: anywhere; }`;

    build() {
      super.build();
      this.entities = [];
      this.marked = new crowd.MarkedText(this.shadowRoot);
      for (const name of ["labels", "entities"]) this.part$(`#${name}-title`).textContent = crowd.say(name);
      this.part$("#help").textContent = crowd.say("entity_help");
      this.marked.words.setAttribute("aria-describedby", "help");
      this.marked.words.addEventListener("keydown", (event) => this.key(event));
      if (!crowd.closest(this, "crowd-form")) this.wrap();
    }

    /** Pages look for the form here, to put questions of their own into it. */
    wrap() {
      const form = document.createElement("crowd-form");
      this.part$(".layout").before(form);
      form.form.append(this.part$(".layout"));
    }

    refresh(name) {
      super.refresh();
      if (name === undefined || name === "text") this.marked.show(this.text);
      if (name === undefined || name === "initial-value" || name === "text") this.begin();
      this.marked.words.setAttribute("aria-label", this.header || crowd.say("text"));
      this.drawLabels();
      this.draw();
    }

    get text() {
      return this.getAttribute("text") ?? "";
    }

    set text(text) {
      this.setAttribute("text", text ?? "");
    }

    get labels() {
      return this.listed("labels");
    }

    set labels(list) {
      this.give("labels", list);
    }

    /** Labels with what they are called in full and in short. */
    get kinds() {
      return this.labels.map((entry, at) => {
        const label = crowd.labelOf(entry);
        return {
          label,
          full: entry?.fullDisplayName || label,
          short: entry?.shortDisplayName || label,
          color: crowd.colorAt(at),
        };
      });
    }

    kindOf(label) {
      return this.kinds.find((kind) => kind.label === label);
    }

    begin() {
      const start = crowd.readLiteral(this.getAttribute("initial-value"), []);
      const entries = Array.isArray(start) ? start : (start?.entities ?? []);
      this.entities = [];
      for (const { label, startOffset: start, endOffset: end } of entries.filter(Boolean)) {
        const isFree = this.isPart(start, end) && !this.overlapping(start, end).length;
        if (isFree && typeof label === "string") this.entities.push({ label, start, end });
      }
    }

    isPart(start, end) {
      return [start, end].every(Number.isInteger) && start >= 0 && start < end && end <= this.marked.characters.length;
    }

    overlapping(start, end) {
      return this.entities.filter((entity) => entity.start < end && start < entity.end);
    }

    /* Labelling. */

    drawLabels() {
      const lines = this.kinds.map(({ full, color }, at) => {
        const parts = [crowd.swatch(color), crowd.make("span", {}, full), ...crowd.keyHint(at)];
        const button = crowd.make("button", { type: "button" }, ...parts);
        button.addEventListener("click", () => (this.label(at), this.marked.words.focus()));
        return crowd.make("li", {}, button);
      });
      this.part$("#labels").replaceChildren(...lines);
    }

    /** Put a label on what is selected, or another one on the part that the cursor is in. */
    label(at) {
      const { label } = this.kinds[at];
      const { start, end } = this.marked.selection;
      const isMeant = (one) =>
        start === end ? one.start <= start && start <= one.end : one.start === start && one.end === end;
      const entity = this.entities.find(isMeant);
      if (entity) entity.label = label;
      else if (start === end) return this.mark(crowd.say("entity_select"));
      else if (this.overlapping(start, end).length) return this.mark(crowd.say("entity_overlap"));
      else this.entities.push({ label, start, end });
      this.marked.select(end, end);
      return this.changed(crowd.say("shape_added", { label: this.nameOf(entity ?? this.entities.at(-1)) }));
    }

    nameOf({ label, start, end }) {
      return crowd.say("entity", { label: this.kindOf(label)?.full ?? label, text: this.marked.slice(start, end) });
    }

    remove(entity) {
      this.entities = this.entities.filter((one) => one !== entity);
      this.changed(crowd.say("shape_removed", { label: this.nameOf(entity) }));
    }

    changed(words) {
      this.mark("");
      this.part$("#spoken").textContent = words;
      this.draw();
      this.tell("change");
    }

    key(event) {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const at = /^[1-9]$/.test(event.key) ? Number(event.key) - 1 : -1;
      if (at >= 0 && at < this.kinds.length) this.label(at);
      else if (event.key === "Delete" || event.key === "Backspace") this.removeHere();
      else return;
      event.preventDefault();
    }

    removeHere() {
      const { start, end } = this.marked.selection;
      for (const entity of this.entities.filter((one) => one.start <= end && start <= one.end)) this.remove(entity);
    }

    draw() {
      this.entities.sort((one, other) => one.start - other.start);
      this.marked.mark(
        this.entities.map(({ label, ...place }) => {
          const { color = "#7f7f7f", short = label } = this.kindOf(label) ?? {};
          return { ...place, color, name: short };
        }),
      );
      const lines = this.entities.map((entity) => this.line(entity));
      crowd.fillList(this.part$("#entities"), lines);
    }

    line(entity) {
      const name = this.nameOf(entity);
      const choose = crowd.make("button", { type: "button" }, name);
      const remove = crowd.removeButton(name, () => (this.remove(entity), this.marked.words.focus()));
      choose.addEventListener("click", () => (this.marked.words.focus(), this.marked.select(entity.start, entity.end)));
      return crowd.make("li", {}, choose, remove);
    }

    get value() {
      return {
        entities: this.entities.map(({ label, start, end }) => ({ endOffset: end, label, startOffset: start })),
      };
    }

    get _submittableValue() {
      return this.value;
    }

    focus() {
      this.marked.words.focus();
    }

    reset() {
      this.begin();
      this.draw();
    }
  }

  crowd.define("crowd-entity-annotation", CrowdEntityAnnotation);
})(window.crowdElements);

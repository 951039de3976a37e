// The shapes of a picture as a list, and the numbers of the chosen one: each can be set without drawing.
((crowd) => {
  "use strict";

  const MARKUP = `
    <h3 id="shapes-title"></h3>
    <ul id="shapes" aria-labelledby="shapes-title"></ul>
    <div id="numbers" role="group" hidden></div>`;
  const STYLES = `
    #numbers { display: grid; grid-template-columns: 1fr 1fr; gap: 6px; margin-top: 6px; padding: 8px;
      border: 1px solid var(--crowd-rule); border-radius: 6px; }
    #numbers label { min-width: 0; font-size: .9em; }
    #numbers label.wide { grid-column: 1 / -1; }`;

  class ShapePanel {
    constructor(widget) {
      this.widget = widget;
      this.list = widget.part$("#shapes");
      this.numbers = widget.part$("#numbers");
      widget.part$("#shapes-title").textContent = crowd.say("shapes");
    }

    draw() {
      const { widget } = this;
      const seen = JSON.stringify([
        widget.shapes.map((shape) => shape.label),
        widget.chosen,
        widget.held,
        widget.labelNames,
      ]);
      if (seen !== this.seen) {
        this.seen = seen;
        const lines = widget.shapes.map((_, at) => this.line(at));
        crowd.fillList(this.list, lines);
        this.fields();
      }
      this.fill();
    }

    line(at) {
      const { widget } = this;
      const name = widget.nameOf(at);
      const choose = crowd.make("button", { type: "button", "aria-pressed": String(at === widget.chosen) }, name);
      const remove = crowd.removeButton(name, () => (widget.remove(at), widget.focus()));
      choose.addEventListener("click", () => (widget.choose(at), widget.focus()));
      return crowd.make("li", { className: "row" }, choose, remove);
    }

    /** The names of the numbers of the chosen shape, and what setting one does. */
    get members() {
      const { widget } = this;
      const { kind } = widget;
      if (kind === crowd.shapeKinds.box) {
        const set = (name) => (points, value) => kind.with(points, name, value);
        return ["left", "top", "width", "height"].map((name) => [
          name,
          (points) => kind.members(points)[name],
          set(name),
        ]);
      }
      const at = kind.most === 1 ? 0 : widget.held;
      if (at < 0) return [];
      const set = (name) => (points, value) => kind.pull(points, at, { ...points[at], [name]: value });
      return ["x", "y"].map((name) => [name, (points) => points[at][name], set(name)]);
    }

    fields() {
      const { widget } = this;
      this.numbers.hidden = widget.chosen < 0;
      if (widget.chosen < 0) return this.numbers.replaceChildren();
      this.numbers.setAttribute("aria-label", widget.nameOf(widget.chosen));
      this.numbers.replaceChildren(this.relabel(), ...this.members.map(([name, , set]) => this.number(name, set)));
    }

    relabel() {
      const { widget } = this;
      const label = widget.shapes[widget.chosen].label;
      const names = widget.labelNames.includes(label) ? widget.labelNames : [label, ...widget.labelNames];
      const options = names.map((name) =>
        crowd.make("option", { value: name, selected: name === label }, name),
      );
      const select = crowd.make("select", { className: "field" }, ...options);
      select.addEventListener("change", () => widget.alter(widget.chosen, { label: select.value }));
      return crowd.make("label", { className: "wide" }, crowd.say("selected_label"), select);
    }

    number(name, set) {
      const { widget } = this;
      const field = crowd.make("input", { type: "number", className: "field", step: 1, min: 0 });
      field.dataset.member = name;
      field.addEventListener("change", () => {
        const points = set(widget.shapes[widget.chosen].points, Math.round(Number(field.value)) || 0);
        widget.alter(widget.chosen, { points: points.map((point) => widget.picture.within(point)) });
      });
      return crowd.make("label", {}, crowd.say(name), field);
    }

    fill() {
      if (this.widget.chosen < 0) return;
      const { points } = this.widget.shapes[this.widget.chosen];
      for (const [name, get] of this.members) this.numbers.querySelector(`[data-member="${name}"]`).value = get(points);
    }
  }

  Object.assign(crowd, { ShapePanel, SHAPE_PANEL_MARKUP: MARKUP, SHAPE_PANEL_STYLES: STYLES });
})(window.crowdElements);

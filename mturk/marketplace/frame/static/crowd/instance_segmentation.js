// crowd-instance-segmentation: an area, of a colour of its own, for each thing of a label.
((crowd) => {
  "use strict";

  class CrowdInstanceSegmentation extends crowd.CrowdSegmentation {
    static markup = crowd.imageMarkup(`
      <h3 id="instances-title"></h3>
      <ul id="instances" aria-labelledby="instances-title"></ul>
      <button type="button" id="add"></button>`);

    build() {
      this.areaAt = -1;
      super.build();
      this.part$("#instances-title").textContent = crowd.say("instances");
      this.part$("#add").textContent = crowd.say("add_instance");
      this.part$("#add").addEventListener("click", () => this.add());
      this.list();
    }

    areasOf({ instances = [] }) {
      const entries = Array.isArray(instances) ? instances : [];
      return entries.map((entry) => ({ label: crowd.labelOf(entry), color: String(entry?.color) }));
    }

    begin() {
      super.begin();
      this.list();
    }

    reset() {
      this.areaAt = -1;
      super.reset();
    }

    /** A label of a moment ago goes on with its last instance. */
    chooseLabel(at) {
      super.chooseLabel(at);
      this.areaAt = this.areas.findLastIndex((area) => area.label === this.label && !area.gone);
      this.list();
    }

    currentArea() {
      if (this.areas[this.areaAt]?.label !== this.label) this.add();
      return this.areas[this.areaAt];
    }

    add() {
      if (this.label === undefined) return;
      const taken = this.areas.map((area) => area.color);
      let place = this.areas.length;
      while (taken.includes(crowd.colorAt(place))) place += 1;
      this.areas.push({ label: this.label, color: crowd.colorAt(place) });
      this.areaAt = this.areas.length - 1;
      this.list();
    }

    /** The instances, each to be chosen or taken away. */
    list() {
      const lines = this.areas.flatMap((area, at) => (area.gone ? [] : [this.line(area, at)]));
      crowd.fillList(this.part$("#instances"), lines);
    }

    line({ label, color }, at) {
      const name = crowd.say("shape", { label, number: at + 1 });
      const choose = crowd.make("button", { type: "button", "aria-pressed": String(at === this.areaAt) }, name);
      const remove = crowd.removeButton(name, () => (this.remove(at), this.focus()));
      choose.addEventListener("click", () => (this.pick(at), this.focus()));
      return crowd.make("li", { className: "row" }, crowd.swatch(color), choose, remove);
    }

    pick(at) {
      const label = this.labelNames.indexOf(this.areas[at].label);
      if (label >= 0) super.chooseLabel(label);
      this.areaAt = at;
      this.list();
    }

    /** Its place stays taken: the pixels of the others are known by theirs. */
    remove(at) {
      this.areas[at].gone = true;
      if (this.areaAt === at) this.areaAt = -1;
      this.past = [];
      this.mask?.drop(at + 1);
      this.modified = true;
      this.list();
      this.changed();
    }

    get value() {
      const used = this.mask?.used ?? new Set();
      const instances = this.areas.filter((_, at) => used.has(at + 1)).map(({ color, label }) => ({ color, label }));
      return { instances, ...this.painted };
    }
  }

  crowd.define("crowd-instance-segmentation", CrowdInstanceSegmentation);
})(window.crowdElements);

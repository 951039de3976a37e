// crowd-text-ranking: responses to a text, each ranked by one dimension or more.
((crowd) => {
  "use strict";

  class CrowdTextRanking extends crowd.CrowdWidget {
    static strings = [...super.strings, "text", "responses", "ordinal-ranking-dimensions"];
    static markup = crowd.workspace(`<p id="text"></p><ol id="responses"></ol>`);
    static styles = `${super.styles}
      #text { padding: 12px; border: 1px solid var(--crowd-rule); border-radius: 6px; background: var(--crowd-panel);
        color: var(--crowd-text); white-space: pre-wrap; }
      #text:empty { display: none; }
      ol { margin: 0; padding: 0; list-style: none; }
      li { margin-bottom: 12px; padding: 12px; border: 1px solid var(--crowd-rule); border-radius: 6px; }
      li h3 { margin: 0 0 6px; }
      li p { margin: 0 0 10px; white-space: pre-wrap; overflow-wrap: break-word; }
      .ranks { display: flex; flex-wrap: wrap; gap: 12px; }
      .ranks label { flex: 0 1 200px; }`;

    get responses() {
      return this.listed("responses");
    }

    set responses(list) {
      this.give("responses", list);
    }

    get dimensions() {
      return this.listed("ordinal-ranking-dimensions").map((entry) => ({
        name: String(entry?.name ?? entry),
        tie: Boolean(entry?.allowTie),
      }));
    }

    refresh(name) {
      super.refresh();
      this.part$("#text").textContent = this.getAttribute("text") ?? "";
      if (name === undefined || /responses|dimensions/.test(name)) {
        this.part$("#responses").replaceChildren(...this.responses.map((words, at) => this.response(words, at)));
      }
    }

    response(words, at) {
      const title = crowd.make("h3", {}, crowd.say("response", { number: at + 1 }));
      const ranks = crowd.make(
        "div",
        { className: "ranks" },
        ...this.dimensions.map(({ name }) => this.rank(name, at)),
      );
      return crowd.make("li", {}, title, crowd.make("p", {}, crowd.labelOf(words)), ranks);
    }

    rank(dimension, at) {
      const options = this.responses.map((_, rank) => crowd.make("option", { value: rank + 1 }, String(rank + 1)));
      const none = crowd.make("option", { value: "" }, crowd.say("rank_choose"));
      const said = crowd.say("rank", { number: at + 1, dimension });
      const select = crowd.make("select", { className: "field", "aria-label": said }, none, ...options);
      select.dataset.dimension = dimension;
      select.addEventListener("change", () => {
        if (this.part$("#message").textContent) this.mark(this.problem);
        this.tell("change");
      });
      return crowd.make("label", {}, crowd.make("span", { "aria-hidden": "true" }, dimension), select);
    }

    fields(dimension) {
      return [...this.shadowRoot.querySelectorAll("select")].filter((field) => field.dataset.dimension === dimension);
    }

    ranks(dimension) {
      return this.fields(dimension).map((field) => (field.value ? Number(field.value) : null));
    }

    get value() {
      return { rankings: Object.fromEntries(this.dimensions.map(({ name }) => [name, this.ranks(name)])) };
    }

    get _submittableValue() {
      return this.value;
    }

    get problem() {
      for (const { name, tie } of this.dimensions) {
        const ranks = this.ranks(name);
        if (ranks.includes(null)) return crowd.say("rank_all", { dimension: name });
        if (!tie && new Set(ranks).size < ranks.length) return crowd.say("rank_tie", { dimension: name });
      }
      return "";
    }

    focus() {
      const fields = [...this.shadowRoot.querySelectorAll("select")];
      (fields.find((field) => !field.value) ?? fields[0])?.focus();
    }

    reset() {
      for (const field of this.shadowRoot.querySelectorAll("select")) field.value = "";
      this.mark("");
    }
  }

  crowd.define("crowd-text-ranking", CrowdTextRanking);
})(window.crowdElements);

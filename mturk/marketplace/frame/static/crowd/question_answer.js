// crowd-question-answer-generation: questions that a text answers, their answers, and where in it they stand.
((crowd) => {
  "use strict";

  const words = (text) => text.trim().split(/\s+/).filter(Boolean).length;

  class CrowdQuestionAnswerGeneration extends crowd.CrowdWidget {
    static strings = [
      ...super.strings,
      "text",
      "min-questions",
      "max-questions",
      "question-min-words",
      "question-max-words",
      "answer-min-words",
      "answer-max-words",
      "question-tags",
      "allow-custom-question-tags",
    ];
    static markup = crowd.workspace(`
      ${crowd.MARKED_TEXT_MARKUP}
      <ol id="pairs"></ol>
      <button type="button" id="add"></button>`);
    static styles = `${super.styles} ${crowd.MARKED_TEXT_STYLES}
      ol { margin: 12px 0; padding: 0; list-style: none; }
      ol > li { margin-bottom: 12px; padding: 12px; border: 1px solid var(--crowd-rule); border-radius: 6px; }
      li h3 { margin: 0 0 6px; }
      textarea.field { resize: vertical; }
      .tags { display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: center; margin-block: 6px; }
      .row { display: flex; gap: 8px; align-items: center; margin-bottom: 4px; }
      .row span { flex: 1; min-width: 0; overflow-wrap: anywhere; }`;

    build() {
      super.build();
      this.pairs = [];
      this.marked = new crowd.MarkedText(this.shadowRoot);
      this.part$("#add").textContent = crowd.say("add_pair");
      this.part$("#add").addEventListener("click", () => this.add());
    }

    refresh(name) {
      super.refresh();
      if (name === undefined || name === "text") this.marked.show(this.getAttribute("text") ?? "");
      this.marked.words.setAttribute("aria-label", this.header || crowd.say("text"));
      if (!this.pairs.length) this.add(false);
      this.limit();
    }

    get least() {
      return this.number("min-questions", 1);
    }

    get tags() {
      return this.listed("question-tags").map(crowd.labelOf);
    }

    /** Room for no more questions than are wanted. */
    limit() {
      this.part$("#add").disabled = this.pairs.length >= this.number("max-questions", Infinity);
    }

    add(focus = true) {
      const pair = { references: [], node: document.createElement("li") };
      this.pairs.push(pair);
      pair.question = this.area("question");
      pair.answer = this.area("answer");
      pair.list = document.createElement("ul");
      const take = crowd.make("button", { type: "button" }, crowd.say("reference_add"));
      const remove = crowd.make("button", { type: "button" }, crowd.icon("delete"), crowd.say("remove"));
      take.addEventListener("click", () => this.refer(pair));
      remove.addEventListener("click", () => this.drop(pair));
      pair.title = document.createElement("h3");
      const places = crowd.make("p", { className: "quiet" }, crowd.say("references"));
      pair.node.append(
        pair.title,
        pair.question.label,
        pair.answer.label,
        this.tagging(pair),
        places,
        pair.list,
        take,
        " ",
        remove,
      );
      this.part$("#pairs").append(pair.node);
      this.arrange();
      if (focus) pair.question.field.focus();
    }

    area(name) {
      const field = crowd.make("textarea", { className: "field", rows: 2 });
      field.addEventListener("input", () => this.part$("#message").textContent && this.mark(this.problem));
      field.addEventListener("change", () => this.tell("change"));
      return { field, label: crowd.make("label", {}, crowd.say(name), field) };
    }

    tagging(pair) {
      pair.tags = this.tags.map((tag) => crowd.make("input", { type: "checkbox", value: tag }));
      const boxes = pair.tags.map((box) =>
        crowd.make("label", { className: "choice" }, box, crowd.make("span", {}, box.value)),
      );
      pair.custom = crowd.make("input", { className: "field" });
      const custom = crowd.make("label", {}, crowd.say("custom_tag"), pair.custom);
      const own = (this.getAttribute("allow-custom-question-tags") ?? "false") !== "false";
      return crowd.make(
        "div",
        { className: "tags", role: "group", "aria-label": crowd.say("tags") },
        ...boxes,
        ...(own ? [custom] : []),
      );
    }

    refer(pair) {
      const { start, end } = this.marked.selection;
      if (start === end) return this.mark(crowd.say("reference_select"));
      this.mark("");
      pair.references.push({ start, end });
      return this.arrange();
    }

    drop(pair) {
      this.pairs = this.pairs.filter((one) => one !== pair);
      pair.node.remove();
      if (!this.pairs.length) this.add(false);
      this.arrange();
      this.pairs[0].question.field.focus();
    }

    arrange() {
      this.pairs.forEach((pair, at) => {
        pair.title.textContent = crowd.say("question_number", { number: at + 1 });
        pair.list.replaceChildren(...pair.references.map((reference) => this.line(pair, reference)));
      });
      this.limit();
      this.tell("change");
    }

    line(pair, reference) {
      const name = this.marked.slice(reference.start, reference.end);
      const remove = crowd.removeButton(name, () => {
        pair.references = pair.references.filter((one) => one !== reference);
        this.arrange();
      });
      return crowd.make("li", { className: "row" }, crowd.make("span", {}, name), remove);
    }

    /** The pairs in which something was written. */
    get written() {
      return this.pairs.filter((pair) => pair.question.field.value.trim() || pair.answer.field.value.trim());
    }

    get value() {
      return {
        questionAnswerPairs: this.written.map((pair) => ({
          answer: pair.answer.field.value.trim(),
          question: pair.question.field.value.trim(),
          references: pair.references.map((reference) => this.passage(reference)),
          tags: [...pair.tags.filter((box) => box.checked), pair.custom]
            .map((field) => field.value.trim())
            .filter(Boolean),
        })),
      };
    }

    passage({ start, end }) {
      return { endOffset: end, startOffset: start, text: this.marked.slice(start, end) };
    }

    get _submittableValue() {
      return this.value;
    }

    get problem() {
      const { written } = this;
      if (written.length < this.least) return crowd.say("pairs_least", { least: this.least });
      for (const pair of written) {
        for (const part of ["question", "answer"]) {
          const count = words(pair[part].field.value);
          const [least, most] = [this.number(`${part}-min-words`, 1), this.number(`${part}-max-words`, Infinity)];
          const number = this.pairs.indexOf(pair) + 1;
          if (count < least) return crowd.say(`${part}_words`, { number, least });
          if (count > most) return crowd.say(`${part}_words_most`, { number, most });
        }
      }
      return "";
    }

    focus() {
      const empty = this.pairs.find((pair) => !pair.question.field.value.trim()) ?? this.pairs[0];
      empty?.question.field.focus();
    }
  }

  crowd.define("crowd-question-answer-generation", CrowdQuestionAnswerGeneration);
})(window.crowdElements);

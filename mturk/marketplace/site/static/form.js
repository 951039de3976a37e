// What a question form does better with a script: what is wrong is told before the form is sent. The server tells it too.
"use strict";
(() => {
  const PATIENCE = 1000; // milliseconds that a requester's regular expressions may take
  const script = document.currentScript.src;
  const NUMBER = /^\s*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*$/;

  // The kinds of checks, as the server has them; formats are tried apart.
  const passes = {
    required: (_, found) => Boolean(found),
    numeric: (_, text) => NUMBER.test(text),
    lowest: (limit, text) => Number(text) >= limit,
    highest: (limit, text) => Number(text) <= limit,
    shortest: (limit, text) => text.length >= limit,
    longest: (limit, text) => text.length <= limit,
    least: (limit, number) => number >= limit,
    most: (limit, number) => number <= limit,
    smallest: (limit, size) => size >= limit,
    largest: (limit, size) => size <= limit,
  };

  const failed = (checks, found) =>
    checks.find(([kind, wanted]) => kind !== "format" && (found || kind === "required") && !passes[kind](wanted, found));

  // The field for a text of one's own, and what is chosen to use it.
  class Own {
    constructor(element) {
      this.field = element.querySelector("input, textarea");
      this.checks = JSON.parse(element.dataset.checks);
      this.missing = element.dataset.missing;
      this.value = element.dataset.mark;
      this.kept = "";
      const question = element.closest(".question");
      this.menu = question.querySelector("select");
      const choices = [...question.querySelectorAll("input[type=radio], input[type=checkbox]")];
      this.mark = choices.find((choice) => choice.value === this.value);
      this.field.addEventListener("input", () => this.choose(this.field.value.trim() !== ""));
      question.addEventListener("change", (event) => event.target !== this.field && this.follow(event.target));
    }

    get chosen() {
      return this.menu ? this.menu.value === this.value : this.mark.checked;
    }

    choose(chosen) {
      if (!this.menu) {
        this.mark.checked = chosen;
      } else if (chosen) {
        this.menu.value = this.value;
      }
    }

    // Another choice takes the text away, where only one is possible; it comes back with its own choice.
    follow(changed) {
      const single = this.menu !== null || this.mark.type === "radio";
      const isMark = changed === this.mark || (changed === this.menu && this.chosen);
      if (isMark && this.chosen) {
        this.field.value ||= this.kept;
        this.field.focus();
      } else if ((single && !this.chosen) || changed === this.mark) {
        this.kept = this.field.value || this.kept;
        this.field.value = "";
      }
    }
  }

  class Question {
    constructor(element) {
      this.element = element;
      this.kind = element.dataset.kind;
      this.checks = JSON.parse(element.dataset.checks);
      const own = element.querySelector(".own");
      this.own = own && new Own(own);
      this.target = element.querySelector("fieldset, select, input, textarea");
      this.problem = element.querySelector(".wrong");
      // Not when the field is left: the page would move away below a press on something else.
      element.addEventListener("input", () => element.classList.contains("refused") && this.show(this.complaint()));
    }

    get found() {
      if (this.kind === "line" || this.kind === "area") {
        return this.target.value;
      }
      if (this.kind === "file") {
        return this.target.files.length ? this.target.files[0].size : 0;
      }
      if (this.kind === "menu") {
        const isNothing = this.target.size <= 1 && this.target.selectedIndex === 0;
        return this.target.selectedIndex < 0 || isNothing ? 0 : 1;
      }
      return this.element.querySelectorAll("input:checked").length;
    }

    complaint() {
      const check = failed(this.checks, this.found);
      if (check) {
        return check[2];
      }
      if (!this.own || !this.own.chosen) {
        return "";
      }
      const text = this.own.field.value;
      return text.trim() ? (failed(this.own.checks, text) || ["", "", ""])[2] : this.own.missing;
    }

    // What has to be found in which text, and what is told where it is not.
    formats() {
      const typed = this.kind === "line" || this.kind === "area" ? [[this.checks, this.found]] : [];
      if (this.own && this.own.chosen) {
        typed.push([this.own.checks, this.own.field.value]);
      }
      return typed.filter(([, text]) => text).flatMap(([checks, text]) =>
        checks.filter(([kind]) => kind === "format").map(([, wanted, told]) => ({ question: this, wanted, text, told })));
    }

    show(complaint) {
      this.problem.textContent = complaint;
      this.problem.hidden = !complaint;
      this.element.classList.toggle("refused", Boolean(complaint));
      const others = (this.target.getAttribute("aria-describedby") || "").split(" ").filter((id) => id && id !== this.problem.id);
      const ids = complaint ? [...others, this.problem.id] : others;
      this.set("aria-describedby", ids.join(" "));
      if (this.target.tagName !== "FIELDSET" || this.target.getAttribute("role") === "radiogroup") {
        this.set("aria-invalid", complaint && "true");
      }
    }

    set(name, value) {
      if (value) {
        this.target.setAttribute(name, value);
      } else {
        this.target.removeAttribute(name);
      }
    }

    get name() {
      const called = this.element.querySelector("legend, label").cloneNode(true);
      called.querySelector(".required")?.remove();
      return called.textContent.trim();
    }
  }

  // The expressions are the requester's, and may take for ever: they are tried beside the page, and given up in time.
  const tried = (formats) => new Promise((done) => {
    const wrong = new Map();
    const judge = new Worker(new URL(`pattern.js${new URL(script).search}`, script));
    const end = () => {
      judge.terminate();
      clearTimeout(timer);
      done(wrong);
    };
    const timer = setTimeout(end, PATIENCE);
    judge.onerror = end;
    judge.onmessage = ({ data: [place, found] }) => {
      const { question, told } = formats[place];
      if (found === false && !wrong.has(question)) {
        wrong.set(question, told);
      }
      if (place === formats.length - 1) {
        end();
      }
    };
    judge.postMessage(formats.map(({ wanted, text }) => [...wanted, text]));
  });

  class Form {
    constructor(section) {
      this.section = section;
      this.form = section.closest("form");
      this.questions = [...section.querySelectorAll(".question")].map((element) => new Question(element));
      this.isGood = false;
      this.isTrying = false;
      this.form.noValidate = true;
      this.form.addEventListener("submit", (event) => this.submit(event));
      section.querySelector(".problem-summary")?.focus();
    }

    async submit(event) {
      if (this.isGood) {
        this.isGood = false;
        return;
      }
      const wrong = new Map(this.questions.map((question) => [question, question.complaint()]).filter(([, told]) => told));
      const formats = this.questions.filter((question) => !wrong.has(question)).flatMap((question) => question.formats());
      if (!wrong.size && !formats.length) {
        return;
      }
      event.preventDefault();
      if (this.isTrying) {
        return;
      }
      this.isTrying = true;
      if (formats.length) {
        for (const [question, told] of await tried(formats)) {
          wrong.set(question, told);
        }
      }
      this.isTrying = false;
      this.tell(wrong);
      if (!wrong.size) {
        this.isGood = true;
        this.form.requestSubmit(event.submitter);
      }
    }

    tell(wrong) {
      for (const question of this.questions) {
        question.show(wrong.get(question) || "");
      }
      this.section.querySelector(".problem-summary")?.remove();
      if (!wrong.size) {
        return;
      }
      const summary = document.createElement("div");
      summary.className = "notice bad problem-summary";
      summary.tabIndex = -1;
      summary.setAttribute("role", "alert");
      const heading = document.createElement("h2");
      heading.textContent = this.section.dataset.summary;
      const list = document.createElement("ul");
      for (const question of this.questions.filter((one) => wrong.has(one))) {
        const link = document.createElement("a");
        link.href = `#${question.target.id}`;
        link.textContent = `${question.name}: ${wrong.get(question)}`;
        const item = document.createElement("li");
        item.append(link);
        list.append(item);
      }
      summary.append(heading, list);
      this.section.prepend(summary);
      summary.focus();
    }
  }

  for (const section of document.querySelectorAll("form .question-form")) {
    new Form(section);
  }
})();

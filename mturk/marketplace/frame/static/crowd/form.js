// crowd-form: a real form round its children, which posts what they answer as one field.
((crowd) => {
  "use strict";

  const NOT_ACCEPTED = "ASSIGNMENT_ID_NOT_AVAILABLE";
  const SUBMITS =
    "crowd-button[form-action='submit'], button[type='submit'], input:is([type='submit'], [type='image'])";

  /** Where the page is to post, as its address says; without that, to itself. */
  function destination() {
    const asked = new URLSearchParams(location.search).get("turkSubmitTo");
    if (!asked || !/^https?:\/\//i.test(asked)) return null;
    return `${asked.replace(/\/+$/, "")}/mturk/externalSubmit`;
  }

  function assignmentId() {
    return new URLSearchParams(location.search).get("assignmentId");
  }

  function labelOf(field) {
    const label = field.getAttribute("label") || field.getAttribute("header") || field.getAttribute("aria-label");
    const words =
      label || field.labels?.[0]?.textContent || (field.matches("input, select, textarea") ? "" : field.textContent);
    return (words || field.getAttribute("placeholder") || field.getAttribute("name") || "").trim().slice(0, 80);
  }

  class CrowdForm extends HTMLElement {
    constructor() {
      super();
      this.form = crowd.make("form", { method: "post", noValidate: true });
      this.problems = document.createElement("crowd-problem-list");
      this.attachShadow({ mode: "open" }).append(document.createElement("slot"));
      this.shadowRoot.adoptedStyleSheets = crowd.sheets("");
      this.addEventListener("submit", (event) => this.intercept(event), { capture: true });
      this.form.addEventListener("formdata", (event) => this.fill(event.formData));
      this.form.addEventListener("reset", () => this.restore());
    }

    connectedCallback() {
      const action = destination();
      if (action) this.form.action = action;
      if (!this.form.isConnected) this.append(this.form);
      if (!this.watch) {
        this.watch = new MutationObserver(() => this.gather());
        this.watch.observe(this, { childList: true });
        if (!this.parsed()) this.awaitEnd();
      }
      this.gather();
    }

    /** Whether all children are there: the parser has gone on, or is done. */
    parsed() {
      if (document.readyState !== "loading" || this.getRootNode() !== document) return true;
      let node = this;
      while (node && !node.nextSibling) node = node.parentNode;
      return node !== null;
    }

    /** A page's next script shall find the form complete: observers are told before a script runs. */
    awaitEnd() {
      const watch = new MutationObserver(() => this.gather());
      watch.observe(document, { childList: true, subtree: true });
      const end = () => (watch.disconnect(), this.gather());
      document.addEventListener("DOMContentLoaded", end, { once: true });
    }

    /** Take children that stand beside the form into it. */
    gather() {
      if (!this.parsed()) return;
      const loose = [...this.childNodes].filter((node) => node !== this.form);
      if (loose.length) this.form.append(...loose);
      if (this.complete) return;
      this.complete = true;
      this.ending = this.form.querySelector(SUBMITS) ? [this.problems] : [this.problems, this.button()];
      this.end();
      new MutationObserver(() => this.end()).observe(this.form, { childList: true });
    }

    /** The list of problems and a button of its own stay last, whatever a page adds. */
    end() {
      if (this.form.lastChild !== this.ending.at(-1)) this.form.append(...this.ending);
    }

    button() {
      return crowd.make("crowd-button", { "form-action": "submit", variant: "primary" }, crowd.say("submit"));
    }

    /** All fields, a widget's own shadow tree aside; the widget whose shadow tree this form stands in is one too. */
    get fields() {
      const within = [...this.form.querySelectorAll("*:not([data-crowd])")].filter(
        (field) => field.closest("crowd-form") === this,
      );
      const host = this.getRootNode().host;
      return host instanceof crowd.CrowdElement ? [host, ...within] : within;
    }

    get answers() {
      return crowd.collect(this.fields);
    }

    /** What keeps this form from being submitted. */
    get faults() {
      if (assignmentId() === NOT_ACCEPTED) return [{ message: crowd.say("accept_first") }];
      return this.fields.flatMap((field) => this.fault(field));
    }

    fault(field) {
      if (crowd.isDisabled(field)) return [];
      const message = field instanceof crowd.CrowdElement ? field.problem : nativeProblem(field);
      return message ? [{ field, message, label: labelOf(field) }] : [];
    }

    checkValidity() {
      return this.faults.length === 0;
    }

    /** Mark and list what is missing; true when nothing is. */
    validate() {
      const faults = this.faults;
      for (const field of this.fields) mark(field, faults.find((fault) => fault.field === field)?.message ?? "");
      this.problems.show(faults);
      return faults.length === 0;
    }

    /** Submit as a press of the button does: the answers are checked, and the page may refuse. */
    requestSubmit() {
      if (this.validate() && this.allowed()) this.submit();
    }

    /** Whether the page lets it go. */
    allowed() {
      return this.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true, composed: true }));
    }

    /** Submit as it is, as a form's own `submit` does. */
    submit() {
      for (const stale of this.form.querySelectorAll("input[data-crowd]")) stale.remove();
      for (const [name, value] of this.entries()) {
        const hidden = crowd.make("input", { type: "hidden", name, value });
        hidden.dataset.crowd = "";
        this.form.prepend(hidden);
      }
      // By the prototype: a field may be named "submit", and the frame's script may have put its own in place.
      HTMLFormElement.prototype.submit.call(this.form);
    }

    reset() {
      this.form.reset();
    }

    entries() {
      const answers = crowd.entries(this.answers, this.getAttribute("answer-format"));
      const id = assignmentId();
      return id && id !== NOT_ACCEPTED ? [["assignmentId", id], ...answers] : answers;
    }

    /** What is posted are the answers alone: native fields stand within them. */
    fill(data) {
      const entries = this.entries();
      for (const name of new Set(data.keys())) data.delete(name);
      for (const [name, value] of entries) data.append(name, value);
    }

    /** A native submit within (Enter in a field, a native button, a form of the page's) goes the same way. */
    intercept(event) {
      if (!(event.target instanceof HTMLFormElement) || event === this.asked) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (event.target === this.form || (this.validate() && this.ask(event))) this.requestSubmit();
    }

    /** Whether a form of the page's lets it go: its own listeners are told by an event that does nothing else. */
    ask({ target, submitter }) {
      this.asked = new SubmitEvent("submit", { cancelable: true, submitter });
      this.asked.takenOver = true; // so that the frame's script leaves it alone
      return target.dispatchEvent(this.asked);
    }

    restore() {
      this.problems.show([]);
      for (const field of this.fields) if (field instanceof crowd.CrowdElement) field.reset?.();
    }
  }

  function nativeProblem(field) {
    if (!field.matches("input, select, textarea") || !field.willValidate || field.checkValidity()) return "";
    // Of radio buttons of one name the first speaks for all.
    if (field.type === "radio" && field.matches(`[name="${CSS.escape(field.name)}"]`) && !firstOfName(field)) return "";
    return field.validationMessage;
  }

  function firstOfName(field) {
    const scope = field.form ?? field.getRootNode();
    return scope.querySelector(`input[type="radio"][name="${CSS.escape(field.name)}"]`) === field;
  }

  function mark(field, message) {
    if (field instanceof crowd.CrowdElement) field.mark?.(message);
    else if (message) field.setAttribute("aria-invalid", "true");
    else if (field.matches("input, select, textarea")) field.removeAttribute("aria-invalid");
  }

  crowd.define("crowd-form", CrowdForm);
})(window.crowdElements);

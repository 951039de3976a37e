// crowd-input: a line of text, a number, a date or a file.
((crowd) => {
  "use strict";

  const PASSED = { placeholder: "placeholder", type: "type", "max-length": "maxlength", "min-length": "minlength" };
  const MORE = { min: "min", max: "max", step: "step", pattern: "pattern", autocomplete: "autocomplete" };

  class CrowdInput extends crowd.CrowdField {
    static strings = [
      ...super.strings,
      "type",
      "value",
      "placeholder",
      "max-length",
      "min-length",
      "allowed-pattern",
      "error-message",
      "auto-focus",
      "min",
      "max",
      "step",
      "pattern",
      "autocomplete",
    ];
    static booleans = [...super.booleans, "auto-validate"];
    static markup = `
      <label><span class="label"></span><input class="control field" aria-describedby="message"></label>
      <p class="message" id="message"></p>`;
    static styles = `
      :host { margin-block: 8px; max-width: 100%; }
      .label { display: block; margin-bottom: 4px; font-weight: 600; }
      .label:empty { display: none; }`;

    build() {
      if (!this.assigned) this.control.value = this.getAttribute("value") ?? "";
      this.control.addEventListener("input", (event) => this.typed(event));
      this.control.addEventListener("change", () => this.changed());
      this.control.addEventListener("keydown", (event) => this.enter(event));
      if (!this.hasAttribute("auto-focus") || this.getAttribute("auto-focus") === "false") return;
      // A form that takes its children in takes the focus away from them.
      document.addEventListener("all-crowd-elements-ready", () => this.focus(), { once: true });
    }

    refresh(name) {
      crowd.pass(this, this.control, this.constructor.passed);
      if (this.type === "number" && !this.hasAttribute("step")) this.control.step = "any";
      this.control.disabled = this.isDisabled;
      this.control.setAttribute("aria-required", String(this.required));
      this.part$(".label").textContent = this.label + (this.label && this.required ? " *" : "");
      if (this.label) this.control.removeAttribute("aria-label");
      else this.control.setAttribute("aria-label", this.spokenLabel);
      if (name === "value") this.value = this.getAttribute("value");
    }

    static passed = { ...PASSED, ...MORE };

    get value() {
      if (this.control.type === "file") return [...this.control.files].map((file) => file.name).join(", ");
      return this.control.value.replace(/\r\n?/g, "\n");
    }

    set value(value) {
      this.assigned = true;
      if (this.control.type !== "file") this.control.value = value ?? "";
      this.grown();
    }

    get _submittableValue() {
      return this.value || undefined;
    }

    /** The pattern of a single character, where the page asks for one. */
    get allowed() {
      const pattern = this.getAttribute("allowed-pattern");
      if (!pattern || !this.autoValidate) return null;
      try {
        return new RegExp(pattern, "u");
      } catch {
        return null;
      }
    }

    typed(event) {
      if (this.allowed && !event.isComposing) this.sieve();
      this.grown();
      if (this.part$(".message").textContent) this.validate();
    }

    /** Leave out what was typed or pasted and is not allowed. */
    sieve() {
      const allowed = this.allowed;
      const kept = [...this.control.value].filter((sign) => allowed.test(sign)).join("");
      if (kept === this.control.value) return;
      const at = Math.max(0, this.control.selectionStart - (this.control.value.length - kept.length));
      this.control.value = kept;
      this.control.setSelectionRange(at, at);
    }

    grown() {}

    changed() {
      if (this.autoValidate) this.validate();
      this.tell("change");
    }

    /** Enter submits, as in a field of HTML's own. */
    enter(event) {
      if (event.key !== "Enter" || event.isComposing || this.control.matches("textarea")) return;
      // The page's own listeners come later and may still prevent it.
      setTimeout(() => event.defaultPrevented || crowd.closest(this, "crowd-form")?.requestSubmit());
    }

    get problem() {
      if (this.isDisabled) return "";
      const said = this.getAttribute("error-message");
      if (this.required && this.value.trim() === "") return said || crowd.say("required_field");
      const least = this.number("min-length", 0);
      if (this.value !== "" && [...this.value].length < least) return said || crowd.say("more_words", { least });
      return this.control.checkValidity() ? "" : said || this.control.validationMessage || crowd.say("wrong_value");
    }

    reset() {
      this.value = this.getAttribute("value") ?? "";
      this.mark("");
    }
  }

  crowd.CrowdInput = CrowdInput;
  crowd.define("crowd-input", CrowdInput);
})(window.crowdElements);

// crowd-slider: a number out of a range.
((crowd) => {
  "use strict";

  class CrowdSlider extends crowd.CrowdField {
    static strings = [...super.strings, "min", "max", "step", "value", "secondary-progress"];
    static booleans = [...super.booleans, "pin", "editable"];
    static markup = `
      <label class="label" for="range"></label>
      <div class="row">
        <input class="control" id="range" type="range" aria-describedby="message">
        <output for="range" hidden></output>
        <input class="field number" type="number" hidden>
      </div>
      <p class="message" id="message"></p>`;
    static styles = `
      :host { margin-block: 8px; max-width: 100%; width: 320px; }
      .label { display: block; font-weight: 600; }
      .label:empty { display: none; }
      .row { display: flex; gap: 10px; align-items: center; }
      .control { flex: 1; min-width: 0; min-height: 28px; accent-color: var(--crowd-accent); }
      .number { width: 90px; }
      output { min-width: 3ch; font-variant-numeric: tabular-nums; font-weight: 600; }`;

    build() {
      this.control.addEventListener("input", () => this.moved());
      this.control.addEventListener("change", () => this.tell("change"));
      const number = this.part$(".number");
      number.addEventListener("change", () => this.entered(number.value));
    }

    refresh(name) {
      const number = this.part$(".number");
      const value = this.touched ? this.value : null;
      for (const field of [this.control, number]) {
        field.min = this.least;
        field.max = this.number("max", 100);
        field.step = this.number("step", 1);
        field.disabled = this.isDisabled;
      }
      this.part$(".label").textContent = this.label;
      if (!this.label) this.control.setAttribute("aria-label", this.spokenLabel);
      number.setAttribute("aria-label", this.spokenLabel);
      this.part$("output").hidden = !this.pin || this.editable;
      number.hidden = !this.editable;
      this.setNumber(value === null || name === "value" ? this.number("value", this.least) : value);
    }

    get least() {
      return this.number("min", 0);
    }

    get value() {
      return Number(this.control.value);
    }

    set value(value) {
      this.touched = true;
      this.setNumber(value);
    }

    setNumber(value) {
      this.control.value = value ?? this.least;
      this.part$("output").textContent = this.control.value;
      this.part$(".number").value = this.control.value;
    }

    moved() {
      this.value = this.control.value;
      this.mark("");
    }

    entered(value) {
      this.value = value;
      this.mark("");
      this.tell("input");
      this.tell("change");
    }

    get _submittableValue() {
      return this.value;
    }

    get problem() {
      const open = this.required && !this.isDisabled && !this.touched && !this.hasAttribute("value");
      return open ? crowd.say("required_slider") : "";
    }

    reset() {
      this.touched = false;
      this.setNumber(this.number("value", this.least));
      this.mark("");
    }
  }

  crowd.define("crowd-slider", CrowdSlider);
})(window.crowdElements);

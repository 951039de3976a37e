// crowd-radio-group and crowd-radio-button: one of several.
((crowd) => {
  "use strict";

  const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

  class CrowdRadioButton extends crowd.CrowdField {
    static delegates = false;
    static strings = [...super.strings, "value"];
    static booleans = [...super.booleans, "checked"];
    static markup = `<span class="choice"><span class="control"></span><span><slot></slot></span></span>
      <p class="message"></p>`;
    static styles = `
      :host { display: inline-block; margin-inline-end: 12px; border-radius: 6px; vertical-align: top; }
      .control {
        width: 20px; height: 20px; margin: 2px; padding: 3px; flex: none; border: 2px solid var(--crowd-edge);
        border-radius: 50%; background: var(--crowd-field);
      }
      :host([checked]) .control { border-color: var(--crowd-accent); }
      :host([checked]) .control::before {
        content: ""; display: block; height: 100%; border-radius: 50%; background: var(--crowd-accent);
      }
      :host(:disabled) { opacity: .55; }
      @media (forced-colors: active) { :host([checked]) .control::before { background: Highlight; } }`;

    build() {
      this.initially = this.checked;
      this.addEventListener("click", () => this.choose());
      this.addEventListener("keydown", (event) => this.key(event));
    }

    refresh() {
      this.setAttribute("role", "radio");
      this.setAttribute("aria-checked", String(this.checked));
      this.toggleAttribute("aria-disabled", this.isDisabled);
      if (!this.textContent.trim() && !this.hasAttribute("aria-label"))
        this.setAttribute("aria-label", this.spokenLabel);
      if (this.group) this.group.arrange();
      else this.tabIndex = this.isDisabled ? -1 : 0;
    }

    get group() {
      return this.closest("crowd-radio-group");
    }

    get value() {
      return this.getAttribute("value") || "on";
    }

    set value(value) {
      this.setAttribute("value", value ?? "");
    }

    get _submittableValue() {
      return { [this.value]: this.checked };
    }

    choose() {
      if (this.isDisabled || this.checked) return;
      this.checked = true;
      for (const other of this.group?.buttons ?? []) if (other !== this) other.checked = false;
      this.tell("change");
    }

    key(event) {
      if (event.key === " ") {
        event.preventDefault();
        this.choose();
      } else if (event.key in STEPS && this.group) {
        event.preventDefault();
        const mirrored = getComputedStyle(this).direction === "rtl" && /Left|Right/.test(event.key);
        this.group.step(this, mirrored ? -STEPS[event.key] : STEPS[event.key]);
      }
    }

    reset() {
      this.checked = this.initially;
    }
  }

  class CrowdRadioGroup extends crowd.CrowdElement {
    static strings = ["name", "label"];
    static booleans = ["required", "disabled"];
    static markup = `<slot></slot><p class="message"></p>`;

    build() {
      new MutationObserver(() => this.arrange()).observe(this, { childList: true, subtree: true });
      this.addEventListener("change", () => this.part$(".message").textContent && this.mark(this.problem));
    }

    refresh() {
      this.setAttribute("role", "radiogroup");
      if (this.required) this.setAttribute("aria-required", "true");
      const asked = this.label || crowd.textBefore(this);
      if (asked && !this.matches("[aria-label], [aria-labelledby]")) this.setAttribute("aria-label", asked);
      this.arrange();
    }

    get buttons() {
      return [...this.querySelectorAll("crowd-radio-button")];
    }

    get checkedButton() {
      return this.buttons.find((button) => button.checked) ?? null;
    }

    get value() {
      return this.checkedButton?.value ?? null;
    }

    get selected() {
      return this.checkedButton?.name ?? null;
    }

    get _submittableValue() {
      return undefined;
    }

    get problem() {
      return this.required && !this.isDisabled && !this.checkedButton ? crowd.say("choose_option") : "";
    }

    mark(message) {
      this.part$(".message").textContent = message;
      this.toggleAttribute("aria-invalid", Boolean(message));
    }

    focus() {
      this.buttons.find((button) => button.tabIndex === 0)?.focus();
    }

    /** One stop of the Tab key for the whole group. */
    arrange() {
      const able = this.buttons.filter((button) => !button.isDisabled);
      const stop = able.find((button) => button.checked) ?? able[0];
      for (const button of this.buttons) button.tabIndex = button === stop ? 0 : -1;
    }

    step(from, by) {
      const able = this.buttons.filter((button) => !button.isDisabled);
      const next = able[(able.indexOf(from) + by + able.length) % able.length];
      next.choose();
      next.focus();
    }
  }

  crowd.define("crowd-radio-button", CrowdRadioButton);
  crowd.define("crowd-radio-group", CrowdRadioGroup);
})(window.crowdElements);

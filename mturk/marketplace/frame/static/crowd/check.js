// crowd-checkbox and crowd-toggle-button: something that is so or not.
((crowd) => {
  "use strict";

  class CrowdCheckbox extends crowd.CrowdField {
    static strings = [...super.strings, "value"];
    static booleans = [...super.booleans, "checked"];
    static markup = `
      <label class="choice">
        <input class="control" type="checkbox" aria-describedby="message"><span><slot></slot></span>
      </label>
      <p class="message" id="message"></p>`;
    static styles = ":host { display: inline-block; margin-inline-end: 12px; vertical-align: top; }";

    build() {
      this.initially = this.checked;
      this.control.addEventListener("change", () => this.changed());
    }

    refresh() {
      this.control.checked = this.checked;
      this.control.disabled = this.isDisabled;
      this.control.setAttribute("aria-required", String(this.required));
      if (this.textContent.trim()) this.control.removeAttribute("aria-label");
      else this.control.setAttribute("aria-label", this.spokenLabel);
    }

    changed() {
      this.checked = this.control.checked;
      if (this.part$(".message").textContent) this.validate();
      this.tell("change");
    }

    /** A label of the page's, or a script, clicks the element itself. */
    click() {
      this.control.click();
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

    get problem() {
      return this.required && !this.isDisabled && !this.checked ? crowd.say("required_check") : "";
    }

    reset() {
      this.checked = this.initially;
      this.mark("");
    }
  }

  class CrowdToggleButton extends CrowdCheckbox {
    static booleans = [...super.booleans, "invalid"];
    static markup = `
      <label class="choice"><input class="control" type="checkbox" role="switch" aria-describedby="message"
        ><span><slot></slot></span></label>
      <p class="message" id="message"></p>`;
    static styles = `${super.styles}
      input.control {
        appearance: none; width: 44px; height: 24px; padding: 2px; border: 2px solid var(--crowd-edge);
        border-radius: 12px; background: var(--crowd-field); cursor: pointer;
      }
      input.control::before {
        content: ""; display: block; width: 16px; height: 16px; border-radius: 50%; background: var(--crowd-edge);
        transition: margin .15s;
      }
      input.control:checked { background: var(--crowd-accent); border-color: var(--crowd-accent); }
      input.control:checked::before { margin-inline-start: 20px; background: var(--crowd-on-accent); }
      :host([invalid]) input.control:not(:checked) { border-color: var(--crowd-danger); }
      :host([invalid]) input.control:not(:checked)::before { background: var(--crowd-danger); }
      @media (forced-colors: active) { input.control:checked::before { background: Highlight; } }`;
  }

  crowd.define("crowd-checkbox", CrowdCheckbox);
  crowd.define("crowd-toggle-button", CrowdToggleButton);
})(window.crowdElements);

// What all fields have in common: a name, a message when something is wrong, a label outside that belongs to them.
((crowd) => {
  "use strict";

  class CrowdField extends crowd.CrowdElement {
    static formAssociated = true;
    static delegates = true;
    static strings = ["name", "label"];
    static booleans = ["disabled", "required"];

    constructor() {
      super();
      this.internals = this.attachInternals();
    }

    /** A fieldset round it was put out of use, or into it again. */
    formDisabledCallback() {
      if (this.built) this.refresh("disabled");
    }

    /** The native field that people work with. */
    get control() {
      return this.part$(".control");
    }

    get form() {
      return this.internals.form;
    }

    get labels() {
      return this.internals.labels;
    }

    /** What goes into the answers, undefined for nothing. */
    get _submittableValue() {
      return undefined;
    }

    /** What a worker has to be told before a submit; empty when all is well. */
    get problem() {
      return "";
    }

    get validity() {
      return { valid: this.problem === "" };
    }

    checkValidity() {
      return this.problem === "";
    }

    validate() {
      this.mark(this.problem);
      return this.problem === "";
    }

    /** Show a message at the field, or take it away. */
    mark(message) {
      this.part$(".message").textContent = message;
      if (message) this.control.setAttribute("aria-invalid", "true");
      else this.control.removeAttribute("aria-invalid");
    }

    /** The words a person knows the field by: its own label, or one of the page's. */
    get spokenLabel() {
      const outside = this.labels.length ? this.labels[0].textContent.trim() : "";
      return (
        this.getAttribute("aria-label") || this.label || outside || this.getAttribute("placeholder") || this.nearby
      );
    }

    get nearby() {
      return textBefore(this) || this.getAttribute("name") || crowd.say("field");
    }
  }

  /** What a page says right before an element: often that is what is asked. */
  function textBefore(element) {
    const before = element.previousElementSibling;
    const words = before && !before.matches("input, select, textarea, script, style") ? before.textContent.trim() : "";
    return words.length < 200 ? words : "";
  }

  /** A property that lets the native field have an attribute of the element, changed or not. */
  function pass(element, control, names) {
    for (const [name, target] of Object.entries(names)) {
      const value = element.getAttribute(name);
      if (value === null) control.removeAttribute(target);
      else control.setAttribute(target, value);
    }
  }

  Object.assign(crowd, { CrowdField, pass, textBefore });
})(window.crowdElements);

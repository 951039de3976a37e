// The categories of a classifier, as radio buttons or as boxes; the number keys choose, too.
((crowd) => {
  "use strict";

  const MARKUP = `<fieldset class="category-picker-wrapper" id="categories"></fieldset>`;

  /** Choices in a fieldset. `kind` is radio or checkbox; `excluding` is a category that goes with no other. */
  class CategoryList {
    constructor(fieldset, kind, changed) {
      this.fieldset = fieldset;
      this.kind = kind;
      this.changed = changed;
      fieldset.setAttribute("role", kind === "radio" ? "radiogroup" : "group");
      fieldset.addEventListener("change", (event) => this.settle(event.target));
    }

    /** Draw these categories; what was chosen stays so. */
    show(categories, excluding, disabled) {
      const before = this.chosen;
      this.excluding = excluding;
      const names = [...categories, ...(excluding === undefined ? [] : [excluding])];
      this.fieldset.replaceChildren(...names.map((name, at) => this.choice(name, at, before.includes(name))));
      this.fieldset.disabled = disabled;
    }

    choice(name, at, checked) {
      const field = crowd.make("input", { type: this.kind, name: "category", value: name, checked });
      return crowd.make("label", { className: "choice" }, field, crowd.make("span", {}, name), ...crowd.keyHint(at));
    }

    get fields() {
      return [...this.fieldset.querySelectorAll("input")];
    }

    get chosen() {
      return this.fields.filter((field) => field.checked).map((field) => field.value);
    }

    set chosen(names) {
      for (const field of this.fields) field.checked = names.includes(field.value);
    }

    settle(field) {
      for (const other of this.fields) {
        const apart = field.value === this.excluding || other.value === this.excluding;
        if (field.checked && other !== field && apart) other.checked = false;
      }
      this.changed();
    }

    key(event) {
      const at = crowd.placeOfKey(event, this.fields.length);
      if (at < 0 || this.fieldset.disabled) return;
      event.preventDefault();
      this.fields[at].focus();
      this.fields[at].click();
    }
  }

  Object.assign(crowd, { CategoryList, CATEGORY_MARKUP: MARKUP });
})(window.crowdElements);

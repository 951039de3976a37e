// crowd-classifier and crowd-classifier-multi-select: something shown, and what kind of thing it is.
((crowd) => {
  "use strict";

  class CrowdClassifier extends crowd.CrowdWidget {
    static strings = [...super.strings, "categories"];
    static kind = "radio";
    static markup = crowd.workspace(`
      <div class="columns">
        <div class="target"><slot name="classification-target"></slot></div>
        <div class="side">${crowd.CATEGORY_MARKUP}</div>
      </div>`);

    build() {
      super.build();
      this.list = new crowd.CategoryList(this.part$("#categories"), this.constructor.kind, () => this.changed());
      this.shadowRoot.addEventListener("keydown", (event) => this.list.key(event));
    }

    refresh() {
      super.refresh();
      this.list.show(this.categories.map(crowd.labelOf), this.excluding, this.isDisabled);
      if (this.header) this.list.fieldset.setAttribute("aria-labelledby", "header");
      else this.list.fieldset.setAttribute("aria-label", crowd.say(this.missing));
    }

    get categories() {
      return this.listed("categories");
    }

    set categories(list) {
      this.give("categories", list);
    }

    get excluding() {
      return undefined;
    }

    get missing() {
      return "choose_category";
    }

    changed() {
      if (this.part$("#message").textContent) this.mark(this.problem);
      this.tell("change");
    }

    get value() {
      return this.list.chosen[0] ?? null;
    }

    set value(label) {
      this.list.chosen = [label];
    }

    get _submittableValue() {
      return this.value === null ? undefined : { label: this.value };
    }

    get problem() {
      return this.list.chosen.length || this.isDisabled ? "" : crowd.say(this.missing);
    }

    focus() {
      (this.list.fields.find((field) => field.checked) ?? this.list.fields[0])?.focus();
    }

    reset() {
      this.list.chosen = [];
      this.mark("");
    }
  }

  /** What a class of several labels does otherwise than one of a single label. */
  const several = (Base) =>
    class extends Base {
      static strings = [...super.strings, "exclusion-category"];
      static kind = "checkbox";

      get excluding() {
        const category = crowd.readLiteral(this.getAttribute("exclusion-category"), null);
        return category === null ? undefined : crowd.labelOf(category);
      }

      get missing() {
        return "choose_categories";
      }

      get value() {
        return this.list.chosen;
      }

      set value(labels) {
        this.list.chosen = labels;
      }

      get _submittableValue() {
        return this.value.length ? { labels: this.value } : undefined;
      }
    };

  crowd.CrowdClassifier = CrowdClassifier;
  crowd.several = several;
  crowd.define("crowd-classifier", CrowdClassifier);
  crowd.define("crowd-classifier-multi-select", class CrowdClassifierMultiSelect extends several(CrowdClassifier) {});
})(window.crowdElements);

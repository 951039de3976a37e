// crowd-instructions: a window with a summary, details and examples.
((crowd) => {
  "use strict";

  const PAGES = [
    ["summary", ["short-summary"]],
    ["detailed", ["detailed-instructions"]],
    ["examples", ["positive-example", "negative-example"]],
  ];
  const REGIONS = PAGES.flatMap(([, regions]) => regions);
  const TITLES = { "positive-example": "good_example", "negative-example": "poor_example" };

  class CrowdInstructions extends crowd.CrowdModal {
    static opening = "open_instructions";
    static styles = `${super.styles} ${crowd.TAB_STYLES} .page h3 { margin: 8px 0 4px; font-size: 1em; }`;

    build() {
      super.build();
      this.at = 0;
      this.part$(".inside").replaceChildren(
        crowd.make("div", { id: "tabs" }),
        ...PAGES.map((page) => this.page(...page)),
      );
      new MutationObserver(() => this.sort()).observe(this, { childList: true });
    }

    page(name, regions) {
      const parts = regions.flatMap((region) => [
        ...(TITLES[region] ? [crowd.make("h3", { hidden: true, id: region }, crowd.say(TITLES[region]))] : []),
        crowd.make("slot", { name: region }),
      ]);
      return crowd.make("div", { className: "page", role: "tabpanel", "aria-label": crowd.say(name) }, ...parts);
    }

    refresh() {
      super.refresh();
      this.part$("#title").textContent = crowd.say("instructions");
      this.sort();
      this.choose(this.at);
    }

    /** Each region to its place; the parser brings them one after the other. */
    sort() {
      for (const child of this.children) if (REGIONS.includes(child.localName)) child.slot = child.localName;
      for (const region of Object.keys(TITLES)) {
        this.part$(`#${region}`).hidden = this.querySelector(`:scope > ${region}`) === null;
      }
    }

    choose(at, focus = false) {
      this.at = at;
      const row = crowd.tabRow(
        PAGES.map(([name]) => crowd.say(name)),
        at,
        (next) => this.choose(next, true),
      );
      row.id = "tabs";
      this.part$("#tabs").replaceWith(row);
      [...this.shadowRoot.querySelectorAll(".page")].forEach((page, number) => {
        page.hidden = number !== at;
      });
      if (focus) row.querySelector("[aria-selected='true']").focus();
    }
  }

  crowd.define("crowd-instructions", CrowdInstructions);
})(window.crowdElements);

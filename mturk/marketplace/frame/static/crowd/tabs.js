// crowd-tabs and crowd-tab: one of several pages at a time.
((crowd) => {
  "use strict";

  const STYLES = `
    .tabs { display: flex; flex-wrap: wrap; gap: 4px; border-bottom: 1px solid var(--crowd-edge); margin-bottom: 10px; }
    .tabs button { min-height: 36px; border: 0; border-bottom: 4px solid transparent; border-radius: 0;
      background: none; }
    .tabs button[aria-selected="true"] { border-bottom-color: var(--crowd-accent); font-weight: 700; }`;

  /** A row of tabs that is one stop of the Tab key; arrow keys, Home and End choose. */
  function tabRow(names, chosen, choose) {
    const row = crowd.make("div", { className: "tabs", role: "tablist" });
    names.forEach((name, at) => {
      const tab = crowd.make("button", { type: "button", role: "tab", "aria-selected": String(at === chosen) }, name);
      tab.tabIndex = at === chosen ? 0 : -1;
      tab.addEventListener("click", () => choose(at));
      row.append(tab);
    });
    row.addEventListener("keydown", (event) => {
      const forward = getComputedStyle(row).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
      const backward = forward === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
      const last = names.length - 1;
      const next = {
        [forward]: (chosen + 1) % names.length,
        [backward]: (chosen + last) % names.length,
        Home: 0,
        End: last,
      };
      if (!(event.key in next)) return;
      event.preventDefault();
      choose(next[event.key], true);
    });
    return row;
  }

  class CrowdTab extends crowd.CrowdElement {
    static strings = ["header"];
    static booleans = ["active"];
    static styles = ":host(:not([active])) { display: none; }";

    refresh() {
      this.setAttribute("role", "tabpanel");
      this.setAttribute("aria-label", this.header);
      if (this.parentElement instanceof CrowdTabs) this.parentElement.draw();
    }
  }

  class CrowdTabs extends crowd.CrowdElement {
    static markup = `<div id="row"></div><slot></slot>`;
    static styles = `:host { margin-block: 8px; } ${STYLES}`;

    build() {
      this.at = 0;
      new MutationObserver(() => this.draw()).observe(this, { childList: true });
    }

    refresh() {
      this.draw();
    }

    get pages() {
      return [...this.children].filter((child) => child.localName === "crowd-tab");
    }

    get selected() {
      return this.at;
    }

    set selected(at) {
      this.at = Number(at);
      this.draw();
    }

    choose(tab) {
      this.selected = this.pages.indexOf(tab);
    }

    draw() {
      const pages = this.pages;
      pages.forEach((page, at) => page.toggleAttribute("active", at === this.at));
      const row = tabRow(
        pages.map((page) => page.getAttribute("header") ?? ""),
        this.at,
        (at, focus) => {
          this.selected = at;
          if (focus) this.part$("[aria-selected='true']").focus();
        },
      );
      row.id = "row";
      const before = this.part$("#row");
      const outline = (node) => [...node.children].map((tab) => tab.outerHTML).join();
      if (outline(before) !== outline(row)) before.replaceWith(row);
    }
  }

  crowd.tabRow = tabRow;
  crowd.TAB_STYLES = STYLES;
  crowd.define("crowd-tab", CrowdTab);
  crowd.define("crowd-tabs", CrowdTabs);
})(window.crowdElements);

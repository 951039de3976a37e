// crowd-problem-list: what keeps a form from being submitted, above its button.
((crowd) => {
  "use strict";

  class CrowdProblemList extends crowd.CrowdElement {
    static markup = `<div id="box" role="alert" tabindex="-1" hidden><h2></h2><ul></ul></div>`;
    static styles = `
      #box { margin-block: 12px; padding: 12px 16px; border: 2px solid var(--crowd-danger); border-radius: 8px;
        background: var(--crowd-panel); color: var(--crowd-text); }
      h2 { margin: 0 0 4px; font-size: 1.1em; }
      ul { margin: 0; padding-inline-start: 20px; }
      button.link { color: var(--crowd-danger); text-align: start; }
    `;

    /** Show the problems, each leading to its field; an empty list takes the box away. */
    show(problems) {
      const box = this.part$("#box");
      this.part$("h2").textContent = crowd.say("check_answers");
      this.part$("ul").replaceChildren(...problems.map((problem) => this.line(problem)));
      box.hidden = problems.length === 0;
      if (problems.length) box.focus();
    }

    line({ field, label, message }) {
      const words = label ? `${label}: ${message}` : message;
      if (!field) return crowd.make("li", {}, words);
      const link = crowd.make("button", { type: "button", className: "link" }, words);
      link.addEventListener("click", () => reveal(field));
      return crowd.make("li", {}, link);
    }
  }

  /** Bring a field into view, opening the tab it is on. */
  function reveal(field) {
    const tab = crowd.closest(field, "crowd-tab");
    if (tab) tab.parentElement.choose(tab);
    field.scrollIntoView({ block: "center" });
    field.focus();
  }

  crowd.define("crowd-problem-list", CrowdProblemList);
})(window.crowdElements);

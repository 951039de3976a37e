// crowd-alert: a message to the worker.
((crowd) => {
  "use strict";

  const ICONS = { info: "info", success: "check-circle", warning: "warning", error: "error" };

  class CrowdAlert extends crowd.CrowdElement {
    static strings = ["type"];
    static booleans = ["dismissible"];
    static markup = `
      <div id="box"><span id="icon"></span><div id="words"><span class="unseen" id="kind"></span> <slot></slot></div>
      <button type="button" class="link" hidden></button></div>`;
    static styles = `
      :host { margin-block: 8px; }
      #box { display: flex; gap: 10px; align-items: flex-start; padding: 10px 14px; border: 1px solid var(--crowd-edge);
        border-inline-start: 6px solid var(--edge, var(--crowd-accent)); border-radius: 6px;
        background: var(--crowd-panel); color: var(--crowd-text); }
      #words { flex: 1; min-width: 0; }
      #icon { display: inline-flex; padding-top: 2px; color: var(--edge, var(--crowd-accent)); }
      button.link { color: inherit; }
      :host([type="success"]) { --edge: light-dark(#1a6b2f, #7bd992); }
      :host([type="warning"]) { --edge: light-dark(#8a5a00, #f5c451); }
      :host([type="error"]) { --edge: var(--crowd-danger); }`;

    build() {
      this.part$("button").append(crowd.icon("close"));
      this.part$("button").addEventListener("click", () => this.dismiss());
    }

    refresh() {
      const type = ICONS[this.type] ? this.type : "info";
      if (!this.hasAttribute("role")) this.setAttribute("role", type === "error" ? "alert" : "status");
      this.part$("#icon").replaceChildren(crowd.icon(ICONS[type]));
      this.part$("#kind").textContent = crowd.say(`alert_${type}`);
      this.part$("button").hidden = !this.dismissible;
      this.part$("button").setAttribute("aria-label", crowd.say("dismiss"));
    }

    dismiss() {
      this.hidden = true;
      this.tell("dismiss");
    }
  }

  crowd.define("crowd-alert", CrowdAlert);
})(window.crowdElements);

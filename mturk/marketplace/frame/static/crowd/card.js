// crowd-card: a box for something to read.
((crowd) => {
  "use strict";

  class CrowdCard extends crowd.CrowdElement {
    static strings = ["heading", "image"];
    static markup = `<img alt="" hidden><h3 hidden></h3><div><slot></slot></div>`;
    static styles = `
      :host { margin-block: 8px; padding: 16px; border: 1px solid var(--crowd-rule); border-radius: 8px;
        background: var(--crowd-field); color: var(--crowd-text); box-shadow: 0 1px 3px rgb(0 0 0 / .2); }
      img { display: block; max-width: 100%; margin-bottom: 8px; border-radius: 4px; }
      h3 { margin: 0 0 8px; font-size: 1.15em; }`;

    refresh() {
      this.part$("h3").textContent = this.heading;
      this.part$("h3").hidden = !this.heading;
      this.part$("img").hidden = !this.image;
      if (this.image) this.part$("img").src = this.image;
    }
  }

  crowd.define("crowd-card", CrowdCard);
})(window.crowdElements);

// crowd-badge: a small sign at the corner of another element.
((crowd) => {
  "use strict";

  class CrowdBadge extends crowd.CrowdElement {
    static strings = ["for", "icon", "label"];
    static markup = `<span id="badge"></span>`;
    static styles = `
      :host { position: absolute; z-index: 1; }
      #badge { display: inline-flex; align-items: center; justify-content: center; min-width: 24px; height: 24px;
        padding: 0 6px; border-radius: 12px; background: var(--crowd-danger); color: light-dark(#fff, #3a0905);
        font-size: .8em; font-weight: 700; }`;

    build() {
      this.watch = new ResizeObserver(() => this.place());
      addEventListener("resize", () => this.place());
    }

    refresh() {
      this.part$("#badge").replaceChildren((this.icon && crowd.icon(this.icon)) || this.label);
      this.watch.disconnect();
      if (this.target) this.watch.observe(this.target);
      this.place();
    }

    get target() {
      const id = this.getAttribute("for");
      return id ? this.getRootNode().querySelector(`#${CSS.escape(id)}`) : this.parentElement;
    }

    /** At the corner where a line ends, measured within what both stand in. */
    place() {
      if (!this.target || !this.offsetParent) return;
      const target = this.target.getBoundingClientRect();
      const ground = this.offsetParent.getBoundingClientRect();
      const mirrored = getComputedStyle(this.target).direction === "rtl";
      this.style.left = `${(mirrored ? target.left : target.right) - ground.left - 12}px`;
      this.style.top = `${target.top - ground.top - 12}px`;
    }
  }

  crowd.define("crowd-badge", CrowdBadge);
})(window.crowdElements);

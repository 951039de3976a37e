// crowd-toast: a message that comes and goes.
((crowd) => {
  "use strict";

  class CrowdToast extends crowd.CrowdElement {
    static strings = ["duration", "text"];
    static booleans = ["opened"];
    static markup = `<div id="box" role="status"></div>`;
    static styles = `
      #box { position: fixed; inset-block-end: 16px; inset-inline-start: 16px; z-index: 1000;
        max-width: calc(100vw - 32px);
        display: flex; gap: 10px; align-items: center; padding: 12px 16px; border-radius: 8px;
        background: light-dark(#1c2128, #e9edf2); color: light-dark(#fff, #1c2128);
          box-shadow: 0 2px 8px rgb(0 0 0 / .4); }
      #box:empty { display: none; }
      button { border: 0; background: none; color: inherit; padding: 4px; }
      button:focus-visible { outline-color: currentColor; }`;

    refresh(name) {
      if (name === "opened" || name === undefined || this.opened) this.turn();
    }

    /** The words are put in when it opens, so that a screen reader speaks them. */
    turn() {
      clearTimeout(this.timer);
      const box = this.part$("#box");
      box.replaceChildren(...(this.opened ? [crowd.make("span", {}, this.words()), this.closer()] : []));
      const duration = this.number("duration", 3000);
      if (!this.opened || duration <= 0) return;
      this.timer = setTimeout(() => this.hide(), duration);
      box.addEventListener("pointerenter", () => clearTimeout(this.timer), { once: true });
      box.addEventListener("focusin", () => clearTimeout(this.timer), { once: true });
    }

    words() {
      return this.text ? this.text : crowd.make("slot");
    }

    closer() {
      const button = crowd.make("button", { type: "button", "aria-label": crowd.say("dismiss") }, crowd.icon("close"));
      button.addEventListener("click", () => this.hide());
      return button;
    }

    show() {
      for (const other of document.querySelectorAll("crowd-toast[opened]")) if (other !== this) other.hide();
      this.opened = true;
    }

    hide() {
      this.opened = false;
    }
  }

  crowd.define("crowd-toast", CrowdToast);
})(window.crowdElements);

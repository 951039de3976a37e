// crowd-modal: something to read in a window over the page; and such a window for other elements.
((crowd) => {
  "use strict";

  const STYLES = `
    dialog { width: min(640px, calc(100vw - 32px)); max-height: calc(100vh - 48px); padding: 0; overflow: auto;
      border: 1px solid var(--crowd-edge); border-radius: 10px; background: var(--crowd-field);
        color: var(--crowd-text); }
    dialog::backdrop { background: rgb(0 0 0 / .5); }
    dialog header { display: flex; gap: 12px; align-items: center; padding: 10px 16px;
      border-bottom: 1px solid var(--crowd-rule); }
    dialog header h2 { flex: 1; margin: 0; font-size: 1.15em; }
    dialog .inside { padding: 12px 16px; overflow-wrap: break-word; }
    dialog .inside:focus-visible { outline-offset: -3px; }`;
  // Pages reach for the window by its class, to give it a width of their own.
  const MARKUP = `
    <dialog class="awsui-modal-dialog" aria-labelledby="title">
      <header><h2 id="title"></h2><button type="button" class="close"></button></header>
      <div class="inside" tabindex="0" role="group" aria-labelledby="title"><slot name="dialog"></slot></div>
    </dialog>`;

  /** Let the parts of a dialog in a shadow tree work. */
  function dialogIn(root) {
    const dialog = root.querySelector("dialog");
    const close = dialog.querySelector(".close");
    close.textContent = crowd.say("close");
    close.addEventListener("click", () => dialog.close());
    return dialog;
  }

  class CrowdModal extends crowd.CrowdElement {
    static strings = ["link-text", "link-type", "header"];
    static markup = `<button type="button" id="open" aria-haspopup="dialog"></button>
      ${MARKUP.replace('<slot name="dialog">', "<slot>")}`;
    static styles = `:host { display: inline-block; } ${STYLES}`;
    static opening = "open_dialog";

    build() {
      this.dialog = dialogIn(this.shadowRoot);
      this.part$("#open").addEventListener("click", () => this.open());
    }

    refresh() {
      const words = this.linkText || crowd.say(this.constructor.opening);
      this.part$("#open").textContent = words;
      this.part$("#open").className = this.linkType === "button" ? "" : "link";
      this.part$("#title").textContent = this.header || words;
    }

    open() {
      if (!this.dialog.open) this.dialog.showModal();
    }

    close() {
      this.dialog.close();
    }
  }

  Object.assign(crowd, { CrowdModal, DIALOG_MARKUP: MARKUP, DIALOG_STYLES: STYLES, dialogIn });
  crowd.define("crowd-modal", CrowdModal);
})(window.crowdElements);

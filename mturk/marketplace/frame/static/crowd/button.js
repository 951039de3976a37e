// crowd-button, crowd-icon-button, crowd-fab and iron-icon: what is pressed.
((crowd) => {
  "use strict";

  class CrowdButton extends crowd.CrowdElement {
    static delegates = true;
    static strings = ["form-action", "href", "icon", "icon-align", "icon-url", "target", "variant"];
    static booleans = ["disabled", "loading"];
    static markup = `
      <button type="button" class="control">
        <span class="icon"></span><span class="words"><slot></slot></span>
      </button>`;
    static styles = `
      :host { display: inline-block; margin: 4px 0; vertical-align: middle; }
      .control {
        display: inline-flex; gap: 6px; align-items: center; justify-content: center; width: 100%; min-height: 36px;
        padding: 6px 16px; text-decoration: none; border-radius: 6px;
      }
      a.control { border: 1px solid var(--crowd-edge); background: var(--crowd-field); color: var(--crowd-text); }
      .control.primary { background: var(--crowd-accent); border-color: var(--crowd-accent);
        color: var(--crowd-on-accent); }
      .control.link { border-color: transparent; background: none; color: var(--crowd-accent);
        text-decoration: underline; }
      .control.last { flex-direction: row-reverse; }
      .icon:empty { display: none; }
      .icon { display: inline-flex; }
      :host([variant="icon"]) .words { position: absolute; clip-path: inset(50%); width: 1px; height: 1px;
        overflow: hidden; }
      :host([loading]) .icon { animation: turn 1s linear infinite; }
      @keyframes turn { to { transform: rotate(360deg); } }`;

    build() {
      this.addEventListener("click", (event) => this.pressed(event));
    }

    refresh() {
      const control = this.swap();
      const image = this.loading
        ? crowd.icon("refresh")
        : crowd.icon(this.iconUrl ? new URL(this.iconUrl, document.baseURI).href : this.icon);
      this.part$(".icon").replaceChildren(...(image ? [image] : []));
      control.className = `control ${{ primary: "primary", link: "link" }[this.variant] ?? ""}`;
      control.classList.toggle("last", this.iconAlign === "right");
      control.setAttribute("aria-busy", String(this.loading));
      const name = this.getAttribute("aria-label") || this.title || (this.textContent.trim() ? "" : this.icon);
      if (name && !this.textContent.trim()) control.setAttribute("aria-label", name);
      if (control.localName === "a") this.link(control);
      else control.disabled = this.disabled || this.loading;
    }

    /** A link where the page gives an address, else a button. */
    swap() {
      const control = this.part$(".control");
      const wanted = /^(https?:|mailto:|[^:]*$)/i.test(this.href) && this.href ? "a" : "button";
      if (control.localName === wanted) return control;
      const other = crowd.make(wanted, wanted === "button" ? { type: "button" } : {}, ...control.childNodes);
      control.replaceWith(other);
      return other;
    }

    link(control) {
      control.href = this.href;
      if (this.target) control.target = this.target;
      control.rel = "noopener";
    }

    pressed(event) {
      if (this.isDisabled || this.loading) {
        event.preventDefault();
        event.stopImmediatePropagation();
      } else {
        // The page's own listeners come later and may still prevent it.
        setTimeout(() => event.defaultPrevented || this.act());
      }
    }

    act() {
      const form = crowd.closest(this, "crowd-form") ?? this.closest("form");
      if (!form || this.href) return;
      if (this.formAction === "submit") form.requestSubmit();
      if (this.formAction === "reset") form.reset();
    }
  }

  class CrowdIconButton extends crowd.CrowdElement {
    static delegates = true;
    static strings = ["icon", "label"];
    static booleans = ["disabled"];
    static markup = `<button type="button" class="control"></button>`;
    static styles = `
      :host { display: inline-block; vertical-align: middle; }
      .control { display: inline-flex; align-items: center; justify-content: center; width: 40px; height: 40px;
        padding: 0; border-color: transparent; border-radius: 50%; background: none; }`;

    build() {
      this.addEventListener("click", (event) => this.disabled && event.stopImmediatePropagation(), true);
    }

    refresh() {
      const control = this.part$(".control");
      control.replaceChildren(crowd.icon(this.icon) ?? ([...this.label].length > 1 ? "…" : this.label));
      control.disabled = this.disabled;
      control.setAttribute("aria-label", this.getAttribute("aria-label") || this.title || this.label || this.icon);
    }
  }

  class CrowdFab extends CrowdIconButton {
    static styles = `
      :host { display: inline-block; vertical-align: middle; }
      .control { display: inline-flex; align-items: center; justify-content: center; width: 56px; height: 56px;
        padding: 0;
        border: 0; border-radius: 50%; background: var(--crowd-accent); color: var(--crowd-on-accent); font-size: 1.3em;
        box-shadow: 0 2px 6px rgb(0 0 0 / .4); }`;
  }

  class IronIcon extends crowd.CrowdElement {
    static strings = ["icon"];
    static styles = ":host { display: inline-flex; vertical-align: middle; }";
    static markup = "";

    refresh() {
      const image = crowd.icon(this.icon);
      this.shadowRoot.replaceChildren(...(image ? [image] : []));
    }
  }

  crowd.define("crowd-button", CrowdButton);
  crowd.define("crowd-icon-button", CrowdIconButton);
  crowd.define("crowd-fab", CrowdFab);
  crowd.define("iron-icon", IronIcon);
})(window.crowdElements);

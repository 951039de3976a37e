// What all large widgets have in common: instructions beside the work, a question over it, a message under it.
((crowd) => {
  "use strict";

  const REGIONS = ["short-instructions", "full-instructions", "classification-target", "worker-comment"];

  /**
   * The shadow tree of a widget round its work. Pages reach for some parts by the names of their classes, to give them
   * a width or to put something beside them.
   */
  function workspace(work, actions = "") {
    return `
      <div class="layout">
        <section class="instructions awsui-app-layout__navigation" id="instructions" hidden>
          <h2 id="instructions-title"></h2>
          <slot name="short-instructions"></slot>
          <button type="button" class="link" id="full" aria-haspopup="dialog" hidden></button>
        </section>
        <div class="work annotation-area">
          <h2 id="header"></h2>
          ${work}
          <p class="message" id="message" role="alert"></p>
          <slot></slot>
          ${actions}
        </div>
      </div>
      ${crowd.DIALOG_MARKUP.replace('name="dialog"', 'name="full-instructions"')}`;
  }

  const STYLES = `
    :host { margin-block: 8px; }
    .layout { display: flex; gap: 16px; align-items: flex-start; }
    .instructions { flex: none; width: 260px; max-height: 90vh; overflow: auto; padding: 12px 16px;
      border: 1px solid var(--crowd-rule); border-radius: 8px; background: var(--crowd-panel); color: var(--crowd-text);
      overflow-wrap: break-word; }
    .instructions h2 { margin: 0 0 8px; font-size: 1.05em; }
    .work { flex: 1; min-width: 0; }
    .work > h2 { margin: 0 0 12px; font-size: 1.2em; }
    .work > h2:empty { display: none; }
    .columns { display: flex; gap: 16px; align-items: flex-start; flex-wrap: wrap; }
    .columns > .target { flex: 1 1 320px; min-width: 0; overflow-wrap: break-word; }
    .columns > .side { flex: 0 1 260px; min-width: min(220px, 100%); }
    fieldset { min-width: 0; margin: 0; padding: 0; border: 0; }
    h3 { margin: 12px 0 4px; font-size: 1em; }
    ul { margin: 0; padding: 0; list-style: none; }
    ::slotted(img), ::slotted(video) { max-width: 100%; }
    @media (max-width: 720px) {
      .layout { flex-direction: column; align-items: stretch; }
      .instructions { width: auto !important; max-height: 40vh; }
      .columns > .side { flex-basis: 100%; }
    }
    ${crowd.DIALOG_STYLES}`;

  class CrowdWidget extends crowd.CrowdElement {
    static strings = ["name", "header"];
    static booleans = ["disabled"];
    static styles = STYLES;

    build() {
      this.dialog = crowd.dialogIn(this.shadowRoot);
      this.part$("#full").textContent = crowd.say("full_instructions");
      this.part$("#full").addEventListener("click", () => this.dialog.showModal());
      this.part$("#instructions-title").textContent = crowd.say("instructions");
      this.part$("#instructions").setAttribute("aria-labelledby", "instructions-title");
      new MutationObserver(() => this.sort()).observe(this, { childList: true });
      this.sort();
    }

    refresh() {
      this.part$("#header").textContent = this.header;
    }

    region(name) {
      return this.querySelector(`:scope > ${name}`);
    }

    /** Each region to its place; the parser brings them one after the other. */
    sort() {
      for (const child of this.children) if (REGIONS.includes(child.localName)) child.slot = child.localName;
      const full = this.region("full-instructions");
      this.part$("#instructions").hidden = !full && !this.region("short-instructions");
      this.part$("#full").hidden = !full;
      this.part$("#title").textContent = full?.getAttribute("header") || crowd.say("instructions");
    }

    get _submittableValue() {
      return undefined;
    }

    get problem() {
      return "";
    }

    get validity() {
      return { valid: this.problem === "" };
    }

    mark(message) {
      this.part$("#message").textContent = message;
    }

    /** A list that an attribute holds, unless a script has set another one. */
    listed(name) {
      return (this.given ??= new Map()).get(name) ?? [].concat(crowd.readLiteral(this.getAttribute(name), []));
    }

    give(name, list) {
      (this.given ??= new Map()).set(name, [...(list ?? [])]);
      if (this.built) this.refresh(name);
    }

    attributeChangedCallback(name, before, after) {
      if (before !== after) this.given?.delete(name);
      super.attributeChangedCallback(name, before, after);
    }
  }

  /** Whether a key that is a shortcut was meant for a text field. */
  function isTyping(event) {
    const at = event.composedPath()[0];
    return at.matches?.("textarea, select, input:not([type='radio'], [type='checkbox'], [type='range'])");
  }

  /** The place in a list that a number key names, -1 for another key. */
  function placeOfKey(event, count) {
    const plain = !event.ctrlKey && !event.altKey && !event.metaKey && !isTyping(event);
    const at = plain && /^[1-9]$/.test(event.key) ? Number(event.key) - 1 : -1;
    return at < count ? at : -1;
  }

  /** The number key that chooses the entry of a list at this place, to be shown beside it. */
  function keyHint(at) {
    return at < 9 ? [crowd.make("kbd", { "aria-hidden": "true" }, String(at + 1))] : [];
  }

  /** A button that takes something away. */
  function removeButton(name, remove) {
    const said = crowd.say("remove_named", { name });
    const button = crowd.make("button", { type: "button", "aria-label": said }, crowd.icon("delete"));
    button.addEventListener("click", remove);
    return button;
  }

  /** Show the lines of a list, or that there are none. */
  function fillList(list, lines) {
    list.replaceChildren(...(lines.length ? lines : [crowd.make("li", { className: "quiet" }, crowd.say("none_yet"))]));
  }

  Object.assign(crowd, { CrowdWidget, fillList, isTyping, keyHint, placeOfKey, removeButton, workspace });
})(window.crowdElements);

// crowd-text-area: text of several lines, which grows with it.
((crowd) => {
  "use strict";

  class CrowdTextArea extends crowd.CrowdInput {
    static strings = [...super.strings, "rows", "max-rows"];
    static booleans = [...super.booleans, "char-counter"];
    static markup = `
      <label><span class="label"></span><textarea class="control field" aria-describedby="message"></textarea></label>
      <p class="quiet" id="count" aria-hidden="true" hidden></p>
      <p class="message" id="message"></p>`;
    static styles = `${super.styles} textarea { resize: vertical; display: block; } #count { text-align: end;
      margin: 0; }`;
    static passed = {
      placeholder: "placeholder",
      "max-length": "maxlength",
      "min-length": "minlength",
      rows: "rows",
    };

    refresh(name) {
      super.refresh(name);
      if (!this.hasAttribute("rows")) this.control.rows = 3;
      this.grown();
    }

    grown() {
      const rows = this.number("max-rows", 0);
      const line = parseFloat(getComputedStyle(this.control).lineHeight) || 20;
      this.control.style.height = "auto";
      const wanted = this.control.scrollHeight + 2;
      const least = this.control.offsetHeight;
      const most = rows ? Math.max(rows * line + 14, least) : Infinity;
      this.control.style.height = wanted > least ? `${Math.min(wanted, most)}px` : "";
      this.counted();
    }

    counted() {
      const count = this.part$("#count");
      const most = this.getAttribute("max-length");
      count.hidden = !this.charCounter;
      count.textContent = crowd.say(most ? "characters_of" : "characters", { count: this.value.length, most });
    }
  }

  crowd.define("crowd-text-area", CrowdTextArea);
})(window.crowdElements);

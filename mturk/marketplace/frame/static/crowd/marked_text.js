// A text of which parts can be selected and marked. What is selected is native: a field that cannot be changed lies
// over the marks, so that a mouse, a finger, keys and a screen reader work in it as everywhere.
((crowd) => {
  "use strict";

  const MARKUP = `
    <div class="marked">
      <div class="ground" aria-hidden="true"></div>
      <textarea class="words" aria-readonly="true" inputmode="none" rows="1" spellcheck="false"></textarea>
    </div>`;
  const STYLES = `
    .marked { display: grid; border: 1px solid var(--crowd-edge); border-radius: 6px; background: var(--crowd-field);
      color: var(--crowd-text); }
    .ground, .words { grid-area: 1 / 1; min-width: 0; width: 100%; margin: 0; padding: 12px; border: 0;
      background: none;
      font: inherit; font-size: 1rem; line-height: 2.2; letter-spacing: normal; word-spacing: normal; text-align: start;
      white-space: pre-wrap; overflow-wrap: break-word; overflow: hidden; resize: none; tab-size: 4; }
    .ground { color: transparent; pointer-events: none; }
    .words { position: relative; display: block; color: inherit; border-radius: 6px; }
    .ground mark { position: relative; padding: 2px 0; border-bottom: 3px solid; border-radius: 3px;
      color: transparent; }
    .ground mark::before { content: attr(data-name); position: absolute; inset-inline-start: 0; bottom: 100%;
      padding: 0 2px; font-size: .65rem; font-weight: 700; line-height: 1; white-space: nowrap;
      color: var(--crowd-text); }`;

  class MarkedText {
    constructor(root) {
      this.words = root.querySelector(".words");
      this.ground = root.querySelector(".ground");
      this.marks = [];
      // Not `readonly`: keys do not select in such a field.
      this.words.addEventListener("beforeinput", (event) => event.preventDefault());
      this.words.addEventListener("input", () => {
        this.words.value = this.text;
      });
      new ResizeObserver(() => this.fit()).observe(root.querySelector(".marked"));
    }

    /** Show a text; offsets in it count Unicode characters, as it was given. */
    show(text) {
      this.text = text;
      this.characters = [...text];
      this.places = [0];
      this.characters.forEach((sign, at) => {
        // A field's lines end in a single character, whatever they end in here.
        const joined = sign === "\r" && this.characters[at + 1] === "\n";
        this.places.push(this.places[at] + (joined ? 0 : sign.length));
      });
      this.words.value = text;
      this.words.dir = this.ground.dir = "auto";
      this.draw();
    }

    offset(place) {
      const at = this.places.findIndex((one) => one >= place);
      return at < 0 ? this.characters.length : at;
    }

    slice(start, end) {
      return this.characters.slice(start, end).join("");
    }

    /** What is selected, without white space around it. */
    get selection() {
      let start = this.offset(this.words.selectionStart);
      let end = this.offset(this.words.selectionEnd);
      while (start < end && /\s/.test(this.characters[start])) start += 1;
      while (end > start && /\s/.test(this.characters[end - 1])) end -= 1;
      return { start, end };
    }

    select(start, end) {
      this.words.setSelectionRange(this.places[start], this.places[end]);
    }

    /** Mark parts that do not overlap: where they start and end, a colour, a short name. */
    mark(marks) {
      this.marks = [...marks].sort((one, other) => one.start - other.start);
      this.draw();
    }

    draw() {
      let at = 0;
      const parts = this.marks.flatMap(({ start, end, color, name }) => {
        const mark = crowd.make("mark", {}, this.slice(start, end));
        mark.dataset.name = name;
        mark.style.background = `color-mix(in srgb, ${color} 30%, var(--crowd-field))`;
        mark.style.borderBottomColor = color;
        const before = this.slice(at, start);
        at = end;
        return [before, mark];
      });
      this.ground.replaceChildren(...parts, `${this.slice(at, this.characters.length)}\u200b`);
      this.fit();
    }

    fit() {
      this.words.style.height = "auto";
      this.words.style.height = `${Math.max(this.ground.offsetHeight, this.words.scrollHeight)}px`;
    }
  }

  Object.assign(crowd, { MarkedText, MARKED_TEXT_MARKUP: MARKUP, MARKED_TEXT_STYLES: STYLES });
})(window.crowdElements);

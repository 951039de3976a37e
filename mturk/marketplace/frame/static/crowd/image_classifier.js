// crowd-image-classifier and crowd-image-classifier-multi-select: a picture, and what it shows.
((crowd) => {
  "use strict";

  const COMMENT = `
    <div id="comment" hidden>
      <button type="button" class="link" id="comment-open" aria-expanded="false"></button>
      <div id="comment-box" hidden>
        <slot name="worker-comment"></slot>
        <label><span id="comment-label"></span><textarea class="field" rows="4" id="comment-text"></textarea></label>
      </div>
    </div>`;

  class CrowdImageClassifier extends crowd.CrowdClassifier {
    static strings = [...super.strings, "src", "overlay"];
    static styles = `${super.styles} ${crowd.PICTURE_STYLES} ${crowd.OVERLAY_STYLES}
      textarea { resize: vertical; } .zoom { margin-top: 6px; }`;
    static markup = crowd.workspace(`
      <div class="columns">
        <div class="target">
          ${crowd.PICTURE_MARKUP}
          <div class="zoom">
            <button type="button" id="larger"></button> <button type="button" id="smaller"></button>
          </div>
        </div>
        <div class="side">${crowd.CATEGORY_MARKUP}<div id="overlay" hidden></div>${COMMENT}</div>
      </div>`);

    build() {
      super.build();
      this.picture = new crowd.Picture(this.shadowRoot, () => this.overlaid?.draw());
      this.overlaid = new crowd.Overlay(this.picture, this.part$("#overlay"));
      this.part$("#picture").alt = crowd.say("image");
      for (const [id, text, by] of [
        ["larger", "zoom_in", 1.5],
        ["smaller", "zoom_out", 1 / 1.5],
      ]) {
        this.part$(`#${id}`).textContent = crowd.say(text);
        this.part$(`#${id}`).addEventListener("click", () => this.picture.enlarge(by));
      }
      this.part$("#stage").tabIndex = 0;
      this.part$("#stage").setAttribute("role", "group");
      this.part$("#stage").setAttribute("aria-label", crowd.say("image"));
      this.part$("#comment-open").addEventListener("click", () => this.unfold());
    }

    refresh(name) {
      super.refresh();
      this.picture.show(this.src);
      if (name === undefined || name === "overlay") {
        this.overlaid.show(crowd.readLiteral(this.getAttribute("overlay"), null));
      }
    }

    /** A page asks for a comment by a region of its own. */
    sort() {
      super.sort();
      const asked = this.region("worker-comment");
      this.part$("#comment").hidden = !asked;
      if (!asked) return;
      const said = (name, otherwise) => asked.getAttribute(name) || crowd.say(otherwise);
      this.part$("#comment-open").textContent = said("link-text", "comment");
      this.part$("#comment-label").textContent = said("header", "comment_label");
      this.part$("#comment-text").placeholder = asked.getAttribute("placeholder") ?? "";
    }

    unfold() {
      const box = this.part$("#comment-box");
      box.hidden = !box.hidden;
      this.part$("#comment-open").setAttribute("aria-expanded", String(!box.hidden));
      if (!box.hidden) this.part$("#comment-text").focus();
    }

    get _submittableValue() {
      const value = super._submittableValue;
      const comment = this.part$("#comment-text").value.trim();
      return value && comment ? { ...value, workerComment: comment } : value;
    }
  }

  crowd.define("crowd-image-classifier", CrowdImageClassifier);
  crowd.define(
    "crowd-image-classifier-multi-select",
    class CrowdImageClassifierMultiSelect extends crowd.several(CrowdImageClassifier) {
      // The comment is added to the labels, as it is to a single label.
      get _submittableValue() {
        const comment = this.part$("#comment-text").value.trim();
        return super._submittableValue && comment
          ? { labels: this.value, workerComment: comment }
          : super._submittableValue;
      }
    },
  );
})(window.crowdElements);

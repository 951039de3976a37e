// crowd-semantic-segmentation: an area for each label.
((crowd) => {
  "use strict";

  class CrowdSemanticSegmentation extends crowd.CrowdSegmentation {
    static markup = crowd.imageMarkup("");

    areasOf({ labelMappings = {} }) {
      return Object.entries(labelMappings).map(([label, mapping]) => ({ label, color: String(mapping?.color) }));
    }

    /** The one area of a label; its colour stays its own when labels come and go. */
    areaOf(label) {
      let area = this.areas.find((one) => one.label === label);
      if (!area) this.areas.push((area = { label, color: super.colorOf(label) }));
      return area;
    }

    currentArea() {
      return this.areaOf(this.label);
    }

    colorOf(label) {
      return this.areas.find((area) => area.label === label)?.color ?? super.colorOf(label);
    }

    begin() {
      super.begin();
      this.drawLabels();
    }

    get value() {
      const labelMappings = Object.fromEntries(this.labelNames.map((label) => [label, { color: this.colorOf(label) }]));
      return { labelMappings, ...this.painted };
    }
  }

  crowd.define("crowd-semantic-segmentation", CrowdSemanticSegmentation);
})(window.crowdElements);

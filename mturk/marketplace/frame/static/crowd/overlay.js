// What an earlier task found, laid over the picture to be judged.
((crowd) => {
  "use strict";

  /** The boxes of an overlay, as drawings. */
  function boxes({ labels = [], value = [] }, scale) {
    return value.flatMap((box) => {
      const color = crowd.colorAt(Math.max(0, labels.map(crowd.labelOf).indexOf(box.label)));
      const place = { x: box.left, y: box.top, width: box.width, height: box.height };
      const look = { fill: "none", "vector-effect": "non-scaling-stroke" };
      return [
        crowd.shape("rect", { ...place, ...look, stroke: "#fff", "stroke-width": 5 }),
        crowd.shape("rect", { ...place, ...look, stroke: color, "stroke-width": 3 }),
        words(box.label, box.left, box.top - 4 / scale, scale),
      ];
    });
  }

  /** Words over a picture that can be read on any ground. */
  function words(text, x, y, scale) {
    const look = {
      fill: "#111",
      stroke: "#fff",
      "stroke-width": 4 / scale,
      "paint-order": "stroke",
      "font-weight": 600,
    };
    return crowd.shape("text", { ...look, x, y: Math.max(y, 14 / scale), "font-size": 14 / scale }, String(text));
  }

  /** A list of labels with their colours. */
  function legend(entries) {
    const lines = entries.map(([label, color]) => {
      return crowd.make("li", {}, crowd.swatch(color), label);
    });
    return crowd.make("ul", { className: "legend" }, ...lines);
  }

  class Overlay {
    constructor(picture, place) {
      this.picture = picture;
      this.place = place;
    }

    /** Show an overlay as its attribute tells of it. */
    show(told) {
      this.boxes = told?.boundingBox ?? null;
      const painted = told?.semanticSegmentation ?? told?.instanceSegmentation ?? null;
      this.paint(painted);
      this.draw();
      this.place.hidden = !this.boxes && !painted;
      this.place.replaceChildren(...(this.place.hidden ? [] : [legend(this.entries(painted)), this.strength()]));
    }

    entries(painted) {
      if (painted?.labelMappings)
        return Object.entries(painted.labelMappings).map(([label, { color }]) => [label, color]);
      if (painted?.instances) return painted.instances.map(({ label, color }) => [label, color]);
      return (this.boxes?.labels ?? []).map((label, at) => [crowd.labelOf(label), crowd.colorAt(at)]);
    }

    paint(painted) {
      this.image?.remove();
      this.image = null;
      if (!painted?.src) return;
      this.image = crowd.make("img", { src: painted.src, alt: "", className: "over" });
      this.picture.image.after(this.image);
    }

    draw() {
      this.picture.drawing.replaceChildren(...(this.boxes ? boxes(this.boxes, this.picture.scale) : []));
    }

    strength() {
      const field = crowd.make("input", { type: "range", min: 0, max: 100, value: 60 });
      const turn = () => {
        for (const layer of [this.image, this.picture.drawing]) if (layer) layer.style.opacity = field.value / 100;
      };
      field.addEventListener("input", turn);
      if (this.image) turn();
      else field.value = 100;
      return crowd.make("label", { className: "strength" }, crowd.say("opacity"), field);
    }
  }

  const STYLES = `
    .over { position: absolute; left: 0; top: 0; }
    .legend li { display: flex; gap: 8px; align-items: center; }
    .strength { display: flex; gap: 8px; align-items: center; min-height: 28px; }
    .strength input { accent-color: var(--crowd-accent); min-width: 0; }`;

  Object.assign(crowd, { Overlay, OVERLAY_STYLES: STYLES, words });
})(window.crowdElements);

// The colours of labels: those that results of these widgets have had, so that they look alike.
((crowd) => {
  "use strict";

  const COLORS = [
    "#1f77b4",
    "#ff7f0e",
    "#2ca02c",
    "#d62728",
    "#9467bd",
    "#8c564b",
    "#e377c2",
    "#7f7f7f",
    "#bcbd22",
    "#17becf",
  ];

  /** The colour at a place; after the tenth each is new and still unlike the others. */
  function colorAt(place) {
    if (place < COLORS.length) return COLORS[place];
    const turn = (place * 137.508) % 360;
    const channel = (offset) => {
      const part = (offset + turn / 30) % 12;
      const level = 0.5 - 0.35 * Math.max(-1, Math.min(part - 3, 9 - part, 1));
      return Math.round(level * 255)
        .toString(16)
        .padStart(2, "0");
    };
    return `#${channel(0)}${channel(8)}${channel(4)}`;
  }

  /** Red, green and blue of a colour that is written #rrggbb or #rgb; null for another. */
  function channels(color) {
    const long = String(color)
      .trim()
      .replace(/^#([\da-f])([\da-f])([\da-f])$/i, "#$1$1$2$2$3$3");
    const digits = /^#([\da-f]{6})$/i.exec(long)?.[1];
    return digits ? [0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16)) : null;
  }

  /** A patch of a colour. */
  function swatch(color) {
    const patch = crowd.make("span", { className: "swatch" });
    patch.style.background = color;
    return patch;
  }

  Object.assign(crowd, { channels, colorAt, swatch });
})(window.crowdElements);

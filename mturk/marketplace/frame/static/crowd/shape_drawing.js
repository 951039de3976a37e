// How a shape looks over a picture: its line, its name, and what it is pulled by.
((crowd) => {
  "use strict";

  /** The drawing of a shape at a place in the list. A chosen one can be pulled; `held` is the point that keys move. */
  function drawShape(kind, { label, points }, { at, chosen, held, color, scale }) {
    const outline = kind.outline(points, kind.closed);
    const fill = kind.closed || kind === crowd.shapeKinds.box ? color : "none";
    const group = crowd.shape("g", { "data-shape": at });
    if (kind.most === 1) group.append(...dot(points[0], color, scale, chosen));
    else group.append(...lines(outline, fill, color, scale, chosen));
    const top = points.reduce((one, other) => (other.y < one.y ? other : one));
    group.append(named(label, top, kind, scale));
    if (chosen && kind.most > 1)
      group.append(...kind.handles(points).map((point, place) => handle(point, place, place === held, scale)));
    return group;
  }

  function lines(outline, fill, color, scale, chosen) {
    const line = { d: outline, fill: "none", "stroke-linejoin": "round", "stroke-linecap": "round" };
    const width = (chosen ? 3 : 2) / scale;
    return [
      crowd.shape("path", { ...line, fill, "fill-opacity": chosen ? 0.25 : 0.12, "pointer-events": "none" }),
      crowd.shape("path", {
        ...line,
        stroke: "transparent",
        "stroke-width": 14 / scale,
        "pointer-events": "stroke",
        class: "grip",
      }),
      crowd.shape("path", { ...line, stroke: "#fff", "stroke-width": width + 2 / scale, "pointer-events": "none" }),
      crowd.shape("path", { ...line, stroke: color, "stroke-width": width, "pointer-events": "none" }),
    ];
  }

  function dot({ x, y }, color, scale, chosen) {
    const ring = { cx: x, cy: y, fill: "none", "pointer-events": "none" };
    const size = (chosen ? 9 : 6) / scale;
    return [
      crowd.shape("circle", { cx: x, cy: y, r: 13 / scale, fill: "transparent", class: "grip" }),
      crowd.shape("circle", { ...ring, r: size, stroke: "#fff", "stroke-width": 4 / scale }),
      crowd.shape("circle", { ...ring, r: size, stroke: color, "stroke-width": 2 / scale }),
      crowd.shape("circle", { ...ring, r: 1.5 / scale, fill: color, stroke: "#fff", "stroke-width": 1 / scale }),
    ];
  }

  function named(label, { x, y }, kind, scale) {
    const words = crowd.words(label, x + (kind.most === 1 ? 12 / scale : 0), y - 6 / scale, scale);
    words.setAttribute("pointer-events", "none");
    return words;
  }

  function handle({ x, y }, place, held, scale) {
    const look = { fill: held ? "#0b5cad" : "#fff", stroke: held ? "#fff" : "#111", "stroke-width": 2 / scale };
    const seen = crowd.shape("circle", { cx: x, cy: y, r: 6 / scale, "pointer-events": "none", ...look });
    const grip = crowd.shape("circle", {
      cx: x,
      cy: y,
      r: 12 / scale,
      fill: "transparent",
      "data-handle": place,
      class: "grip",
    });
    return crowd.shape("g", {}, seen, grip);
  }

  /** The drawing of a shape that is not complete. */
  function drawDraft(kind, points, { color, scale }) {
    const line = { d: kind.outline(points, false), fill: "none", "stroke-dasharray": `${6 / scale} ${4 / scale}` };
    const marks = points.map(({ x, y }) =>
      crowd.shape("circle", { cx: x, cy: y, r: 4 / scale, fill: color, stroke: "#fff", "stroke-width": 1 / scale }),
    );
    return crowd.shape(
      "g",
      { "pointer-events": "none" },
      crowd.shape("path", { ...line, stroke: "#fff", "stroke-width": 4 / scale, "stroke-dasharray": "" }),
      crowd.shape("path", { ...line, stroke: color, "stroke-width": 2 / scale }),
      ...(kind === crowd.shapeKinds.box ? [] : marks),
    );
  }

  Object.assign(crowd, { drawDraft, drawShape });
})(window.crowdElements);

// The kinds of shapes that are drawn on pictures. A shape is a label and points; a kind knows how many, how they are
// written in answers, and how they are drawn and pulled.
((crowd) => {
  "use strict";

  const whole = (point) => ({ x: Math.round(Number(point?.x)), y: Math.round(Number(point?.y)) });
  const isSound = (points) => points.every((point) => Number.isFinite(point.x) && Number.isFinite(point.y));

  /** A rectangle: two corners that lie opposite. */
  const box = {
    list: "boundingBoxes",
    least: 2,
    most: 2,
    read: ({ left, top, width, height }) => [
      whole({ x: left, y: top }),
      whole({ x: Number(left) + Number(width), y: Number(top) + Number(height) }),
    ],
    write(label, points) {
      const { left, top, width, height } = box.members(points);
      return { height, label, left, top, width };
    },
    members([one, other]) {
      const [left, top] = [Math.min(one.x, other.x), Math.min(one.y, other.y)];
      return { left, top, width: Math.abs(one.x - other.x), height: Math.abs(one.y - other.y) };
    },
    /** The points that a change of a member leads to. */
    with: (points, name, value) =>
      box.read({ ...box.members(points), [name]: Math.max(name in { width: 1, height: 1 } ? 1 : 0, value) }),
    handles: ([one, other]) => [one, { x: other.x, y: one.y }, other, { x: one.x, y: other.y }],
    pull: ([one, other], at, to) =>
      [
        [to, other],
        [
          { x: one.x, y: to.y },
          { x: to.x, y: other.y },
        ],
        [one, to],
        [
          { x: to.x, y: one.y },
          { x: other.x, y: to.y },
        ],
      ][at],
    outline(points) {
      const { left, top, width, height } = box.members(points);
      return `M${left} ${top}h${width}v${height}h${-width}z`;
    },
    isComplete([one, other]) {
      return one.x !== other.x && one.y !== other.y;
    },
  };

  /** What a chain of points has in common, whatever it is called. */
  const chain = {
    read: ({ vertices }) => (Array.isArray(vertices) ? vertices.map(whole) : []),
    write: (label, points) => ({ label, vertices: points.map(({ x, y }) => ({ x, y })) }),
    handles: (points) => points,
    pull: (points, at, to) => points.map((point, place) => (place === at ? to : point)),
    outline: (points, closed) => `M${points.map(({ x, y }) => `${x} ${y}`).join("L")}${closed ? "z" : ""}`,
    isComplete: (points) => points.some(({ x, y }) => x !== points[0].x || y !== points[0].y),
  };
  const line = { ...chain, list: "lines", least: 2, most: 2 };
  const polyline = { ...chain, list: "polylines", least: 2, most: Infinity };
  const polygon = { ...chain, list: "polygons", least: 3, most: Infinity, closed: true };

  /** A single point. */
  const keypoint = {
    ...chain,
    list: "keypoints",
    least: 1,
    most: 1,
    read: (entry) => [whole(entry)],
    write: (label, [{ x, y }]) => ({ label, x, y }),
    outline: ([{ x, y }]) => `M${x} ${y}h0`,
    isComplete: () => true,
  };

  /** The shapes of a start value, a list or an object that holds one; what cannot be drawn is left out. */
  function readShapes(kind, value) {
    const entries = Array.isArray(value) ? value : value?.[kind.list];
    return (Array.isArray(entries) ? entries : [])
      .map((entry) => ({ label: crowd.labelOf(entry), points: kind.read(entry ?? {}) }))
      .filter(({ label, points }) => typeof label === "string" && points.length >= kind.least && isSound(points));
  }

  crowd.shapeKinds = { box, keypoint, line, polygon, polyline };
  crowd.readShapes = readShapes;
})(window.crowdElements);

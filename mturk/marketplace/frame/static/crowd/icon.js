// Pictures in buttons and badges, by the names that pages use; drawn with lines, of our own.
((crowd) => {
  "use strict";

  const DRAWINGS = {
    add: "M12 5v14M5 12h14",
    "arrow-back": "M19 12H5M11 6l-6 6 6 6",
    "arrow-forward": "M5 12h14M13 6l6 6-6 6",
    bookmark: "M7 4h10v16l-5-4-5 4z",
    check: "M5 13l4 4L19 7",
    "check-circle": "M12 3a9 9 0 100 18 9 9 0 000-18zM8 12l3 3 5-6",
    close: "M6 6l12 12M18 6L6 18",
    create: "M5 19l1-4L16 5l3 3L9 18z",
    delete: "M6 7h12M9 7V4h6v3M8 7l1 13h6l1-13",
    error: "M12 3a9 9 0 100 18 9 9 0 000-18zM12 7v6M12 16v1",
    "expand-more": "M6 9l6 6 6-6",
    favorite: "M12 20C5 14 3 11 3 8a4 4 0 019-2 4 4 0 019 2c0 3-2 6-9 12z",
    flag: "M6 21V4h11l-3 4 3 4H6",
    help: "M12 3a9 9 0 100 18 9 9 0 000-18zM9.5 9.5a2.5 2.5 0 115 0c0 2-2.5 2-2.5 4M12 16v1",
    home: "M4 11l8-7 8 7M6 10v10h12V10",
    info: "M12 3a9 9 0 100 18 9 9 0 000-18zM12 11v6M12 7v1",
    label: "M4 7h11l5 5-5 5H4z",
    menu: "M4 7h16M4 12h16M4 17h16",
    "more-vert": "M12 6v.5M12 12v.5M12 18v.5",
    "open-in-new": "M13 4h7v7M20 4l-9 9M18 13v7H4V6h7",
    refresh: "M19 12a7 7 0 11-2-5l2 2M19 4v5h-5",
    remove: "M5 12h14",
    save: "M5 4h11l3 3v13H5zM8 4v5h7V4M8 20v-6h8v6",
    search: "M10.5 4a6.5 6.5 0 100 13 6.5 6.5 0 000-13zM15.5 15.5L21 21",
    send: "M4 4l17 8-17 8 3-8zM7 12h14",
    settings: "M12 9a3 3 0 100 6 3 3 0 000-6zM12 3v3M12 18v3M3 12h3M18 12h3M6 6l2 2M16 16l2 2M6 18l2-2M16 8l2-2",
    star: "M12 3l3 6 6 1-4.500 4.500L17.500 21 12 18l-5.500 3 1-6.500L3 10l6-1z",
    "thumb-down": "M8 4h9l3 8v3h-6l1 5-2 1-5-7zM8 4H4v10h4",
    "thumb-up": "M8 20h9l3-8V9h-6l1-5-2-1-5 7zM8 20H4V10h4",
    undo: "M8 5L4 9l4 4M4 9h10a6 6 0 010 12H9",
    visibility: "M2 12c4-7 16-7 20 0-4 7-16 7-20 0zM12 9a3 3 0 100 6 3 3 0 000-6z",
    warning: "M12 4l9 16H3zM12 10v5M12 17v1",
  };
  const OTHER_NAMES = {
    cancel: "close",
    clear: "close",
    done: "check",
    edit: "create",
    "info-outline": "info",
    "help-outline": "help",
    "error-outline": "error",
    grade: "star",
    "chevron-left": "arrow-back",
    "chevron-right": "arrow-forward",
    "favorite-border": "favorite",
    "star-border": "star",
    "add-circle": "add",
    "zoom-in": "add",
    "zoom-out": "remove",
    "report-problem": "warning",
    redo: "refresh",
    "delete-forever": "delete",
    launch: "open-in-new",
  };

  /** A drawing by its name, or a picture by its address; null for a name that is not known. */
  function icon(name) {
    if (/^(https?:|data:image\/|\.{0,2}\/)/.test(name)) return Object.assign(new Image(20, 20), { src: name, alt: "" });
    const short = name.split(":").pop();
    const path = DRAWINGS[short] ?? DRAWINGS[OTHER_NAMES[short]];
    if (!path) return null;
    const made = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    const look = {
      viewBox: "0 0 24 24",
      width: 20,
      height: 20,
      "aria-hidden": "true",
      fill: "none",
      stroke: "currentColor",
    };
    for (const [key, value] of Object.entries({ ...look, "stroke-width": 2 })) made.setAttribute(key, value);
    line.setAttribute("d", path);
    made.append(line);
    return made;
  }

  crowd.icon = icon;
})(window.crowdElements);

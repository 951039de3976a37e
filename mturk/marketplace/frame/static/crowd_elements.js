// Brings the crowd elements, a file for each noun of `crowd/`, into a page that has this script. They are written into
// the page while it is parsed, so that all elements are known before the page's next script runs.
(() => {
  "use strict";

  const FILES = [
    "text",
    "text_de",
    "literal",
    "style",
    "icon",
    "element",
    "answer",
    "problem_list",
    "form",
    "field",
    "input",
    "text_area",
    "check",
    "radio",
    "slider",
    "button",
    "alert",
    "toast",
    "badge",
    "card",
    "dialog",
    "tabs",
    "instructions",
    "workspace",
    "category",
    "classifier",
    "palette",
    "picture",
    "overlay",
    "image_classifier",
    "image_widget",
    "shape_kind",
    "shape_drawing",
    "shape_panel",
    "annotator",
    "mask",
    "segmentation",
    "semantic_segmentation",
    "instance_segmentation",
    "marked_text",
    "entity_annotation",
    "text_ranking",
    "question_answer",

    "ready",
  ];

  if (window.crowdElements) return;
  window.crowdElements = {};

  const script = document.currentScript ?? document.querySelector("script[src*='crowd']");
  const base = new URL(script.src, document.baseURI);

  function address(name) {
    const url = new URL(`crowd/${name}.js`, base);
    url.search = base.search;
    return url.href;
  }

  function bring(name) {
    const tag = document.createElement("script");
    tag.src = address(name);
    tag.async = false;
    document.head.append(tag);
  }

  const parsed =
    document.readyState === "loading" && script === document.currentScript && !script.async && !script.defer;
  if (parsed) {
    document.write(FILES.map((name) => `<script src="${address(name).replace(/"/g, "%22")}"></script>`).join(""));
  } else {
    FILES.forEach(bring);
  }
})();

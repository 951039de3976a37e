/* Tells the page around the frame that the answers have arrived, so that it goes on. */
(function () {
  "use strict";
  var site = document.currentScript.dataset.site;
  for (var around = window.parent, below = window; around !== below; below = around, around = around.parent) {
    around.postMessage({ mturk: "submitted" }, site);
  }
})();

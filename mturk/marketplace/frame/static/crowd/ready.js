// Tells the page's scripts that all elements are there, as they wait for it: once the page has been read.
(() => {
  "use strict";

  function tell() {
    // Listeners that a page adds when it has been read, by jQuery too, shall hear of it.
    setTimeout(() => document.dispatchEvent(new CustomEvent("all-crowd-elements-ready", { bubbles: true })), 20);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", tell, { once: true });
  else tell();
})();

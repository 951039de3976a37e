// Tries a requester's regular expressions beside the page, which ends this when it takes too long.
"use strict";
addEventListener("message", ({ data }) => {
  data.forEach(([expression, flags, text], place) => {
    let found = null; // nobody can tell
    try {
      found = new RegExp(expression, flags.replace(/[^ims]/g, "")).test(text);
    } catch {
      // No expression of this language.
    }
    postMessage([place, found]);
  });
});

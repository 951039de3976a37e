// A page that is written anew has lost all listeners; those that are there yet are not added twice.
function watch() {
  listen(window, "submit", first, true);
  listen(window, "click", firstClick, true);
  listen(window, "keydown", used, true);
  listen(window, "beforeunload", leave, true);
  listen(document, "DOMContentLoaded", fill);
}

["open", "write", "writeln"].forEach(function (name) {
  var write = Document.prototype[name];
  Document.prototype[name] = function () {
    var result = apply(write, this, arguments);
    if (this === document) watch();
    return result;
  };
});

/* After a submit nothing keeps the worker on the page. */
function leave(event) {
  if (state === "done") event.stopImmediatePropagation();
}

watch();

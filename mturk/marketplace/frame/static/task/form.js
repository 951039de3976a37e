// Forms. The page's own handlers run first, wherever they are, and what they prevent is not sent.

var watched = new WeakSet();

function first(event) {
  watched.add(event);
  keepHere(event.target, "action");
  if (event.submitter) keepHere(event.submitter, "formaction");
  unlisten(event.currentTarget, "submit", last);
  listen(event.currentTarget, "submit", last);
}

function last(event) {
  watched.delete(event);
  if (isPrevented(event) || isNoAnswer(event.target, event.submitter)) return;
  prevent(event);
  submit(fieldsOf(event.target, event.submitter));
}

/* Whatever else fails: where MTurk took answers, the browser itself sends them to us. */
function keepHere(element, name) {
  var address = attribute(element, name);
  if (address && address !== settings.submit && landsHere(address)) {
    var query = (parsed(address) || {}).search || "";
    setAttribute(element, name, settings.submit ? settings.submit + query : NOWHERE);
  }
}

/* An event that the page stops does not come to `last`: it is decided when all handlers are done. */
function takeOver(event) {
  if (!watched.has(event) || isPrevented(event) || isNoAnswer(event.target, event.submitter)) return;
  watched.delete(event);
  var form = event.target, submitter = event.submitter;
  var restore = [lead(form, "", NOWHERE)].concat(submitter ? lead(submitter, "form", NOWHERE) : []);
  later(function () {
    restore.forEach(function (back) { back(); });
    if (!isPrevented(event)) submit(fieldsOf(form, submitter));
  }, 0);
}

/* Let the browser send a form to an address that is nowhere; what is returned undoes it. */
function lead(element, prefix, address) {
  var names = [prefix + "action", prefix + "target"];
  var before = names.map(function (name) { return attribute(element, name); });
  if (!prefix || before[0] !== null) setAttribute(element, names[0], address);
  if (before[1] !== null) setAttribute(element, names[1], "_self");
  return function () {
    names.forEach(function (name, place) {
      if (before[place] === null) removeAttribute(element, name);
      else setAttribute(element, name, before[place]);
    });
  };
}

["stopPropagation", "stopImmediatePropagation"].forEach(function (name) {
  var stop = Event.prototype[name];
  Event.prototype[name] = function () {
    apply(stop, this, []);
    takeOver(this);
  };
});
var bubble = ownProperty(Event.prototype, "cancelBubble");
define(Event.prototype, "cancelBubble", {
  configurable: true,
  enumerable: bubble.enumerable,
  get: bubble.get,
  set: function (value) {
    apply(bubble.set, this, [value]);
    if (value) takeOver(this);
  },
});

/* What happens to a form in a shadow is not told outside of it. A shadow that no script made is found when used. */
Element.prototype.attachShadow = function (options) {
  var root = apply(attachShadow, this, [options]);
  listen(root, "submit", first, true);
  return root;
};

function used(event) {
  event.composedPath().forEach(function (place) {
    if (place instanceof ShadowRoot) listen(place, "submit", first, true);
  });
}

var request = HTMLFormElement.prototype.requestSubmit;
HTMLFormElement.prototype.requestSubmit = function () {
  listen(this.getRootNode(), "submit", first, true);
  return apply(request, this, arguments);
};

var submitNatively = HTMLFormElement.prototype.submit;
HTMLFormElement.prototype.submit = function () {
  if (isNoAnswer(this)) apply(submitNatively, this, []);
  else submit(fieldsOf(this));
};

/*
 * The first script of a task page. It gives the page what MTurk's site gave it, and sends what is submitted here:
 * whatever the form's action is, and however it is sent. The page stays until its answers have arrived.
 *
 * Its settings are attributes of its own element: `submit` (where answers go), `assignment`, `preview`, `site` (the
 * origin of the site around the page), `limit` (of bytes), `texts` (for the worker, as JSON).
 */
(function () {
  "use strict";

  var MTURK = "https://www.mturk.com";
  var PATH = /\/mturk\/externalsubmit\/?$/i;
  var PATIENCE = 90000; // milliseconds
  var FORM_TYPE = "application/x-www-form-urlencoded;charset=UTF-8";
  var OURS = ["", "_self", "_parent", "_top", window.name.toLowerCase()];
  var OVER = "Mturk-Submitted"; // what our own answer says, and no other that comes in between
  var NOWHERE = "javascript:void 0";

  // Libraries of the page may replace any of these, and old ones do.
  var AbortController = window.AbortController, Blob = window.Blob, Element = window.Element, Event = window.Event;
  var FormData = window.FormData, HTMLFormElement = window.HTMLFormElement, HTMLInputElement = window.HTMLInputElement;
  var Map = window.Map, Object = window.Object, Promise = window.Promise, ProgressEvent = window.ProgressEvent;
  var Proxy = window.Proxy, Request = window.Request, Response = window.Response, ShadowRoot = window.ShadowRoot;
  var URL = window.URL, URLSearchParams = window.URLSearchParams, WeakSet = window.WeakSet, WeakMap = window.WeakMap;
  var unbound = Function.prototype.bind.bind(Function.prototype.call);
  var list = Array.from.bind(Array);
  var read = JSON.parse.bind(JSON);
  var apply = Reflect.apply;
  var define = Object.defineProperty;
  var ownProperty = Object.getOwnPropertyDescriptor;
  var send = window.fetch.bind(window);
  var later = window.setTimeout.bind(window);
  var stopTimer = window.clearTimeout.bind(window);
  var attribute = unbound(Element.prototype.getAttribute);
  var setAttribute = unbound(Element.prototype.setAttribute);
  var removeAttribute = unbound(Element.prototype.removeAttribute);
  var attachShadow = Element.prototype.attachShadow;
  var listen = unbound(EventTarget.prototype.addEventListener);
  var unlisten = unbound(EventTarget.prototype.removeEventListener);
  var prevent = unbound(Event.prototype.preventDefault);
  var isPrevented = unbound(ownProperty(Event.prototype, "defaultPrevented").get);
  var eachField = unbound(FormData.prototype.forEach);

  var element = document.currentScript;
  var settings = Object.assign({}, element.dataset);
  var texts = read(settings.texts || "{}");
  var preview = settings.preview === "true";
  var state = "open"; // then "sending", then "open" again or "done"
  element.remove();

  /* What MTurk's helper defines, for the many pages that call it without loading it. */

  window.turkGetParam = function (name, otherwise) {
    var value = new URLSearchParams(window.location.search).get(name);
    return value === null ? (otherwise === undefined ? "" : otherwise) : value;
  };
  // Not out of the address, which somebody else may have written.
  window.turkGetSubmitToHost = function () {
    return settings.submit ? settings.submit.replace(PATH, "") : MTURK;
  };
  window.turkSetAssignmentID = function (id, fieldId) {
    var field = document.getElementById(fieldId || "assignmentId");
    if (field) field.value = id || settings.assignment;
    if (preview) lock(document.querySelectorAll("#submitButton"));
  };

  function lock(buttons) {
    Array.prototype.forEach.call(buttons, function (button) {
      button.disabled = true;
      button.title = texts.preview;
      if (button instanceof HTMLInputElement && button.type === "submit") button.value = texts.locked;
    });
  }

  function fill() {
    document.querySelectorAll('input[name="assignmentId"]').forEach(function (field) {
      field.value = settings.assignment;
    });
    if (preview) lock(document.querySelectorAll('[type="submit"], [type="image"], #submitButton'));
  }

  /* In an origin of its own a page has no storage and no cookies: it gets some that last as long as it does. */

  function storage() {
    var kept = new Map();
    var methods = {
      getItem: function (key) { return kept.has(String(key)) ? kept.get(String(key)) : null; },
      setItem: function (key, value) { kept.set(String(key), String(value)); },
      removeItem: function (key) { kept.delete(String(key)); },
      clear: function () { kept.clear(); },
      key: function (index) { return list(kept.keys())[index] || null; },
    };
    return new Proxy(methods, {
      get: function (_, name) {
        if (name === "length") return kept.size;
        return Object.hasOwn(methods, name) ? methods[name] : kept.get(name);
      },
      set: function (_, name, value) { kept.set(String(name), String(value)); return true; },
      has: function (_, name) { return kept.has(name) || name in methods; },
      deleteProperty: function (_, name) { kept.delete(name); return true; },
      ownKeys: function () { return list(kept.keys()); },
      getOwnPropertyDescriptor: function (_, name) {
        if (!kept.has(name)) return undefined;
        return { value: kept.get(name), writable: true, enumerable: true, configurable: true };
      },
    });
  }

  function cookies() {
    var jar = new Map();
    return {
      configurable: true,
      get: function () {
        return list(jar, function (pair) { return pair[0] ? pair.join("=") : pair[1]; }).join("; ");
      },
      set: function (text) {
        var parts = String(text).split(";");
        var pair = /^\s*(?:([^=]*)=)?([\s\S]*)$/.exec(parts.shift());
        var name = (pair[1] || "").trim();
        if (parts.some(isDead)) jar.delete(name);
        else jar.set(name, pair[2].trim());
      },
    };
  }

  function isDead(part) {
    var pair = part.split("=");
    var name = pair[0].trim().toLowerCase();
    if (name === "max-age") return Number(pair[1]) <= 0;
    return name === "expires" && Date.parse(pair[1]) <= Date.now();
  }

  ["localStorage", "sessionStorage"].forEach(function (name) {
    try {
      window[name].length;
    } catch (error) {
      define(window, name, { configurable: true, value: storage() });
    }
  });
  try {
    document.cookie;
  } catch (error) {
    define(document, "cookie", cookies());
  }

  /* What is submitted, and where it would have gone. */

  function landsHere(address) {
    var url = parsed(address);
    if (!url) return false;
    if (settings.submit && url.href.split(/[?#]/)[0] === settings.submit) return true;
    var known = /(^|\.)mturk\.com$/i.test(url.hostname) || url.host === window.location.host;
    return known && PATH.test(url.pathname);
  }

  function parsed(address) {
    try {
      return new URL(address, document.baseURI);
    } catch (error) {
      return null;
    }
  }

  /* A form that opens another host in another window, as a search does, is no answer. */
  function isNoAnswer(form, submitter) {
    // crowd-form asks the page by an event of its own, then submits the form within.
    if (!(form instanceof HTMLFormElement)) return true;
    function given(name) {
      var own = submitter && attribute(submitter, "form" + name);
      return own === null || own === undefined || own === false ? attribute(form, name) || "" : own;
    }
    if (given("method").toLowerCase() === "dialog") return true;
    if (OURS.indexOf(given("target").toLowerCase()) >= 0) return false;
    var url = parsed(given("action"));
    return url && /^https?:$/.test(url.protocol) && url.host !== window.location.host && !landsHere(url.href);
  }

  function fieldsOf(form, submitter) {
    var data;
    try {
      data = new FormData(form, submitter);
    } catch (error) {
      data = new FormData(form);
      if (submitter && submitter.name) data.append(submitter.name, submitter.value);
    }
    var fields = [];
    eachField(data, function (value, name) { fields.push([name, value]); });
    return fields;
  }

  function encoded(fields) {
    var body = new URLSearchParams();
    fields.forEach(function (field) {
      // A form that is not multipart sends the name of a file, and ends lines as below.
      var value = field[1] instanceof Blob ? field[1].name || "" : field[1];
      body.append(lines(field[0]), lines(value));
    });
    return body.toString();
  }

  function lines(text) {
    return String(text).replace(/\r\n|\r|\n/g, "\r\n");
  }

  /* Sending. */

  function submit(fields) {
    if (state !== "open") return;
    if (preview) return tell(texts.preview, "alert");
    var body = encoded(fields);
    if (body.length > Number(settings.limit)) return refused({ text: texts.large }, fields);
    tell(texts.sending, "status");
    post(body, FORM_TYPE).then(
      function (reply) {
        function judged(said) { judge(reply, fields, said || {}); }
        return reply.json().then(judged, function () { judged({}); });
      },
      function () { refused({ text: texts.unreachable, again: true }, fields); }
    );
  }

  function judge(reply, fields, said) {
    if (reply.ok && isOver(reply)) return tell(texts.submitted, "status");
    if (said.text) return refused(said, fields);
    // Something in between has answered, as a proxy does where it wants somebody to sign in.
    refused({ text: reply.status === 413 ? texts.large : texts.unreachable, again: true }, fields);
  }

  function isOver(reply) {
    return reply.headers.get(OVER) === "yes";
  }

  function post(body, type) {
    var abort = new AbortController();
    var timer = later(function () { abort.abort(); }, PATIENCE);
    state = "sending";
    var headers = { Accept: "application/json" };
    if (type) headers["Content-Type"] = type;
    return send(settings.submit, {
      method: "POST", body: body, headers: headers, mode: "cors", credentials: "omit", signal: abort.signal,
    }).then(
      function (reply) { stopTimer(timer); settle(isOver(reply)); return reply; },
      function (error) { stopTimer(timer); settle(false); throw error; }
    );
  }

  function settle(arrived) {
    state = arrived ? "done" : "open";
    if (arrived) announce();
  }

  function announce() {
    if (window.parent !== window) window.parent.postMessage({ mturk: "submitted" }, settings.site);
  }

  function refused(said, fields) {
    var written = fields.map(function (field) {
      return field[0] + ": " + (field[1] instanceof Blob ? field[1].name : field[1]);
    });
    tell(said.text, "alert", written.join("\n"), said.again && function () { submit(fields); });
  }

  /* What the worker is told, in a shadow that the page's styles do not reach. */

  var STYLE =
    ":host{all:initial;position:fixed;inset:auto 0 0 0;z-index:2147483647;display:block}" +
    "section{font:16px/1.5 system-ui,sans-serif;background:#fff;color:#1b1b1b;border-top:4px solid #b3261e;" +
    "padding:12px 16px;max-height:60vh;overflow:auto;box-shadow:0 -2px 12px #0006}" +
    "section.status{border-color:#1f5fbf}p{margin:0 0 8px}" +
    "button{font:inherit;min-height:32px;margin-inline-end:8px;padding:2px 12px}" +
    "textarea{font:inherit;display:block;box-sizing:border-box;width:100%;height:8em;margin-block:8px}" +
    ":focus-visible{outline:3px solid #1f5fbf;outline-offset:2px}";
  var box = null;

  function tell(text, role, written, again) {
    if (box) box.remove();
    box = document.createElement("div");
    var inside = apply(attachShadow, box, [{ mode: "open" }]);
    var section = make("section", "", role);
    section.setAttribute("role", role);
    section.append(make("p", text));
    if (again) section.append(button(texts.again, function () { box.remove(); again(); }));
    if (written) section.append(copyable(written));
    if (role === "alert") section.append(button(texts.close, function () { box.remove(); }));
    inside.append(make("style", STYLE), section);
    document.documentElement.append(box);
    if (role === "alert") section.querySelector("button").focus();
  }

  function copyable(written) {
    var label = make("label", texts.written);
    var area = make("textarea", written);
    area.readOnly = true;
    area.addEventListener("focus", area.select);
    label.append(area);
    return label;
  }

  function button(text, act) {
    var made = make("button", text);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  }

  function make(name, text, kind) {
    var made = document.createElement(name);
    made.textContent = text;
    if (kind) made.className = kind;
    return made;
  }

  /* Forms. The page's own handlers run first, wherever they are, and what they prevent is not sent. */

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

  /* Links to where MTurk took answers. */

  function firstClick(event) {
    used(event);
    var link = linkOf(event);
    if (link) keepHere(link, "href");
    unlisten(window, "click", lastClick);
    if (link) listen(window, "click", lastClick);
  }

  function lastClick(event) {
    var link = linkOf(event);
    if (!link || isPrevented(event) || !landsHere(link.href)) return;
    prevent(event);
    submit(list(parsed(link.href).searchParams));
  }

  function linkOf(event) {
    return event.composedPath().find(function (place) { return place instanceof HTMLAnchorElement && place.href; });
  }

  /* A page that is written anew has lost all listeners; those that are there yet are not added twice. */
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

  var submitNatively = HTMLFormElement.prototype.submit;
  HTMLFormElement.prototype.submit = function () {
    if (isNoAnswer(this)) apply(submitNatively, this, []);
    else submit(fieldsOf(this));
  };

  /* Requests by script to where MTurk took answers. */

  function relayed(address, method, body, type) {
    if (preview) tell(texts.preview, "alert");
    if (preview || state !== "open") return Promise.resolve(new Response("", { status: preview ? 403 : 409 }));
    if (method === "GET") return post(new URL(address, document.baseURI).searchParams, FORM_TYPE);
    return post(body, type);
  }

  window.fetch = function (resource, options) {
    var address = resource instanceof Request ? resource.url : String(resource);
    if (!landsHere(address)) return send(resource, options);
    var request = new Request(resource, options);
    return request.blob().then(function (body) {
      return relayed(address, request.method, body, request.headers.get("Content-Type"));
    });
  };

  var beacon = Navigator.prototype.sendBeacon;
  Navigator.prototype.sendBeacon = function (address, body) {
    if (!landsHere(address)) return apply(beacon, this, [address, body]);
    relayed(address, "POST", body).then(null, function () {});
    return true;
  };

  var open = XMLHttpRequest.prototype.open;
  var dispatch = XMLHttpRequest.prototype.send;
  var diverted = new WeakMap();
  XMLHttpRequest.prototype.open = function (method, address) {
    diverted.delete(this);
    if (!landsHere(address)) return apply(open, this, arguments);
    diverted.set(this, method.toUpperCase() === "GET" ? new URL(address, document.baseURI).searchParams : null);
    return apply(open, this, ["POST", settings.submit || address, arguments[2] !== false]);
  };
  XMLHttpRequest.prototype.send = function (body) {
    if (!diverted.has(this)) return apply(dispatch, this, [body]);
    if (preview) tell(texts.preview, "alert");
    if (preview || state !== "open") return this.dispatchEvent(new ProgressEvent("error"));
    state = "sending";
    this.withCredentials = false;
    listen(this, "loadend", function () { settle(this.getResponseHeader(OVER) === "yes"); });
    return apply(dispatch, this, [diverted.get(this) || body]);
  };
})();

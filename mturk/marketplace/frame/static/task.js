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
  var OURS = ["", "_self", "_parent", "_top", window.name];

  var element = document.currentScript;
  var settings = Object.assign({}, element.dataset);
  var texts = JSON.parse(settings.texts || "{}");
  var preview = settings.preview === "true";
  var state = "open"; // then "sending", then "open" again or "done"
  // A script of the page may replace any of these.
  var send = window.fetch.bind(window);
  var later = window.setTimeout.bind(window);
  var attribute = Function.prototype.call.bind(Element.prototype.getAttribute);
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

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll('input[name="assignmentId"]').forEach(function (field) {
      field.value = settings.assignment;
    });
    if (preview) lock(document.querySelectorAll('[type="submit"], [type="image"], #submitButton'));
  });

  /* In an origin of its own a page has no storage and no cookies: it gets some that last as long as it does. */

  function storage() {
    var kept = new Map();
    var methods = {
      getItem: function (key) { return kept.has(String(key)) ? kept.get(String(key)) : null; },
      setItem: function (key, value) { kept.set(String(key), String(value)); },
      removeItem: function (key) { kept.delete(String(key)); },
      clear: function () { kept.clear(); },
      key: function (index) { return Array.from(kept.keys())[index] || null; },
    };
    return new Proxy(methods, {
      get: function (_, name) {
        if (name === "length") return kept.size;
        return Object.hasOwn(methods, name) ? methods[name] : kept.get(name);
      },
      set: function (_, name, value) { kept.set(String(name), String(value)); return true; },
      has: function (_, name) { return kept.has(name) || name in methods; },
      deleteProperty: function (_, name) { kept.delete(name); return true; },
      ownKeys: function () { return Array.from(kept.keys()); },
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
        return Array.from(jar, function (pair) { return pair[0] ? pair.join("=") : pair[1]; }).join("; ");
      },
      set: function (text) {
        var parts = String(text).split(";");
        var pair = /^\s*(?:([^=]*)=)?([\s\S]*)$/.exec(parts.shift());
        var name = (pair[1] || "").trim();
        if (parts.some(isOver)) jar.delete(name);
        else jar.set(name, pair[2].trim());
      },
    };
  }

  function isOver(part) {
    var pair = part.split("=");
    var name = pair[0].trim().toLowerCase();
    if (name === "max-age") return Number(pair[1]) <= 0;
    return name === "expires" && Date.parse(pair[1]) <= Date.now();
  }

  ["localStorage", "sessionStorage"].forEach(function (name) {
    try {
      window[name].length;
    } catch (error) {
      Object.defineProperty(window, name, { configurable: true, value: storage() });
    }
  });
  try {
    document.cookie;
  } catch (error) {
    Object.defineProperty(document, "cookie", cookies());
  }

  /* What is submitted, and where it would have gone. */

  function landsHere(address) {
    var url;
    try {
      url = new URL(address, document.baseURI);
    } catch (error) {
      return false;
    }
    if (settings.submit && url.href.split(/[?#]/)[0] === settings.submit) return true;
    var known = /(^|\.)mturk\.com$/i.test(url.hostname) || url.host === window.location.host;
    return known && PATH.test(url.pathname);
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
    if (OURS.indexOf(given("target")) >= 0) return false;
    var url = new URL(given("action") || "", document.baseURI);
    return /^https?:$/.test(url.protocol) && url.host !== window.location.host && !landsHere(url.href);
  }

  function fieldsOf(form, submitter) {
    var data;
    try {
      data = new FormData(form, submitter);
    } catch (error) {
      data = new FormData(form);
      if (submitter && submitter.name) data.append(submitter.name, submitter.value);
    }
    return Array.from(data);
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
      function (reply) { return reply.json().then(null, function () { return {}; }).then(judge.bind(null, reply, fields)); },
      function () { refused({ text: texts.unreachable, again: true }, fields); }
    );
  }

  function judge(reply, fields, said) {
    if (reply.ok) return tell(texts.submitted, "status");
    if (said.text) return refused(said, fields);
    refused({ text: reply.status === 413 ? texts.large : texts.unreachable, again: true }, fields);
  }

  function post(body, type) {
    var abort = new AbortController();
    var timer = later(abort.abort.bind(abort), PATIENCE);
    state = "sending";
    var headers = { Accept: "application/json" };
    if (type) headers["Content-Type"] = type;
    return send(settings.submit, {
      method: "POST", body: body, headers: headers, mode: "cors", credentials: "omit", signal: abort.signal,
    }).then(
      function (reply) { window.clearTimeout(timer); settle(reply.ok); return reply; },
      function (error) { window.clearTimeout(timer); settle(false); throw error; }
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
    if (said.over) {
      state = "done"; // submitted by an earlier try, whose answer was lost
      announce();
    }
    var written = fields.map(function (field) {
      return field[0] + ": " + (field[1] instanceof Blob ? field[1].name : field[1]);
    });
    tell(said.text, "alert", written.join("\n"), said.again && submit.bind(null, fields));
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
    var inside = box.attachShadow({ mode: "open" });
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

  function last(event) {
    if (event.defaultPrevented || isNoAnswer(event.target, event.submitter)) return;
    Event.prototype.preventDefault.call(event);
    submit(fieldsOf(event.target, event.submitter));
  }

  function watch(target) {
    target.addEventListener("submit", function (event) {
      target.removeEventListener("submit", last);
      target.addEventListener("submit", last);
      ["stopPropagation", "stopImmediatePropagation"].forEach(function (name) {
        event[name] = function () {
          Event.prototype[name].call(event);
          takeOver(event);
        };
      });
    }, true);
  }

  watch(window);

  /* What happens to a form in a shadow is not told outside of it. */
  var attachShadow = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    var root = attachShadow.call(this, options);
    watch(root);
    return root;
  };

  /* An event that the page stops does not come to `last`: it is decided when all handlers are done. */
  function takeOver(event) {
    if (event.defaultPrevented || event.takenOver || isNoAnswer(event.target, event.submitter)) return;
    var form = event.target, submitter = event.submitter, vetoed = false;
    event.takenOver = true;
    Event.prototype.preventDefault.call(event);
    event.preventDefault = function () { vetoed = true; };
    Object.defineProperty(event, "defaultPrevented", { get: function () { return vetoed; } });
    later(function () { if (!vetoed) submit(fieldsOf(form, submitter)); }, 0);
  }

  var submitNatively = HTMLFormElement.prototype.submit;
  HTMLFormElement.prototype.submit = function () {
    if (isNoAnswer(this)) submitNatively.call(this);
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
    if (!landsHere(address)) return beacon.call(this, address, body);
    relayed(address, "POST", body).then(null, function () {});
    return true;
  };

  var open = XMLHttpRequest.prototype.open;
  var dispatch = XMLHttpRequest.prototype.send;
  var diverted = new WeakMap();
  XMLHttpRequest.prototype.open = function (method, address) {
    diverted.delete(this);
    if (!landsHere(address)) return open.apply(this, arguments);
    diverted.set(this, method.toUpperCase() === "GET" ? new URL(address, document.baseURI).searchParams : null);
    return open.call(this, "POST", settings.submit || address, arguments[2] !== false);
  };
  XMLHttpRequest.prototype.send = function (body) {
    if (!diverted.has(this)) return dispatch.call(this, body);
    if (preview) tell(texts.preview, "alert");
    if (preview || state !== "open") return this.dispatchEvent(new ProgressEvent("error"));
    state = "sending";
    this.withCredentials = false;
    this.addEventListener("loadend", function () { settle(this.status >= 200 && this.status < 300); });
    return dispatch.call(this, diverted.get(this) || body);
  };

  /* After a submit nothing keeps the worker on the page. */
  window.addEventListener("beforeunload", function (event) {
    if (state === "done") event.stopImmediatePropagation();
  }, true);
})();

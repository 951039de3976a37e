// In an origin of its own a page has no storage and no cookies: it gets some that last as long as it does.

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

// What the worker is told, in a shadow that the page's styles do not reach.

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

// Requests by script to where MTurk took answers.

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

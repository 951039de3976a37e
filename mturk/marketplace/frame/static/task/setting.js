// What the page is told by the attributes of the script's own element: `submit` (where answers go), `assignment`,
// `preview`, `site` (the origin of the site around the page), `limit` (of bytes), `texts` (for the worker, as JSON);
// and the browser's own functions, as they are before the page's scripts run.

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

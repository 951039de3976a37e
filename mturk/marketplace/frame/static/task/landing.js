// What is submitted, and where it would have gone.

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

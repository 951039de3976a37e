// Sends what is submitted, and keeps the page until its answers have arrived.

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

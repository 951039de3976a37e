// What MTurk's helper defines, for the many pages that call it without loading it.

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

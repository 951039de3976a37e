/* The functions of MTurk's helper for pages that load it by itself. In the frame task.js has defined them before. */
(function () {
  "use strict";

  var MTURK = "https://www.mturk.com";
  var NOT_ACCEPTED = "ASSIGNMENT_ID_NOT_AVAILABLE";

  if (typeof window.turkGetParam !== "function") {
    window.turkGetParam = function (name, otherwise) {
      var value = new URLSearchParams(window.location.search).get(name);
      return value === null ? (otherwise === undefined ? "" : otherwise) : value;
    };
  }
  if (typeof window.turkGetSubmitToHost !== "function") {
    window.turkGetSubmitToHost = function () {
      return window.turkGetParam("turkSubmitTo", MTURK);
    };
  }
  if (typeof window.turkSetAssignmentID !== "function") {
    window.turkSetAssignmentID = function (id, fieldId) {
      var assignment = id || window.turkGetParam("assignmentId", "");
      var field = document.getElementById(fieldId || "assignmentId");
      var button = document.getElementById("submitButton");
      if (field) field.value = assignment;
      if (button && assignment === NOT_ACCEPTED) {
        button.disabled = true;
        button.value = "You must ACCEPT the HIT before you can submit the results.";
      }
    };
  }
})();

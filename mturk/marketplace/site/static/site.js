// What pages do better with a script: times and days in the visitor's own zone, and forms that are sent once.
"use strict";
(() => {
  const language = document.documentElement.lang;
  const show = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  // A format of a style has no zone in it.
  const named = new Intl.DateTimeFormat(language, { timeZoneName: "short" });
  const zoneAt = (moment) => named.formatToParts(moment).find(({ type }) => type === "timeZoneName").value;
  for (const time of document.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    if (!Number.isNaN(moment.getTime())) {
      time.title = time.textContent;
      time.textContent = `${show.format(moment)} ${zoneAt(moment)}`;
    }
  }

  // What is folded on a small screen is open on a large one. The style sheet shows it there too; now it also says so.
  const wide = matchMedia("(min-width: 40.01rem)");
  const unfold = () => {
    for (const details of wide.matches ? document.querySelectorAll("details.folded") : []) {
      details.open = true;
    }
  };
  unfold();
  wide.addEventListener("change", unfold);

  // The pages that add up days are made for this zone from now on.
  const zone = encodeURIComponent(new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC");
  document.cookie = `mturk-zone=${zone}; path=/; max-age=31536000; samesite=lax`;

  // A second press while the first is under way sends nothing; a page that comes back from the history is fresh again.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent !== undefined) {
      event.preventDefault();
    } else if (!event.defaultPrevented && form.method === "post") {
      form.dataset.sent = "";
      setTimeout(() => delete form.dataset.sent, 4000); // what was stopped, or answered with a file, can be sent again
    }
  });
  window.addEventListener("pageshow", (event) => {
    // Who signed out here is not seen by who goes back.
    if (event.persisted && document.querySelector("form.leave[data-sent]")) {
      location.reload();
    }
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
    }
  });
})();

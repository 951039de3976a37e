// The page of a HIT at work: the time that is left, also after the computer slept; what the frame says; the next HIT.
"use strict";
(() => {
  const goesOn = document.querySelector("form[data-goes-on]");
  const navigation = performance.getEntriesByType("navigation")[0];
  const cameBack = navigation !== undefined && navigation.type === "back_forward";
  if (goesOn && !cameBack) {
    goesOn.requestSubmit();
  }

  const bar = document.querySelector("[data-work]");
  if (!bar) {
    return;
  }
  const text = bar.dataset;
  const clock = bar.querySelector("[data-clock]");
  const told = document.querySelector("[data-told]");
  const frame = document.querySelector("iframe[data-task]");
  const form = document.querySelector("form[data-form]");
  const MINUTE = 60000;

  // The server's clock is what counts; ours only measures how far it has gone on since.
  let offset = Number(text.now) - Date.now();
  const left = () => Number(text.deadline) - Date.now() - offset;

  const isNarrow = matchMedia("(max-width: 40rem)");
  const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const written = (milliseconds) => {
    const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
    const first = Math.max(0, units.findIndex(([, size]) => seconds >= size));
    const from = seconds === 0 ? units.length - 1 : first;
    return units.slice(from, from + 2).map(([unit, size], place) => {
      const number = Math.floor(place ? (seconds % units[from][1]) / size : seconds / size);
      return new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, unitDisplay: isNarrow.matches ? "short" : "long" }).format(number);
    }).join(" ");
  };

  const say = (words, kind) => {
    const notice = document.createElement("p");
    notice.className = `notice ${kind}`;
    notice.textContent = words;
    told.replaceChildren(notice);
  };

  const warnings = [[5 * MINUTE, text.soon], [MINUTE, text.last]];
  // What was past when the page came needs no warning; the time that is left stands above.
  let last = left();
  let isOver = false;

  const tick = () => {
    const now = left();
    clock.textContent = now > 0 ? text.left.replace("{time}", written(now)) : text.over;
    bar.classList.toggle("soon", now <= 5 * MINUTE);
    bar.classList.toggle("last", now <= MINUTE);
    for (const [limit, words] of warnings) {
      if (last > limit && now <= limit && now > 0) {
        say(words, "warn");
      }
    }
    if (now <= 0 && !isOver) {
      isOver = true;
      say(text.ended, "bad");
    }
    last = now;
  };

  // What the server says counts: its clock may have been moved, and the HIT may be finished elsewhere.
  const ask = async (whenOver) => {
    try {
      const answer = await fetch(text.time, { headers: { Accept: "application/json" }, redirect: "error" });
      if (!answer.ok) {
        return;
      }
      const said = await answer.json();
      offset = said.now - Date.now();
      if (said.in_hand) {
        text.deadline = said.deadline;
        isOver = false;
      } else if (whenOver) {
        whenOver();
        return;
      } else if (!isOver && left() > 0) {
        isOver = true;
        say(text.elsewhere, "warn");
      }
      tick();
    } catch {
      // Without a network the page goes on with what it knows.
    }
  };

  tick();
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") {
      ask();
    }
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted || cameBack) {
      ask();
    }
  });

  // A page may submit in a frame of its own.
  const isBelow = (inner, outer) => {
    let at = inner;
    for (let depth = 0; at && depth < 20; depth += 1) {
      if (at === outer) {
        return true;
      }
      at = at === at.parent ? null : at.parent;
    }
    return false;
  };

  // The frame tells that it has submitted. Only if the server says so too is this page loaded again: a hostile page
  // could tell it without end.
  let looked = -Infinity;
  window.addEventListener("message", (event) => {
    const tells = frame && isBelow(event.source, frame.contentWindow) && event.data && event.data.mturk === "submitted";
    if (tells && performance.now() - looked > 1000) {
      looked = performance.now();
      ask(() => location.reload());
    }
  });

  const choice = document.querySelector("input[data-send]");
  if (choice) {
    choice.closest("[hidden]").hidden = false;
    choice.addEventListener("change", () => {
      const fields = new FormData();
      fields.set("csrf_token", document.querySelector("input[name=csrf_token]").value);
      fields.set("accept_next", choice.checked ? "on" : "off");
      fetch(choice.dataset.send, { method: "POST", body: fields }).then(
        (answer) => { choice.checked = answer.ok === choice.checked; },
        () => { choice.checked = !choice.checked; },
      );
    });
  }

  // What was typed is not lost by a wrong key.
  if (form) {
    let changed = false;
    form.addEventListener("input", () => { changed = true; });
    document.addEventListener("submit", (event) => { changed &&= event.defaultPrevented || event.target !== form; });
    window.addEventListener("beforeunload", (event) => {
      if (changed && !isOver) {
        event.preventDefault();
      }
    });
  }
})();

/* Cards that are computed in the background (dashboard/progress.py): how far they are, a way to stop,
   and the view once more when one is ready. Only while the page is in sight. */
(function () {
  "use strict";
  var EVERY = 700; // ms between questions
  var asker = Array.from(window.crypto.getRandomValues(new Uint8Array(8)), function (b) {
    return b.toString(16).padStart(2, "0");
  }).join("");
  var timer = null;

  function cards() {
    return Array.from(document.querySelectorAll("[data-progress]:not(.ended)"));
  }
  function question(card, leaves) {
    return fetch("/progress/" + encodeURIComponent(card.dataset.progress), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ query: window.location.search, asker: asker, leaves: leaves }),
    }).then(function (answer) {
      if (!answer.ok) throw new Error("work: " + answer.status);
      return answer.json();
    });
  }
  function show(card, state) {
    var words = JSON.parse(card.dataset.words);
    var told = card.querySelector(".work-words");
    if (words[state.stage] && told.textContent !== words[state.stage]) told.textContent = words[state.stage];
    if (state.total) {
      var bar = card.querySelector("progress");
      bar.max = state.total;
      bar.value = state.done;
      card.querySelector(".work-far").textContent = card.dataset.steps
        .replace("{done}", state.done.toLocaleString("en")).replace("{total}", state.total.toLocaleString("en"));
    }
  }
  function end(card, stage) {
    show(card, { stage: stage });
    card.classList.add("ended");
    card.querySelector(".work-button").textContent = card.dataset.again;
    card.querySelector(".work-far").textContent = "";
  }
  function look() {
    timer = null;
    if (document.hidden) return;
    var waiting = cards();
    Promise.all(waiting.map(function (card) {
      return question(card, false).then(function (state) {
        if (state.stage === "failed" || state.stage === "full") end(card, state.stage);
        else if (state.stage !== "done" && state.stage !== "stopped") show(card, state);
        // one that nobody makes any more is started again by the view
        return state.stage === "done" || state.stage === "stopped";
      }).catch(function () { return false; }); // the next question may be answered
    })).then(function (ready) {
      if (ready.some(Boolean)) window.interimView.again();
      else plan();
    });
  }
  function plan() {
    if (timer === null && !document.hidden && cards().length) timer = window.setTimeout(look, EVERY);
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest(".work-button");
    if (!button) return;
    var card = button.closest("[data-progress]");
    if (card.classList.contains("ended")) {
      window.interimView.again();
      return;
    }
    end(card, "stopped");
    question(card, true).catch(function () { end(card, "stopped"); });
  });
  document.addEventListener("visibilitychange", plan);
  new MutationObserver(plan).observe(document.documentElement, { childList: true, subtree: true });
})();

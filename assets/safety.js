/* Safety: a press that asks a card for other rows, and a search that stands in the address. */
(function () {
  "use strict";
  var WAIT = 400; // ms after the last letter

  /* [data-turn] holds what is asked of which card; the answer is the card's own callback. */
  document.addEventListener("click", function (event) {
    var pressed = event.target.closest("[data-turn]");
    if (!pressed || pressed.disabled || event.shiftKey || event.ctrlKey || event.metaKey) return;
    var asked = JSON.parse(pressed.dataset.turn);
    asked.at = Date.now(); // the same press again is asked again
    window.dash_clientside.set_props("turn-" + asked.card, { data: asked });
  });

  /* The card comes anew with its answer, and the field with it: what was typed meanwhile is put back
     (swimmer.js gives the focus back). */
  var timer;
  var typed = null; // what the reader has typed since the field had the focus
  document.addEventListener("focusin", function (event) {
    var field = event.target;
    if (field.id !== "event-find") {
      typed = null;
      return;
    }
    if (typed === null) return;
    if (field.value !== typed) {
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, typed);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    field.setSelectionRange(typed.length, typed.length);
  });
  window.addEventListener("popstate", function () {
    window.clearTimeout(timer);
    typed = null; // the address says what is looked for
  });
  function find() {
    window.clearTimeout(timer);
    var field = document.getElementById("event-find");
    if (!field) return;
    var search = new URLSearchParams(window.location.search);
    var words = field.value.trim();
    if (words === (search.get("ae.find") || "")) return;
    if (words) search.set("ae.find", words);
    else search.delete("ae.find");
    window.interimView.go("?" + search.toString());
  }
  document.addEventListener("input", function (event) {
    if (event.target.id !== "event-find") return;
    typed = event.target.value;
    window.clearTimeout(timer);
    timer = window.setTimeout(find, WAIT);
  });
  document.addEventListener("keydown", function (event) {
    if (event.target.id === "event-find" && event.key === "Enter") find();
  });
})();

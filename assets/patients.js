/* Patients: boxes for comparing, keys for the next and the previous patient, print. The keys of the
   ticked patients live in this tab only, and never say who anybody is. */
(function () {
  "use strict";
  var MOST = 3;
  var ticked = []; // [{key, id}] in the order they were ticked

  function bar() {
    return document.getElementById("compare-bar");
  }
  function show() {
    document.querySelectorAll("[data-compare]").forEach(function (box) {
      var on = ticked.some(function (t) { return t.key === box.dataset.compare; });
      box.setAttribute("aria-checked", String(on));
    });
    var place = bar();
    if (!place) return;
    var named = ticked.map(function (t) { return t.id; }).join(", ");
    place.querySelector(".compare-names").textContent = named;
    place.hidden = !ticked.length;
    var go = place.querySelector(".compare-go");
    var ready = ticked.length > 1;
    go.hidden = !ready;
    place.querySelector(".compare-hint").hidden = ready;
    if (ready) go.setAttribute("href", address());
  }
  function address() {
    var search = new URLSearchParams(window.location.search);
    search.delete("with");
    var others = ticked.slice(1).map(function (t) { return t.key; }).join(",");
    return "/patients/" + ticked[0].key + "?" + search.toString() + "&with=" + others;
  }
  function tick(box) {
    var key = box.dataset.compare;
    var at = ticked.findIndex(function (t) { return t.key === key; });
    if (at >= 0) ticked.splice(at, 1);
    else if (ticked.length < MOST) ticked.push({ key: key, id: box.dataset.id });
    else if (window.interimTell) window.interimTell(bar().dataset.full);
    show();
  }

  document.addEventListener("click", function (event) {
    var box = event.target.closest("[data-compare]");
    if (box) {
      tick(box);
      event.stopPropagation(); // the row behind it is not meant
      return;
    }
    if (event.target.closest("[data-action=compare-clear]")) {
      ticked = [];
      show();
    }
    if (event.target.closest("[data-action=print]")) window.print();
  }, true);

  /* J is the next patient, K the one before. */
  document.addEventListener("keydown", function (event) {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    var field = event.target.closest("input, select, textarea, [contenteditable]");
    if (field) return;
    var id = { j: "patient-next", k: "patient-previous" }[event.key.toLowerCase()];
    var link = id && document.getElementById(id);
    if (link) {
      event.preventDefault();
      link.click();
    }
  });

  /* The address says how the listing stands, so that going back finds it so, and a link shows it. */
  function note() {
    var told = document.querySelector(".matching[data-address]");
    if (told && told.dataset.address && window.interimView) window.interimView.note("/patients", told.dataset.address);
  }

  var seen;
  new MutationObserver(function () {
    note();
    document.querySelectorAll("details.records[data-kind]:not([data-met])").forEach(function (part) {
      part.dataset.met = "true";
      keep(part);
    });
    var table = document.querySelector(".listing-table tbody");
    var now = table && table.firstElementChild;
    if (now === seen) return;
    seen = now;
    if (bar()) show();
  }).observe(document.documentElement, { childList: true, subtree: true });

  /* A folded table is data until it is opened: text only, never markup. */
  function element(tag, words, attributes) {
    var made = document.createElement(tag);
    if (words !== null) made.textContent = words;
    Object.keys(attributes || {}).forEach(function (k) { made.setAttribute(k, attributes[k]); });
    return made;
  }
  function write(frame) {
    var data = JSON.parse(frame.dataset.records);
    var kind = function (i) { return data.numbers[i] ? "number" : ""; };
    var table = element("table", null, { class: "numbers-table record-table" });
    table.appendChild(element("caption", data.title, { class: "visually-hidden" }));
    var top = table.createTHead().insertRow();
    data.head.forEach(function (words, i) {
      top.appendChild(element("th", words, { scope: "col", class: kind(i) }));
    });
    var body = table.createTBody();
    data.rows.forEach(function (cells) {
      var row = body.insertRow();
      cells.forEach(function (words, i) {
        row.appendChild(element("td", words, { class: kind(i), "data-head": data.head[i] }));
      });
    });
    frame.replaceChildren(table);
  }
  function written(frame) {
    if (frame.closest("details").open) write(frame);
    else frame.replaceChildren();
  }
  var opened = {}; // kind of table -> did the reader leave it open?
  document.addEventListener("toggle", function (event) {
    var part = event.target;
    if (!part.matches("details.records")) return;
    if (part.dataset.kind) opened[part.dataset.kind] = part.open;
    var frame = part.querySelector("[data-records]");
    if (frame) written(frame);
  }, true);
  /* The next patient's tables are open where the last one's were. */
  function keep(part) {
    var was = opened[part.dataset.kind];
    if (was !== undefined && part.open !== was) part.open = was;
  }
  /* Another patient in the same place: the table of the one before must not stay. */
  new MutationObserver(function (changes) {
    changes.forEach(function (c) { if (c.target.dataset.records) written(c.target); });
  }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-records"], subtree: true });
})();

/* The Methods page: sections written out from their data, links to a definition, contents, search.
   Nothing is sent anywhere; what is written is text, never markup. */
(function () {
  "use strict";
  var WIDE = 1180; // px from which the contents stand beside the text
  var ADDRESS = /https:\/\/[^\s;,]+[^\s;,.]/g;
  var CHECKSUM = /^[0-9a-f]{64}$/;

  function make(tag, name, children) {
    var element = document.createElement(tag);
    if (name) element.className = name;
    (children || []).forEach(function (c) { element.append(c); });
    return element;
  }
  /* Words with every https address as a link that reads as its host. */
  function said(words) {
    if (CHECKSUM.test(words)) return [make("code", "checksum", [words])];
    var parts = [];
    var at = 0;
    words.replace(ADDRESS, function (address, place) {
      if (place > at) parts.push(words.slice(at, place));
      var link = make("a", "away", [address.split("/")[2].replace(/^www\./, "")]);
      link.href = address;
      link.title = address;
      link.target = "_blank";
      link.rel = "noopener noreferrer";
      parts.push(link);
      at = place + address.length;
      return address;
    });
    if (at < words.length) parts.push(words.slice(at));
    return parts;
  }
  function findable(element) {
    element.dataset.find = "true";
    return element;
  }
  /* Links on this page as [words, address], separated by semicolons. */
  function works(list) {
    return list.reduce(function (parts, pair, i) {
      var link = make("a", "", [pair[0]]);
      link.href = pair[1];
      return parts.concat(i ? ["; "] : [], [link]);
    }, []);
  }
  var writers = {
    words: function (b) { return findable(make("p", "methods-words", said(b.text))); },
    heading: function (b) { return make("h3", "methods-heading", [b.text]); },
    list: function (b) {
      return make("ul", "methods-list", b.items.map(function (words, i) {
        var item = findable(make("li", "", said(words)));
        if (b.ids) item.id = b.ids[i];
        return item;
      }));
    },
    facts: function (b) {
      return make("dl", "methods-facts", b.items.map(function (i) {
        return findable(make("div", "", [make("dt", "", [i[0]]), make("dd", "", said(i[1]))]));
      }));
    },
    table: function (b) {
      function cell(words, i) {
        var box = make(i ? "td" : "th", "", [make("span", "cell-head", [b.head[i]]), make("span", "", said(words))]);
        if (!i) box.scope = "row";
        return box;
      }
      var heads = make("tr", "", b.head.map(function (h) {
        var box = make("th", "", [h]);
        box.scope = "col";
        return box;
      }));
      var table = make("table", "numbers-table stacking methods-table", [
        make("caption", "", [b.caption]),
        make("thead", "", [heads]),
        make("tbody", "", b.rows.map(function (row) { return findable(make("tr", "", row.map(cell))); })),
      ]);
      if (b.metric) table.dataset.metric = b.metric;
      return make("div", "table-frame", [table]);
    },
    entry: function (b) {
      var link = make("a", "entry-link", ["#"]);
      link.href = "#" + b.id;
      link.setAttribute("aria-label", b.link);
      link.title = b.link;
      var name = make("h4", "", [b.name, link]);
      var lines = make("dl", "", b.lines.map(function (line) {
        return make("div", "", [make("dt", "", [line[0]]), make("dd", "", Array.isArray(line[1]) ? works(line[1]) : said(line[1]))]);
      }));
      var entry = findable(make("article", "entry", [name, lines]));
      name.id = b.id + "-name";
      entry.id = b.id;
      entry.tabIndex = -1;
      entry.setAttribute("aria-labelledby", name.id);
      return entry;
    },
  };
  /* A section whose data have changed since they were written. */
  function write() {
    var fresh = false;
    document.querySelectorAll(".blocks").forEach(function (box) {
      if (box.interimBlocks === box.dataset.blocks) return;
      box.interimBlocks = box.dataset.blocks;
      box.replaceChildren.apply(box, JSON.parse(box.dataset.blocks).map(function (b) { return writers[b.kind](b); }));
      fresh = true;
    });
    return fresh;
  }

  var sought = ""; // the anchor of the address that has not arrived yet
  function anchor() {
    try {
      return decodeURIComponent(window.location.hash.slice(1));
    } catch (e) {
      return "";
    }
  }
  /* Cards come after the page: the place an address names is looked for until it is there. */
  function seek() {
    var place = sought && document.getElementById(sought);
    if (!place || document.querySelector(".methods .card-loading")) return;
    sought = "";
    document.querySelectorAll(".entry.target").forEach(function (e) { e.classList.remove("target"); });
    if (place.classList.contains("entry")) place.classList.add("target");
    place.scrollIntoView({ block: "start", behavior: "instant" });
    if (place.tabIndex === -1) place.focus({ preventScroll: true });
  }
  window.addEventListener("hashchange", function () {
    sought = anchor();
    seek();
  });
  sought = anchor();

  function search() {
    var field = document.getElementById("methods-search");
    var found = document.getElementById("methods-found");
    var report = document.querySelector(".methods-report");
    if (!field || !found || !report) return;
    var words = field.value.trim().toLocaleLowerCase().split(/\s+/).filter(Boolean);
    var n = 0;
    report.querySelectorAll("[data-find]").forEach(function (part) {
      var text = part.textContent.toLocaleLowerCase();
      var hit = words.every(function (word) { return text.indexOf(word) >= 0; });
      part.classList.toggle("unmatched", !hit);
      if (hit) n += 1;
    });
    report.querySelectorAll(".card-slot, .table-frame").forEach(function (box) {
      box.classList.toggle("unmatched", words.length > 0 && !box.querySelector("[data-find]:not(.unmatched)"));
    });
    report.classList.toggle("searching", words.length > 0);
    found.textContent = words.length ? found.dataset.words.replace("%n", n) : "";
  }
  document.addEventListener("input", function (event) {
    if (event.target.id === "methods-search") search();
  });

  function arrived() {
    var contents = document.querySelector(".methods-contents:not([data-placed])");
    if (contents) {
      contents.dataset.placed = "true";
      contents.open = window.innerWidth >= WIDE;
    }
    var field = document.getElementById("methods-search");
    if (write() && field && field.value) search();
    seek();
  }
  new MutationObserver(function () {
    if (document.querySelector(".methods")) arrived();
  }).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-blocks"] });
})();

/* One patient thread: whoever is highlighted in one figure, table or count is highlighted in every
   other, from page to page, and in the address (sel=). Patients go by opaque keys; highlighting
   itself asks the server nothing, only names and words come from there.

   In a figure, customdata[i][0] holds the key of a mark, or several with a space between, and so
   does the name of an annotation that can be pressed. meta
   "curve" marks a line that is no patient: highlighted points get a ring. layout.meta says more:
   `names` (where the names of a few highlighted patients stand: "tips" of bars, "ends" of lines),
   `prefix` (what their ids all start with),
   `lanes` (key -> y, to be shaded), `select` (how patients are chosen by drawing).
   On the page, [data-patients] holds keys, [data-pin] is a switch for one patient, [data-everyone]
   are all patients of a list that comes in pages. */
(function () {
  "use strict";
  var ONE = /^[a-z2-7]{10}$/;
  var MARK = /^[a-z2-7]{10}( [a-z2-7]{10})*$/;
  var MOST = 400; // patients a link can hold (dashboard/selection.py)
  var FEW = 8; // highlighted patients that a figure names
  var DIM = 0.2;
  var OUTLINED = 100; // among more bars than this an outline would cover their colour
  var WAIT = 70; // ms a pointer rests on a mark before the other figures follow it
  var chosen = fromAddress();
  var pointed = []; // keys under the pointer
  var source = null; // the figure the pointer is in: it says itself whom it points at
  var query = null; // the selection on screen
  var sent = "";
  var touch = false;

  function fromAddress() {
    var value = new URLSearchParams(window.location.search).get("sel") || "";
    var keys = value.match(/[a-z2-7]{10}/g) || [];
    return new Set(keys.join("") === value ? keys : []);
  }
  function sorted() {
    return Array.from(chosen).sort();
  }
  function studyOf(search) {
    return search ? new URLSearchParams(search).get("study") : null;
  }
  function words() {
    var bar = document.getElementById("thread");
    return bar ? JSON.parse(bar.dataset.words) : {};
  }
  function fill(template, values) {
    return String(template || "").replace(/\{(\w+)\}/g, function (_, name) { return values[name]; });
  }
  function tell(said) {
    if (window.interimTell) window.interimTell(said);
  }

  /* --- the address ------------------------------------------------------------------------------ */

  /* Keys belong to one study: another study starts with nobody highlighted. */
  function adopt(selection) {
    var before = studyOf(query);
    var now = studyOf(selection);
    if (before && now && before !== now) chosen.clear();
    if (selection) query = selection;
  }
  function withThread(search) {
    var rest = search.replace(/^\?/, "").split("&").filter(function (part) {
      return part && part.indexOf("sel=") !== 0;
    });
    if (chosen.size) rest.push("sel=" + sorted().join(""));
    return rest.length ? "?" + rest.join("&") : "";
  }
  function writeAddress() {
    var here = window.location;
    var search = withThread(here.search);
    if (search === here.search) return;
    window.history.replaceState(window.history.state, "", here.pathname + search + here.hash);
    var foot = document.getElementById("print-foot");
    if (foot) foot.textContent = foot.dataset.words + " " + here.href;
  }
  window.addEventListener("popstate", function () {
    chosen = fromAddress();
    changed();
  });
  /* A link to another view takes the highlighted patients along, also into a new tab. */
  function decorate(event) {
    var link = event.target.closest && event.target.closest("a[href]");
    if (!link || link.hasAttribute("download")) return;
    var href = link.getAttribute("href");
    if (!/^(\/(?!\/|download|assets)[^#]*|\?[^#]*)$/.test(href)) return;
    var cut = href.indexOf("?");
    var path = cut < 0 ? href : href.slice(0, cut);
    var study = studyOf(cut < 0 ? "" : href.slice(cut));
    if (study && studyOf(query) && study !== studyOf(query)) return;
    link.setAttribute("href", path + withThread(cut < 0 ? "" : href.slice(cut)));
  }
  document.addEventListener("pointerdown", decorate, true);
  document.addEventListener("focusin", decorate, true);

  /* --- who is highlighted ----------------------------------------------------------------------- */

  function all(keys) {
    return keys.length > 0 && keys.every(function (k) { return chosen.has(k); });
  }
  function set(keys) {
    if (keys.length > MOST) {
      tell(fill(words().most, { n: MOST }));
      return;
    }
    chosen = new Set(keys);
    changed();
  }
  function toggle(keys) {
    if (all(keys)) set(sorted().filter(function (k) { return keys.indexOf(k) < 0; }));
    else set(sorted().concat(keys));
  }
  /* A press chooses these patients alone, or nobody when they were; with Shift, Ctrl or a finger
     they join the others, or leave them. */
  function pick(keys, event) {
    if (!keys.length) return;
    if (touch || (event && (event.shiftKey || event.ctrlKey || event.metaKey))) toggle(keys);
    else if (all(keys) && chosen.size === keys.length) set([]);
    else set(keys);
  }
  function changed() {
    pointed = [];
    writeAddress();
    paint();
    send();
  }
  function send() {
    var keys = sorted();
    if (keys.join("") === sent || !window.dash_clientside.set_props) return;
    sent = keys.join("");
    window.dash_clientside.set_props("thread-keys", { data: keys });
  }

  /* --- figures ---------------------------------------------------------------------------------- */

  function keysOf(row) {
    return row && typeof row[0] === "string" && MARK.test(row[0]) ? row[0].split(" ") : null;
  }
  /* Every key a figure holds; counted once per figure, not at each movement of the pointer. */
  function present(figure) {
    if (figure.interimKeys) return figure.interimKeys;
    var found = new Set();
    (figure.data || []).forEach(function (trace) {
      (Array.isArray(trace.customdata) ? trace.customdata : []).forEach(function (row) {
        (keysOf(row) || []).forEach(function (k) { found.add(k); });
      });
    });
    Object.defineProperty(figure, "interimKeys", { value: found });
    return found;
  }
  function marked(gd) {
    var keys = new Set(chosen);
    if (gd !== source) pointed.forEach(function (k) { keys.add(k); });
    return keys;
  }
  /* Adds the highlighting to a figure that is about to be drawn: others fade, nobody is removed. */
  function mark(figure, gd) {
    var meta = figure.layout.meta || {};
    if (meta.select) {
      figure.layout.dragmode = gd.interimSelect ? meta.select : false;
      figure.layout.selections = [];
      figure.layout.newselection = { mode: "immediate" };
    }
    var who = marked(gd);
    var here = present(gd.interimFigure);
    gd.interimShown = Array.from(who).filter(function (k) { return here.has(k); }).sort().join("");
    if (!gd.interimShown) return;
    var ink = (figure.layout.font || {}).color;
    var above = [];
    var edge = figure.data.reduce(function (n, trace) {
      return n + (trace.type === "bar" && !trace.yaxis ? trace.x.length : 0);
    }, 0) > OUTLINED ? 0 : 1.5;
    figure.data = figure.data.map(function (trace) {
      var hit = hits(trace, who);
      if (!hit) return trace;
      if (trace.meta === "curve") {
        if (hit.indexOf(true) >= 0) above.push(rings(trace, hit, ink));
        return trace;
      }
      if (trace.type === "bar") return fadedBars(trace, hit, edge, ink);
      if (trace.showlegend !== false && figure.layout.showlegend) above.push(legendOnly(trace));
      if (hit.indexOf(true) >= 0) above.push(lifted(trace, hit));
      return Object.assign({}, trace, { opacity: DIM, showlegend: false });
    }).concat(above);
    figure.layout.shapes = shapes(figure.layout, who, ink);
    if (meta.names) {
      figure.layout.annotations = (figure.layout.annotations || []).concat(names(figure, who, ink));
    }
  }
  function hits(trace, who) {
    if (!Array.isArray(trace.customdata)) return null;
    var some = false;
    var found = trace.customdata.map(function (row) {
      var keys = keysOf(row);
      if (keys) some = true;
      return Boolean(keys) && keys.some(function (k) { return who.has(k); });
    });
    return some ? found : null;
  }
  function each(value, n, fallback) {
    if (Array.isArray(value)) return value;
    return Array(n).fill(value === undefined ? fallback : value);
  }
  function fadedBars(trace, hit, edge, ink) {
    var line = trace.marker.line || {};
    var width = each(line.width, hit.length, 0);
    var colour = each(line.color, hit.length, "rgba(0,0,0,0)");
    return Object.assign({}, trace, {
      marker: Object.assign({}, trace.marker, {
        opacity: hit.map(function (h) { return h ? 1 : DIM; }),
        line: {
          width: hit.map(function (h, i) { return h && edge ? edge : width[i]; }),
          color: hit.map(function (h, i) { return h && edge ? ink : colour[i]; }),
        },
      }),
    });
  }
  /* The highlighted points of a trace once more, over the faded ones. */
  function lifted(trace, hit) {
    function kept(values) {
      return Array.isArray(values) ? values.map(function (v, i) { return hit[i] ? v : null; }) : values;
    }
    var copy = Object.assign({}, trace, { y: kept(trace.y), showlegend: false });
    if (trace.mode === "lines+markers") {
      copy.opacity = 1;
      copy.line = Object.assign({}, trace.line, { width: Math.max(2.4, trace.line.width) });
    }
    if (trace.mode === "markers" && /^line-/.test((trace.marker || {}).symbol)) {
      copy.opacity = 1; // a tick of the curve: longer and thicker than the others
      copy.marker = Object.assign({}, trace.marker, {
        size: trace.marker.size * 1.8,
        line: Object.assign({}, trace.marker.line, { width: 3 }),
      });
    }
    return copy;
  }
  function rings(trace, hit, ink) {
    function kept(values) { return values.filter(function (_, i) { return hit[i]; }); }
    return {
      type: "scatter", mode: "markers", x: kept(trace.x), y: kept(trace.y), customdata: kept(trace.customdata),
      xaxis: trace.xaxis, yaxis: trace.yaxis, hovertemplate: trace.hovertemplate, showlegend: false,
      marker: { symbol: "circle-open", size: 11, color: ink, line: { width: 2, color: ink } },
    };
  }
  function legendOnly(trace) {
    return Object.assign({}, trace, { x: [null], y: [null], customdata: undefined, showlegend: true, hoverinfo: "skip" });
  }
  function shapes(layout, who, ink) {
    var lanes = (layout.meta || {}).lanes || {};
    var bands = Object.keys(lanes).filter(function (k) { return who.has(k); }).map(function (k) {
      return {
        type: "rect", xref: "paper", x0: 0, x1: 1, y0: lanes[k] - 0.5, y1: lanes[k] + 0.5, layer: "below",
        line: { width: 0 }, fillcolor: ink, opacity: 0.09,
      };
    });
    var own = (layout.shapes || []).map(function (shape) {
      return ONE.test(shape.name || "") && !who.has(shape.name) ? Object.assign({}, shape, { opacity: DIM }) : shape;
    });
    return own.concat(bands);
  }
  /* A few highlighted patients are named in the figure itself. */
  function names(figure, who, ink) {
    var at = {};
    figure.data.forEach(function (trace) {
      var tips = figure.layout.meta.names === "tips";
      if (tips ? trace.type !== "bar" || trace.yaxis : trace.mode !== "lines+markers") return;
      (trace.customdata || []).forEach(function (row, i) {
        var keys = keysOf(row);
        if (!keys || !who.has(keys[0]) || trace.y[i] === null) return;
        var label = short(row[1], figure.layout.meta.prefix);
        at[keys[0]] = tips ? tip(label, trace.x[i], trace.y[i]) : end(label, trace, i);
      });
    });
    var found = Object.keys(at);
    if (found.length > FEW) return [];
    var paper = (figure.layout.hoverlabel || {}).bgcolor;
    return found.map(function (k) {
      return Object.assign({ showarrow: false, font: { size: 11, color: ink }, bgcolor: paper, borderpad: 1 }, at[k]);
    });
  }
  function short(label, prefix) {
    return prefix && label.indexOf(prefix) === 0 ? label.slice(prefix.length) : label;
  }
  function tip(label, x, y) {
    var up = y >= 0; // the name stands on the other side of zero, where there is always room
    return { text: escaped(label), x: x, y: 0, textangle: -90, yanchor: up ? "top" : "bottom", yshift: up ? -4 : 4 };
  }
  function end(label, trace, i) {
    return {
      text: escaped(label), x: trace.x[i], y: trace.y[i], xref: trace.xaxis || "x", yref: trace.yaxis || "y",
      xanchor: "left", xshift: 18,
    };
  }
  function escaped(label) {
    return String(label).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  }
  function eventKeys(event) {
    var found = [];
    ((event && event.points) || []).forEach(function (point) {
      (keysOf(point.customdata) || []).forEach(function (k) {
        if (found.indexOf(k) < 0) found.push(k);
      });
    });
    return found;
  }
  /* Notes that can be pressed are buttons: one stop for Tab, arrows go from one to the next. */
  function reachable(gd) {
    var notes = (gd.layout || {}).annotations || [];
    var found = [];
    notes.forEach(function (note, i) {
      var mark = note.captureevents && gd.querySelector('.annotation[data-index="' + i + '"] .annotation-text-g');
      if (!mark) return;
      mark.setAttribute("role", "button");
      mark.setAttribute("aria-label", note.hovertext || note.text);
      mark.interimKeys = note.name;
      found.push(mark);
    });
    var at = Math.min(gd.interimStop || 0, found.length - 1);
    found.forEach(function (mark, i) { mark.setAttribute("tabindex", i === at ? "0" : "-1"); });
    gd.interimStops = found;
    if (gd.interimHeld && found[at]) found[at].focus({ preventScroll: true }); // drawn anew under the reader
  }
  function byKey(gd) {
    gd.addEventListener("focusin", function (event) {
      gd.interimHeld = (gd.interimStops || []).indexOf(event.target) >= 0;
    });
    gd.addEventListener("focusout", function (event) {
      if (event.relatedTarget) gd.interimHeld = false;
    });
    gd.addEventListener("keydown", function (event) {
      var stops = gd.interimStops || [];
      var at = stops.indexOf(event.target);
      if (at < 0) return;
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        pick(keysOf([event.target.interimKeys]) || [], event);
        return;
      }
      var to = at + ({ ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key] || 0);
      if (to === at || !stops[to]) return;
      event.preventDefault();
      gd.interimStop = to;
      stops[at].setAttribute("tabindex", "-1");
      stops[to].setAttribute("tabindex", "0");
      stops[to].focus();
    });
  }
  function watch(gd) {
    reachable(gd);
    if (gd.interimWatched || !gd.on) return;
    gd.interimWatched = true;
    byKey(gd);
    gd.on("plotly_click", function (event) { pick(eventKeys(event), event.event); });
    gd.on("plotly_clickannotation", function (event) { pick(keysOf([event.annotation.name]) || [], event.event); });
    gd.on("plotly_hover", function (event) { point(eventKeys(event), gd); });
    gd.on("plotly_unhover", function () { point([], null); });
    gd.on("plotly_selected", function (event) {
      if (!event) return;
      var keys = eventKeys(event);
      if (event.points && keys.length) pick(keys, gd.interimShift ? { shiftKey: true } : null);
      else paint(true);
    });
    gd.addEventListener("pointerdown", function (event) { gd.interimShift = event.shiftKey; }, true);
  }
  function point(keys, gd) {
    window.clearTimeout(point.timer);
    point.timer = window.setTimeout(function () {
      if (keys.join() === pointed.join()) return;
      pointed = keys;
      source = gd;
      paint();
    }, WAIT);
  }

  /* --- the page --------------------------------------------------------------------------------- */

  function paint(whole) {
    window.cancelAnimationFrame(paint.frame);
    paint.whole = paint.whole || whole;
    paint.frame = window.requestAnimationFrame(function () {
      var figures = window.interimFigures;
      var later = [];
      figures.each(function (gd) {
        var here = present(gd.interimFigure);
        var now = Array.from(marked(gd)).filter(function (k) { return here.has(k); }).sort().join("");
        if (!paint.whole && now === (gd.interimShown || "")) return;
        if (inSight(gd)) figures.redraw(gd);
        else if (!pointed.length) later.push(gd); // the pointer only moves what can be seen
      });
      paint.whole = false;
      paintPage();
      window.setTimeout(function () {
        later.forEach(function (gd) { if (document.contains(gd)) figures.redraw(gd); });
      }, 0);
    });
  }
  function inSight(gd) {
    var box = gd.getBoundingClientRect();
    return box.bottom > 0 && box.top < window.innerHeight;
  }
  function attribute(element, name, value) {
    if (value === null) element.removeAttribute(name);
    else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
  function paintPage() {
    document.querySelectorAll("[data-patients]").forEach(function (element) {
      var keys = element.dataset.patients.split(" ");
      var n = keys.filter(function (k) { return chosen.has(k); }).length;
      attribute(element, "data-highlighted", n === 0 ? null : n === keys.length ? "all" : "some");
      if (element.tagName === "BUTTON") attribute(element, "aria-pressed", String(n === keys.length));
      attribute(element, "data-pointed", pointed.length && keys.length < 3 && pointed.indexOf(keys[0]) >= 0 ? "" : null);
    });
    document.querySelectorAll("[data-pin]").forEach(function (button) {
      attribute(button, "aria-pressed", String(chosen.has(button.dataset.pin)));
    });
    var said = words();
    document.querySelectorAll(".card-frame").forEach(function (frame) {
      var gd = frame.querySelector(".js-plotly-plot");
      var title = frame.querySelector(".card-n");
      if (!gd || !gd.interimFigure || !title) return;
      var here = present(gd.interimFigure);
      var x = sorted().filter(function (k) { return here.has(k); }).length;
      attribute(title, "data-thread", chosen.size && here.size ? fill(said.here, { x: x, n: chosen.size }) : null);
    });
    document.querySelectorAll("[data-everyone]").forEach(function (pages) {
      var everyone = pages.dataset.everyone.split(" ");
      var frame = pages.closest(".card-frame");
      var list = pages.dataset.of === "rows";
      var gd = frame.querySelector(".js-plotly-plot");
      var here = list || !gd || !gd.interimFigure ? rowsOf(frame) : present(gd.interimFigure);
      var away = everyone.filter(function (k) { return chosen.has(k) && !here.has(k); }).length;
      attribute(pages, "data-thread", away ? fill(away === 1 ? said.awayOne : said.away, { x: away }) : null);
    });
    var bar = document.getElementById("thread");
    if (bar) {
      bar.hidden = chosen.size === 0;
      document.documentElement.classList.toggle("threaded", chosen.size > 0);
      var count = document.getElementById("thread-count");
      var told = chosen.size ? fill(chosen.size === 1 ? said.one : said.many, { n: chosen.size }) : "";
      if (count.textContent !== told) count.textContent = told;
    }
  }
  function rowsOf(frame) {
    var found = new Set();
    frame.querySelectorAll("tr[data-patients]").forEach(function (row) { found.add(row.dataset.patients); });
    return found;
  }
  new MutationObserver(function () {
    window.clearTimeout(paintPage.timer);
    paintPage.timer = window.setTimeout(paintPage, 40);
  }).observe(document.documentElement, { childList: true, subtree: true });

  document.addEventListener("pointerdown", function (event) { touch = event.pointerType === "touch"; }, true);
  document.addEventListener("keydown", function () { touch = false; }, true);
  document.addEventListener("click", function (event) {
    var pin = event.target.closest("[data-pin]");
    if (pin) {
      toggle([pin.dataset.pin]);
      return;
    }
    var draw = event.target.closest("[data-action=select-patients]");
    if (draw) {
      var gd = draw.closest(".card-frame").querySelector(".js-plotly-plot");
      if (!gd) return;
      gd.interimSelect = !gd.interimSelect;
      draw.setAttribute("aria-pressed", String(gd.interimSelect));
      if (gd.interimSelect) tell(words().draw);
      paint(true);
      return;
    }
    var element = event.target.closest("[data-patients]");
    if (!element) return;
    var control = event.target.closest("a, button, input, summary, label");
    if (control && control !== element) return;
    if (String(window.getSelection())) return; // words are being copied
    pick(element.dataset.patients.split(" "), event);
  });
  document.addEventListener("pointerover", function (event) {
    if (event.pointerType !== "mouse") return;
    var row = event.target.closest("[data-patients]");
    if (row) point(row.dataset.patients.split(" "), null);
    else if (pointed.length && !event.target.closest(".js-plotly-plot")) point([], null);
  });

  window.interimThread = {
    mark: mark,
    watch: watch,
    chosen: sorted,
    set: set,
    add: function (keys) { set(sorted().concat(keys)); },
    words: words,
    fill: fill,
    study: function () { return studyOf(query); },
    /* The address of a selection with who is highlighted. */
    address: function (selection) {
      adopt(selection);
      return withThread(selection);
    },
    /* Show only these patients: the server knows which of them this cut holds. */
    only: function (keys) {
      window.interimView.change("patients", keys);
    },
  };
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.thread = {
    /* Another selection: the words of the bar are asked for again. */
    follow: function (selection) {
      if (!selection) return window.dash_clientside.no_update;
      adopt(selection);
      paint();
      var keys = sorted();
      if (!keys.length && !sent) return window.dash_clientside.no_update;
      sent = keys.join("");
      return keys;
    },
  };
})();

/* One round trip per view. The address says what is looked at; POST /view answers with the head and
   the cards of the page (dashboard/view.py), which are put in place here. Answers that come after a
   newer question are dropped. */
(function () {
  "use strict";
  window.dash_clientside = window.dash_clientside || {};
  var dash = window.dash_clientside;

  var TOGETHER = 300; // ms that the cards of a page wait for each other

  var goal = { path: window.location.pathname, search: window.location.search };
  var pending = {}; // column -> what its control holds, since the view on screen
  var known = {}; // control -> the value that is no news
  var page = null; // name of the page on screen
  var held = {}; // part of the page -> digest
  var stores = []; // ids of the stores that shape the cards on screen
  var counts = {};
  var study = "";
  var asked = 0;
  var under; // the question under way
  var mounted;
  var ready = new Promise(function (resolve) { mounted = resolve; });

  function busy(state) {
    document.documentElement.dataset.view = state ? "busy" : "ready";
    var main = document.getElementById("main");
    if (main) main.setAttribute("aria-busy", String(state));
  }

  /* --- asking ---------------------------------------------------------------------------------- */

  function choices() {
    var found = {};
    stores.forEach(function (id) {
      var store = window.dash_component_api.getLayout(id);
      if (store && store.props.data !== undefined) found[id] = store.props.data;
    });
    return found;
  }
  /* how: "push" for a step the back button returns from, "replace" for the same step */
  function ask(how) {
    var mine = ++asked;
    if (under) under.abort();
    busy(true);
    var question = {
      path: goal.path, query: goal.search, changes: pending, page: page, held: held, stores: choices(),
    };
    var filling = page !== null && question.path === window.location.pathname;
    var started = performance.now();
    var request = under = new XMLHttpRequest();
    var taken = 0; // characters of the answer
    /* What has come together is put in place together, so that a page is painted once; a new page
       does not wait for its cards. */
    function take(all) {
      ready.then(function () {
        if (mine !== asked) return;
        if (!all && filling && performance.now() - started < TOGETHER) return;
        var text = request.responseText;
        var end = text.lastIndexOf("\n") + 1;
        var lines = text.slice(taken, end).split("\n").filter(Boolean);
        taken = end;
        lines.forEach(function (line) { put(JSON.parse(line), how); });
        if (all) done();
      }).catch(failed);
    }
    function failed(error) {
      if (mine !== asked) return;
      if (error) window.console.error(error);
      busy(false);
      var box = document.getElementById("address");
      if (box && window.interimTell) window.interimTell(box.dataset.failed);
    }
    request.open("POST", "/view");
    request.setRequestHeader("Content-Type", "application/json");
    request.onprogress = function () { if (request.status === 200) take(false); };
    request.onload = function () { if (request.status === 200) take(true); else failed(); };
    request.onerror = function () { failed(); };
    request.send(JSON.stringify(question));
  }
  function done() {
    busy(false);
    if (!window.location.hash || done.anchored) return;
    done.anchored = true; // a link to a card: its place is known only now
    var target = document.getElementById(window.location.hash.slice(1));
    if (target) target.scrollIntoView();
  }

  /* --- putting the answer in place ------------------------------------------------------------- */

  function put(line, how) {
    if ("path" in line) settle(line, how);
    (line.set || []).forEach(function (pair) { dash.set_props(pair[0], pair[1]); });
    Object.assign(held, line.held);
  }
  function settle(line, how) {
    if (line.page !== page) {
      held = {};
      if (page !== null && how === "push") window.scrollTo(0, 0);
    }
    page = line.page;
    stores = line.stores;
    counts = line.counts || {};
    study = line.study;
    pending = {};
    if (line.query !== null) goal.search = window.interimThread.address(line.query + (line.tail ? "&" + line.tail : ""));
    goal.path = line.path;
    var address = goal.path + goal.search;
    if (window.location.pathname + window.location.search !== address) {
      var place = how === "push" ? "" : window.location.hash;
      window.history[how === "push" ? "pushState" : "replaceState"](null, "", address + place);
    }
    (line.controls || []).forEach(function (pair) {
      var name = key(pair[0]);
      var news = !same(known[name], pair[1]);
      known[name] = pair[1];
      if (news && document.getElementById(name)) dash.set_props(pair[0], { value: pair[1] });
    });
    mark(line);
    count();
    if (line.said) window.interimTell(line.said);
    document.dispatchEvent(new CustomEvent("interim-view", { detail: { path: line.path, query: line.query } }));
  }

  /* The rail: the current page, and links that keep the view. */
  function mark(line) {
    var here = line.path.replace(/\/+$/, "") || "/";
    var label = "";
    document.querySelectorAll("a[data-page]").forEach(function (link) {
      var own = link.dataset.page;
      link.setAttribute("href", own + (line.query === null ? "" : "?" + line.query));
      var current = own === here || (own !== "/" && here.indexOf(own + "/") === 0);
      link.classList.toggle("current", current);
      if (current) {
        link.setAttribute("aria-current", "page");
        label = link.textContent.trim();
      } else {
        link.removeAttribute("aria-current");
      }
    });
    document.title = [line.title, label, study, "Interim"].filter(Boolean).join(" · ");
    var foot = document.getElementById("print-foot");
    if (foot) foot.textContent = foot.dataset.words + " " + window.location.href;
  }

  /* Patients per level, beside each label of a filter: the style sheet shows the attribute. */
  function count() {
    document.querySelectorAll("#filter-bar .level-list").forEach(function (list) {
      var found = counts[JSON.parse(list.id).column];
      list.querySelectorAll("input").forEach(function (input) {
        var n = found && found[input.value];
        input.nextElementSibling.dataset.count = n === undefined ? "" : n;
      });
    });
  }
  new MutationObserver(function (changes) {
    var bar = document.getElementById("filter-bar");
    if (bar && changes.some(function (c) { return bar.contains(c.target); })) count();
  }).observe(document.documentElement, { childList: true, subtree: true });

  /* --- what a reader does ---------------------------------------------------------------------- */

  function key(id) {
    return JSON.stringify(id, Object.keys(id).sort());
  }
  function same(one, other) {
    function plain(value) {
      return value === undefined || value === null || value === "" || value.length === 0 ? null : value;
    }
    return JSON.stringify(plain(one)) === JSON.stringify(plain(other));
  }
  dash.interim = {
    /* Called with every change of a filter control, and once when the frame stands. */
    changed: function () {
      mounted();
      var lists = dash.callback_context.inputs_list;
      var items = [].concat.apply([], lists.map(function (l) { return Array.isArray(l) ? l : [l]; }));
      var touched = items.filter(function (item) {
        return item.id && !same(known[key(item.id)], item.value);
      });
      touched.forEach(function (item) {
        known[key(item.id)] = item.value;
        var ends = items.filter(function (i) { return i.id.column === item.id.column && i.id.end; });
        pending[item.id.column] = ends.length ? ["lower", "upper"].map(function (end) {
          return ends.find(function (i) { return i.id.end === end; }).value;
        }) : item.value;
      });
      if (touched.length) ask("push");
      return dash.no_update;
    },
  };

  function go(address) {
    var to = new URL(address, window.location.href);
    var onlyPage = to.pathname !== goal.path && bare(to.search) === bare(goal.search);
    if (!onlyPage) pending = {}; // the link was made for the view before
    goal = { path: to.pathname, search: to.search };
    ask("push");
  }
  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[data-view], a[data-page]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(link.getAttribute("href"));
  });
  /* Who is highlighted is no part of a view: thread.js has it in hand. */
  function bare(search) {
    return search.replace(/^\?/, "").split("&").filter(function (part) {
      return part.indexOf("sel=") !== 0;
    }).join("&");
  }
  function follow() {
    if (goal.path === window.location.pathname && bare(goal.search) === bare(window.location.search)) return;
    goal = { path: window.location.pathname, search: window.location.search };
    pending = {};
    ask("replace");
  }
  window.addEventListener("popstate", follow);
  window.addEventListener("_dashprivate_pushstate", follow); // Dash's own links

  window.interimView = {
    go: go,
    /* What is on screen once more: a card that was being made is there now. */
    again: function () { ask("replace"); },
    /* The same view, told more closely by its card: no step for the back button, no question. */
    note: function (path, query) {
      if (document.documentElement.dataset.view !== "ready" || window.location.pathname !== path) return;
      var search = window.interimThread.address(query);
      if (search === goal.search || bare(search) === bare(goal.search)) return;
      goal.search = search;
      window.history.replaceState(null, "", path + search + window.location.hash);
    },
    /* A filter that has no control of its own. */
    change: function (column, value) {
      pending[column] = value;
      ask("push");
    },
  };
  ask("replace");
})();

/* The passport of a number, and the code behind a card: dialogs that are filled when opened.
   What comes from the server is written as text, never as markup; it is kept no longer than the page. */
(function () {
  "use strict";
  var FOLDED = 12; // more names than this are folded behind their count
  var answers = new Map();
  var dialog;

  function make(tag, name, children) {
    var element = document.createElement(tag);
    if (name) element.className = name;
    (children || []).forEach(function (c) { if (c) element.append(c); });
    return element;
  }
  function words() {
    return JSON.parse(document.getElementById("passport-words").dataset.words);
  }
  function filled(template, values) {
    return template.replace(/%(\w+)/g, function (all, name) { return name in values ? values[name] : all; });
  }
  function button(text, name, action) {
    var element = make("button", name, [text]);
    element.type = "button";
    element.addEventListener("click", action);
    return element;
  }

  /* One dialog for the whole page: the browser traps the keyboard in it, closes it on Escape and
     gives the focus back. */
  function open(title, extra) {
    if (dialog) dialog.remove();
    var heading = make("h2", "", [title]);
    heading.id = "dialog-title";
    var close = button("", "tool-button glyph icon-x", function () { dialog.close(); });
    close.setAttribute("aria-label", words().close);
    close.title = words().close;
    var body = make("div", "dialog-body", []);
    dialog = make("dialog", "dialog " + extra, [make("header", "dialog-head", [heading, close]), body]);
    dialog.setAttribute("aria-labelledby", heading.id);
    dialog.addEventListener("click", function (event) {
      if (event.target === dialog) dialog.close();
    });
    dialog.addEventListener("close", function () { this.remove(); });
    document.body.appendChild(dialog);
    dialog.showModal();
    return body;
  }
  function fetched(address) {
    if (!answers.has(address)) {
      answers.set(address, fetch(address, { headers: { Accept: "application/json" } }).then(function (r) {
        if (!r.ok) throw new Error(String(r.status));
        return r.json();
      }));
      answers.get(address).catch(function () { answers.delete(address); });
      if (answers.size > 40) answers.delete(answers.keys().next().value);
    }
    return answers.get(address);
  }
  function show(title, extra, address, write) {
    var body = open(title, extra);
    body.append(make("p", "muted", [words().loading]));
    fetched(address).then(
      function (answer) {
        body.replaceChildren();
        write(body, answer);
      },
      function () {
        var told = make("p", "", [words().failed]);
        told.setAttribute("role", "alert");
        body.replaceChildren(told);
      }
    );
  }

  /* --- the passport -------------------------------------------------------------------------- */
  function line(label, value) {
    return make("div", "", [make("dt", "", [label]), make("dd", "", [].concat(value))]);
  }
  function people(group, query) {
    var names = group.patients.map(function (p) {
      var link = make("a", "patient-page", [p[0]]);
      link.title = p[2];
      link.href = "/patients/" + encodeURIComponent(p[1]) + "?" + query;
      var name = make("span", "patient-name", [link]);
      name.dataset.patients = p[1];
      return name;
    });
    var list = make("span", "patient-list", names.reduce(function (all, n, i) { return all.concat(i ? [", "] : [], [n]); }, []));
    if (group.n > group.patients.length) list.append(" " + filled(words().others, { n: group.n - group.patients.length }));
    var head = group.n + ": " + group.reason;
    if (group.n <= FOLDED) return make("li", "", [make("span", "", [head]), make("br"), list]);
    return make("li", "", [make("details", "folded", [make("summary", "fold", [head]), list])]);
  }
  function entry(found, answer) {
    var say = words();
    var left = [make("p", "", [found.out])];
    if (found.excluded.n) {
      left.push(make("p", "", [filled(found.excluded.n === 1 ? say.one : say.many, { n: found.excluded.n })]));
      left.push(make("ul", "left-out", found.excluded.groups.map(function (g) { return people(g, answer.query); })));
    } else {
      left.push(make("p", "", [say.nobody]));
    }
    var lines = [
      line(say.formula, found.formula),
      line(say.population, [make("p", "", [found.who]), make("p", "muted", [found.population])]),
      line(say.out, left),
      line(say.method, found.method),
      found.rules.length ? line(say.parameters, found.rules.join("; ")) : null,
      line(say.source, found.source),
      found.references.length ? line(say.references, found.references.map(function (r) { return r[0]; }).join("; ")) : null,
      line(say.cut, filled(say.cutBody, { date: answer.cut_words, hash: answer.cut.slice(0, 16) })),
    ];
    var link = make("a", "", [say.more]);
    link.href = "/methods?" + answer.query + "#" + found.id;
    var box = make("details", "passport-entry", [
      make("summary", "", [found.name]),
      make("dl", "definition", lines),
      make("p", "passport-more", [link]),
    ]);
    box.dataset.entry = found.id;
    return box;
  }
  function passport(card, id) {
    var opener = card.querySelector("[data-passport]");
    if (!opener) return;
    show(opener.title, "passport", opener.dataset.passport, function (body, answer) {
      answer.entries.forEach(function (e) { body.append(entry(e, answer)); });
      var wanted = id && body.querySelector('[data-entry="' + CSS.escape(id) + '"]');
      var first = wanted || (answer.entries.length === 1 ? body.firstElementChild : null);
      if (first) {
        first.open = true;
        first.querySelector("summary").focus();
        first.scrollIntoView({ block: "start" });
      }
    });
  }

  /* --- the code -------------------------------------------------------------------------------- */
  function code(tool) {
    show(tool.dataset.title, "code-dialog", tool.dataset.code, function (body, answer) {
      var say = words();
      var told = make("span", "muted", []);
      told.setAttribute("role", "status");
      var text = make("code", "", [answer.code]);
      var box = make("pre", "code", [text]);
      box.tabIndex = 0;
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", tool.dataset.title);
      var copy = button(say.copy, "button", function () {
        navigator.clipboard.writeText(answer.code).then(
          function () { told.textContent = say.copied; },
          function () { told.textContent = say.notCopied; }
        );
      });
      body.append(make("p", "muted", [say.code]), make("p", "code-tools", [copy, told]), box);
      copy.focus();
    });
  }

  document.addEventListener("click", function (event) {
    var asking = event.target.closest("[data-ask]");
    var tool = event.target.closest('[data-action="passport"]');
    var from = asking || tool;
    var shown = event.target.closest('[data-action="code"]');
    if (shown) code(shown);
    if (from) passport(from.closest(".card-frame"), asking ? asking.dataset.ask : null);
  });
})();

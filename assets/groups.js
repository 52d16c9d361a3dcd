/* Groups of patients saved by name. Names stay in this browser (localStorage, per study); an address
   holds opaque keys only. Names are put on the page as text, never as markup. */
(function () {
  "use strict";
  var PLACE = "interim-groups";
  var KEYS = /^([a-z2-7]{10})+$/;
  var LONGEST = 60; // characters of a name
  var MOST = 50; // groups of a study

  function thread() {
    return window.interimThread;
  }
  function words() {
    return thread().words();
  }
  function clean(name) {
    var plain = String(name).replace(/[\u0000-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g, "");
    return plain.replace(/\s+/g, " ").trim().slice(0, LONGEST);
  }
  /* Everything stored; whatever is not what this file writes is left out. */
  function stored() {
    var found = {};
    try {
      found = JSON.parse(window.localStorage.getItem(PLACE) || "{}");
    } catch (e) {
      return {};
    }
    return found && typeof found === "object" && !Array.isArray(found) ? found : {};
  }
  function groups() {
    var own = stored()[thread().study()];
    return (Array.isArray(own) ? own : []).filter(function (group) {
      return group && typeof group.name === "string" && clean(group.name) === group.name && group.name &&
        typeof group.keys === "string" && KEYS.test(group.keys);
    });
  }
  function keep(list) {
    var everything = stored();
    everything[thread().study()] = list;
    try {
      window.localStorage.setItem(PLACE, JSON.stringify(everything));
    } catch (e) {
      window.interimTell(words().groupRefused);
      return false;
    }
    refresh();
    return true;
  }
  function split(keys) {
    return keys.match(/.{10}/g);
  }
  function save(name, keys) {
    var list = groups().filter(function (group) { return group.name !== name; });
    if (list.length >= MOST) {
      window.interimTell(thread().fill(words().groupsFull, { n: MOST }));
      return false;
    }
    list.push({ name: name, keys: keys });
    list.sort(function (a, b) { return a.name.localeCompare(b.name); });
    return keep(list);
  }

  function make(tag, properties, children) {
    var element = document.createElement(tag);
    Object.keys(properties || {}).forEach(function (name) {
      if (name === "class") element.className = properties[name];
      else if (name === "text") element.textContent = properties[name];
      else element.setAttribute(name, properties[name]);
    });
    (children || []).forEach(function (child) { element.appendChild(child); });
    return element;
  }
  function button(label, group, action, done) {
    var made = make("button", { type: "button", class: "group-button", text: label,
      "aria-label": label + ": " + group.name });
    made.addEventListener("click", function (event) {
      event.stopPropagation(); // the row may be gone by the time the shell looks whose menu it was
      done(made);
    });
    made.dataset.groupAction = action;
    return made;
  }

  /* The panel of the menu: one row per group. */
  function fillPanel(menu) {
    var list = groups();
    var panel = menu.querySelector(".menu-panel");
    var rows = list.map(function (group) { return row(group, menu); });
    var parts = [make("p", { class: "hint", text: list.length ? words().groupsNote : words().groupsNone })];
    if (rows.length) parts.unshift(make("ul", { class: "group-list" }, rows));
    panel.replaceChildren.apply(panel, parts);
  }
  function row(group, menu) {
    var n = split(group.keys).length;
    var title = make("span", { class: "group-name", text: group.name });
    var size = make("span", { class: "muted", text: thread().fill(n === 1 ? words().size1 : words().size, { n: n }) });
    var line = make("li", {}, [make("div", { class: "group-title" }, [title, size])]);
    var actions = make("div", { class: "group-actions" }, [
      button(words().groupHighlight, group, "highlight", function () {
        menu.open = false;
        thread().set(split(group.keys));
      }),
      button(words().groupOnly, group, "only", function () {
        menu.open = false;
        thread().only(split(group.keys));
      }),
      button(words().groupRename, group, "rename", function () { rename(group, line, menu); }),
      button(words().groupDelete, group, "delete", function (pressed) {
        if (pressed.dataset.sure) {
          keep(groups().filter(function (other) { return other.name !== group.name; }));
          fillPanel(menu);
          menu.querySelector("summary").focus();
          return;
        }
        pressed.dataset.sure = "yes";
        pressed.textContent = words().groupSure;
        pressed.setAttribute("aria-label", words().groupSure + ": " + group.name);
      }),
    ]);
    line.appendChild(actions);
    return line;
  }
  function rename(group, line, menu) {
    var form = nameForm(group.name, function (name) {
      var others = groups().filter(function (other) { return other.name !== group.name; });
      if (others.some(function (other) { return other.name === name; })) {
        window.interimTell(thread().fill(words().groupTaken, { name: name }));
        return;
      }
      others.push({ name: name, keys: group.keys });
      others.sort(function (a, b) { return a.name.localeCompare(b.name); });
      if (keep(others)) fillPanel(menu);
      menu.querySelector("summary").focus();
    }, function () {
      fillPanel(menu);
      menu.querySelector("summary").focus();
    });
    line.replaceChildren(form);
    form.querySelector("input").focus();
    form.querySelector("input").select();
  }
  function nameForm(value, done, stopped) {
    var field = make("input", { type: "text", maxlength: LONGEST, "aria-label": words().groupName,
      placeholder: words().groupName, class: "form-control", autocomplete: "off" });
    field.value = value;
    var form = make("form", { class: "group-form" }, [
      field,
      make("button", { type: "submit", class: "group-button strong", text: words().groupKeep }),
      make("button", { type: "button", class: "group-button", text: words().groupCancel }),
    ]);
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      var name = clean(field.value);
      if (name) done(name);
      else field.focus();
    });
    form.lastChild.addEventListener("click", function (event) {
      event.stopPropagation();
      stopped();
    });
    form.addEventListener("keydown", function (event) {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      stopped();
    });
    return form;
  }

  /* "Save as group" in the bar of the highlighted patients. */
  function saveFrom(opener) {
    var keys = thread().chosen().join("");
    var place = document.getElementById("thread-form");
    function close() {
      place.replaceChildren();
      opener.focus();
    }
    place.replaceChildren(nameForm("", function (name) {
      var again = groups().some(function (group) { return group.name === name; });
      if (!save(name, keys)) return;
      window.interimTell(thread().fill(again ? words().groupReplaced : words().groupSaved, { name: name }));
      close();
    }, close));
    place.querySelector("input").focus();
  }

  /* The chip of a filter on chosen patients carries the name of the group, where this browser knows
     one; the words stay those of the server elsewhere. */
  function refresh() {
    document.querySelectorAll("[data-chosen]").forEach(function (chip) {
      if (!chip.dataset.words) chip.dataset.words = chip.textContent;
      var group = groups().find(function (g) { return g.keys === chip.dataset.chosen; });
      var said = group ? thread().fill(words().groupChip, { name: group.name, words: chip.dataset.words }) : chip.dataset.words;
      if (chip.textContent !== said) chip.textContent = said;
    });
  }
  new MutationObserver(refresh).observe(document.documentElement, { childList: true, subtree: true });
  window.addEventListener("storage", refresh);

  document.addEventListener("toggle", function (event) {
    if (event.target.open && event.target.classList.contains("groups")) fillPanel(event.target);
  }, true);
  document.addEventListener("click", function (event) {
    var pressed = event.target.closest("[data-thread]");
    if (!pressed || pressed.tagName !== "BUTTON") return;
    if (pressed.dataset.thread === "clear") {
      thread().set([]);
      document.getElementById("main").focus({ preventScroll: true });
    }
    if (pressed.dataset.thread === "only") thread().only(thread().chosen());
    if (pressed.dataset.thread === "save") saveFrom(pressed);
  });
})();

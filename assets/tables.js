/* Tables by backbone: hundreds of cells, written from one attribute as the card arrives, before the
   browser paints. Text only, never markup. */
(function () {
  "use strict";
  function make(tag, className, words) {
    var element = document.createElement(tag);
    if (className) element.className = className;
    if (words !== undefined) element.textContent = words;
    return element;
  }
  function labelled(words, more, className, asked) {
    var cell = make("th", className, asked ? undefined : words);
    if (asked) cell.append(asking(words, asked));
    if (more) cell.append(" ", make("span", "unit", more));
    return cell;
  }
  /* A label that opens the definition of its numbers (passport.js). */
  function asking(words, asked) {
    var button = make("button", "ask", words);
    button.type = "button";
    button.title = asked.title;
    button.dataset.ask = asked.id;
    return button;
  }
  /* A cell is words, or [x, n, share, keys of the patients]: 4/10 (40%). */
  function cellOf(told, place) {
    var className = place.at === 0 ? "everyone" : "";
    if (typeof told === "string") return make("td", className, told);
    var cell = make("td", className);
    var words = told[0] + "/" + told[1];
    if (told[0] === 0) cell.classList.add("none");
    cell.append(told[3] ? opener(words, told, place) : make("span", "x-of-n", words));
    if (told[2]) cell.append(" ", make("span", "share", told[2]));
    return cell;
  }
  /* The count highlights its patients (thread.js). One stop for Tab; arrows go from cell to cell. */
  function opener(words, told, place) {
    var button = make("button", "who x-of-n", words);
    var name = (told[0] === 1 ? place.open.one : place.open.many)
      .replace("{words}", words).replace("{n}", told[0]);
    button.type = "button";
    button.tabIndex = -1;
    button.title = name;
    button.dataset.patients = told[3];
    button.setAttribute("aria-label", name + ": " + place.row + ", " + place.column);
    return button;
  }
  function rowOf(line, heading, data) {
    var columns = data.columns.length;
    var row = make("tr", line.heading ? "heading" : "");
    var asked = line.ask && { id: line.ask, title: data.asking };
    var head = labelled(line.label, line.unit, line.part ? "part" : "", asked);
    head.scope = line.heading ? "rowgroup" : "row";
    if (line.heading) head.colSpan = columns + 1;
    row.append(head);
    var name = line.part && heading ? heading + ", " + line.label : line.label;
    (line.cells || []).forEach(function (told, i) {
      row.append(cellOf(told, { at: i, row: name, column: data.columns[i][0], open: data.open }));
    });
    return row;
  }
  function headOf(data) {
    var row = make("tr");
    var first = labelled(data.head);
    first.scope = "col";
    row.append(first);
    data.columns.forEach(function (column, i) {
      var cell = make("th", i === 0 ? "everyone" : "", column[0]);
      cell.append(make("span", "column-n", column[1]));
      cell.scope = "col";
      row.append(cell);
    });
    var head = make("thead");
    head.append(row);
    return head;
  }
  function write(frame) {
    var data = JSON.parse(frame.dataset.table);
    var table = make("table", "by-group");
    table.style.setProperty("--columns", data.columns.length);
    table.append(make("caption", "visually-hidden", data.title));
    var group = make("colgroup");
    group.append(make("col", "what"));
    data.columns.forEach(function () { group.append(make("col")); });
    table.append(group, headOf(data));
    data.bodies.forEach(function (lines) {
      var body = make("tbody");
      lines.forEach(function (line) { body.append(rowOf(line, lines[0].label, data)); });
      table.append(body);
    });
    var first = table.querySelector("button.who");
    if (first) first.tabIndex = 0;
    frame.replaceChildren(table);
  }
  var STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  document.addEventListener("keydown", function (event) {
    var step = STEPS[event.key];
    var here = event.target.closest(".by-group button.who");
    if (!step || !here) return;
    var cell = here.closest("td");
    var rows = Array.from(here.closest("table").rows);
    var row = rows.indexOf(cell.parentNode), column = cell.cellIndex;
    do {
      row += step[0];
      column += step[1];
      cell = rows[row] && (rows[row].cells.length > column ? rows[row].cells[column] : null);
    } while (rows[row] && column > 0 && !(cell && cell.querySelector("button.who"))
      && column < here.closest("tr").cells.length);
    var there = cell && cell.querySelector("button.who");
    if (!there) return;
    event.preventDefault();
    here.tabIndex = -1;
    there.tabIndex = 0;
    there.focus();
  });
  function within(node) {
    if (node.nodeType !== 1) return;
    if (node.matches("[data-table]")) write(node);
    node.querySelectorAll("[data-table]").forEach(write);
  }
  new MutationObserver(function (changes) {
    changes.forEach(function (change) {
      if (change.type === "attributes") write(change.target);
      else change.addedNodes.forEach(within);
    });
  }).observe(document, {
    childList: true, subtree: true, attributes: true, attributeFilter: ["data-table"],
  });
})();

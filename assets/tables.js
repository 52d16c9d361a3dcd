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
  function labelled(words, more, className) {
    var cell = make("th", className, words);
    if (more) cell.append(" ", make("span", "unit", more));
    return cell;
  }
  /* A cell is words, or [x, n, share, keys of the patients]: 4/10 (40%). */
  function cellOf(told, everyone) {
    if (typeof told === "string") return make("td", everyone ? "everyone" : "", told);
    var cell = make("td", everyone ? "everyone" : "");
    if (told[0] === 0) cell.classList.add("none");
    cell.append(make("span", "x-of-n", told[0] + "/" + told[1]));
    if (told[2]) cell.append(" ", make("span", "share", told[2]));
    if (told[3]) cell.dataset.patients = told[3];
    return cell;
  }
  function rowOf(line, columns) {
    var row = make("tr", line.heading ? "heading" : "");
    var head = labelled(line.label, line.unit, line.part ? "part" : "");
    head.scope = line.heading ? "rowgroup" : "row";
    if (line.heading) head.colSpan = columns + 1;
    row.append(head);
    (line.cells || []).forEach(function (told, i) { row.append(cellOf(told, i === 0)); });
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
      lines.forEach(function (line) { body.append(rowOf(line, data.columns.length)); });
      table.append(body);
    });
    frame.replaceChildren(table);
  }
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

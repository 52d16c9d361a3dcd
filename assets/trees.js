/* Tables that ride along as data (components/written.py), written out as their card arrives, before
   the browser paints. A tree is [tag, {attribute: value}, children...]; text only, never markup. */
(function () {
  "use strict";
  var TAGS = /^(table|caption|thead|tbody|tr|th|td|span|button|a|div|nav|p)$/;
  var NAMES = /^(class|id|title|type|role|scope|colspan|tabindex|disabled|(data|aria)-[a-z-]+)$/;
  var OWN = /^(\?|\/(?!\/))/; // an address of this application
  function made(tree) {
    if (typeof tree === "string") return document.createTextNode(tree);
    if (!TAGS.test(tree[0])) throw new Error("no such part of a table: " + tree[0]);
    var element = document.createElement(tree[0]);
    Object.keys(tree[1]).forEach(function (name) {
      var value = tree[1][name];
      if (NAMES.test(name) || (name === "href" && OWN.test(value))) element.setAttribute(name, value);
    });
    tree.slice(2).forEach(function (child) { element.appendChild(made(child)); });
    return element;
  }
  function write(frame) {
    frame.replaceChildren(made(JSON.parse(frame.dataset.written)));
  }
  function within(node) {
    if (node.nodeType !== 1) return;
    if (node.matches("[data-written]")) write(node);
    node.querySelectorAll("[data-written]").forEach(write);
  }
  new MutationObserver(function (changes) {
    changes.forEach(function (change) {
      if (change.type === "attributes") write(change.target);
      else change.addedNodes.forEach(within);
    });
  }).observe(document, {
    childList: true, subtree: true, attributes: true, attributeFilter: ["data-written"],
  });
})();

/* What only shows rides along as data and is written out here, before the browser paints: the table
   of a frame (`data-written`, components/written.py), or all that an element holds (`data-parts`,
   components/lightened.py). A tree is [tag, {attribute: value}, children...]; text only, never
   markup. What stands already is changed where it differs, so that the focus, the place of a
   scroll and what another script marked are kept, as the renderer keeps its own. */
(function () {
  "use strict";
  var TAGS = /^(table|caption|thead|tbody|tfoot|tr|th|td|span|button|a|div|nav|p|ul|ol|li|dl|dt|dd|h[234]|section|header|footer|small|strong|em|b|i|q|code|pre|sub|sup|br|hr|time|figure|figcaption)$/;
  var NAMES = /^(class|id|title|type|role|scope|colspan|tabindex|disabled|download|rel|target|(data|aria)-[a-z-]+)$/;
  var OWN = /^([?#]|\/(?!\/))/; // an address of this application
  var SOURCE = /^https?:\/\//; // or of a published source, which opens by itself
  var OWNERS = "[data-written], [data-parts], [data-table]"; // what is inside is another's
  var told = new WeakMap(); // element -> the attributes it was given
  var mine = new WeakSet(); // what stands at the top of a host

  function set(element, name, value) {
    if (name === "style") element.style.cssText = value;
    else if (name === "href" ? OWN.test(value) || SOURCE.test(value) : NAMES.test(name)) element.setAttribute(name, value);
  }
  function fit(element, attributes) {
    var before = told.get(element) || {};
    Object.keys(before).forEach(function (name) {
      if (!(name in attributes)) element.removeAttribute(name);
    });
    Object.keys(attributes).forEach(function (name) {
      if (before[name] !== attributes[name]) set(element, name, attributes[name]);
    });
    told.set(element, attributes);
  }
  function made(tree) {
    if (typeof tree === "string") return document.createTextNode(tree);
    if (!TAGS.test(tree[0])) throw new Error("no such part of a page: " + tree[0]);
    var element = document.createElement(tree[0]);
    fit(element, tree[1]);
    if (!element.matches(OWNERS)) tree.slice(2).forEach(function (child) { element.appendChild(made(child)); });
    return element;
  }
  /* The same node, told anew; or nothing, where it is of another kind. */
  function kept(node, tree) {
    if (!node) return false;
    if (typeof tree === "string") {
      if (node.nodeType !== 3) return false;
      if (node.data !== tree) node.data = tree;
      return true;
    }
    if (node.nodeType !== 1 || node.localName !== tree[0]) return false;
    var owned = node.matches(OWNERS);
    fit(node, tree[1]);
    if (owned !== node.matches(OWNERS)) return false;
    if (!owned) fill(node, tree.slice(2));
    return true;
  }
  function fill(parent, trees) {
    trees.forEach(function (tree, i) {
      var node = parent.childNodes[i];
      if (kept(node, tree)) return;
      var fresh = made(tree);
      if (node) parent.replaceChild(fresh, node);
      else parent.appendChild(fresh);
    });
    while (parent.childNodes.length > trees.length) parent.lastChild.remove();
  }
  function write(host) {
    var data = host.dataset;
    if (data.written === undefined && data.parts === undefined) {
      // the renderer fills it itself from now on: only what was written here goes
      Array.from(host.childNodes).forEach(function (node) { if (mine.has(node)) node.remove(); });
      return;
    }
    fill(host, data.parts === undefined ? [JSON.parse(data.written)] : JSON.parse(data.parts));
    host.childNodes.forEach(function (node) { mine.add(node); });
    host.querySelectorAll("[data-written], [data-parts]").forEach(write);
  }
  function within(node) {
    if (node.nodeType !== 1 || !node.isConnected) return;
    if (node.matches("[data-written], [data-parts]")) write(node);
    else node.querySelectorAll("[data-written], [data-parts]").forEach(write);
  }
  new MutationObserver(function (changes) {
    changes.forEach(function (change) {
      if (change.type === "attributes") write(change.target);
      else change.addedNodes.forEach(within);
    });
  }).observe(document, {
    childList: true, subtree: true, attributes: true, attributeFilter: ["data-written", "data-parts"],
  });
})();

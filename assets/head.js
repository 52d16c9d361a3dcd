/* Before first paint: give created <style> elements our nonce, and apply the colour theme. */
(function () {
  "use strict";
  var meta = document.querySelector('meta[name="csp-nonce"]');
  var nonce = meta ? meta.nonce || meta.getAttribute("nonce") : "";
  var create = Document.prototype.createElement;
  Document.prototype.createElement = function (name) {
    var element = create.apply(this, arguments);
    if (typeof name === "string" && name.toLowerCase() === "style") {
      element.setAttribute("nonce", nonce);
    }
    return element;
  };
  var set = Element.prototype.setAttribute;
  Element.prototype.setAttribute = function (name, value) {
    if (name === "style" && this.style) {
      this.style.cssText = value; // the same effect, through a door the policy leaves open
      return undefined;
    }
    return set.call(this, name, value);
  };

  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function stored() {
    try {
      return localStorage.getItem("interim-theme") || "system";
    } catch (e) {
      return "system";
    }
  }
  function apply(choice) {
    var theme = choice === "system" ? (dark.matches ? "dark" : "light") : choice;
    set.call(root, "data-theme-choice", choice);
    set.call(root, "data-bs-theme", theme);
    document.dispatchEvent(new CustomEvent("interim-theme", { detail: theme }));
  }
  window.interimTheme = {
    choose: function (choice) {
      if (["light", "dark", "system"].indexOf(choice) < 0) choice = "system";
      try {
        localStorage.setItem("interim-theme", choice);
      } catch (e) {
        /* a private window may refuse: the choice then lasts for this page */
      }
      apply(choice);
    },
    choice: function () {
      return root.getAttribute("data-theme-choice");
    },
  };
  dark.addEventListener("change", function () {
    if (window.interimTheme.choice() === "system") apply("system");
  });
  apply(stored());
})();

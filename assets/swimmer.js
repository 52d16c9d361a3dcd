/* A list that is drawn anew keeps the keyboard where it was: [data-keep-focus] around buttons with
   an id. */
(function () {
  "use strict";
  var last = null;
  document.addEventListener("focusin", function (event) {
    last = event.target.id && event.target.closest("[data-keep-focus]") ? event.target : null;
  });
  new MutationObserver(function () {
    if (!last || document.contains(last) || document.activeElement !== document.body) return;
    var again = document.getElementById(last.id);
    if (again) again.focus({ preventScroll: true });
    else last = null;
  }).observe(document.documentElement, { childList: true, subtree: true });
})();

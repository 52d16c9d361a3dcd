/* The Response page in the browser. */
(function () {
  "use strict";
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.response = {
    /* Pass a choice on only when it is another one: a card that is drawn again holds the same. */
    changed: function (chosen, known) {
      var same = JSON.stringify(chosen || []) === JSON.stringify(known || []);
      return same ? window.dash_clientside.no_update : chosen;
    },
  };
})();

/* The shell in the browser: theme buttons, menus and card tools. */
(function () {
  "use strict";
  function themeButtons() {
    var choice = window.interimTheme.choice();
    document.querySelectorAll("[data-theme-button]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.themeButton === choice));
    });
  }
  document.addEventListener("interim-theme", themeButtons);
  new MutationObserver(function (_, observer) {
    if (document.querySelector("[data-theme-button]")) {
      themeButtons();
      observer.disconnect();
    }
  }).observe(document.documentElement, { childList: true, subtree: true });

  function closeMenus(except) {
    document.querySelectorAll("details[data-menu][open]").forEach(function (menu) {
      if (menu !== except && !(except && menu.contains(except))) menu.open = false;
    });
  }

  function card(element) {
    return element.closest(".card-frame");
  }
  var actions = {
    "copy-link": function (button) {
      var address = window.location.href.split("#")[0] + "#" + card(button).id;
      navigator.clipboard.writeText(address).then(
        function () { tell(button.dataset.done); },
        function () { tell(button.dataset.failed); }
      );
    },
    fullscreen: function (button) {
      if (document.fullscreenElement) document.exitFullscreen();
      else card(button).requestFullscreen();
    },
    "picture-png": function (button) { picture(button, "png"); },
    "picture-svg": function (button) { picture(button, "svg"); },
  };
  function heading(frame) {
    return Array.from(frame.querySelector("h2").childNodes, function (n) { return n.textContent; }).join(" · ");
  }
  function picture(button, format) {
    var frame = card(button);
    var gd = frame.querySelector(".js-plotly-plot");
    if (!gd) return;
    var name = frame.querySelector(".figure-frame").dataset.fileName;
    window.interimPicture(gd, format, heading(frame), button.dataset.footer, name);
    closeMenus();
  }
  function tell(words) {
    var box = document.getElementById("spoken");
    if (!box) {
      box = document.createElement("div");
      box.id = "spoken";
      box.className = "toast-line";
      box.setAttribute("role", "status");
      document.body.appendChild(box);
    }
    box.textContent = words;
    box.classList.add("shown");
    window.clearTimeout(tell.timer);
    tell.timer = window.setTimeout(function () { box.classList.remove("shown"); }, 2500);
  }
  window.interimTell = tell;

  document.addEventListener("click", function (event) {
    var theme = event.target.closest("[data-theme-button]");
    if (theme) window.interimTheme.choose(theme.dataset.themeButton);
    var action = event.target.closest("[data-action]");
    if (action && actions[action.dataset.action]) actions[action.dataset.action](action);
    if (event.target.closest(".menu-choice")) closeMenus();
    else closeMenus(event.target.closest("details[data-menu]"));
    if (event.target.closest(".skip-link")) {
      event.preventDefault();
      document.getElementById("main").focus();
    }
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    var open = document.querySelector("details[data-menu][open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  });
  document.addEventListener("fullscreenchange", function () {
    window.dispatchEvent(new Event("resize"));
  });
})();

/* Figures come in light colours. Here each colour is swapped for its dark partner when the page is
   dark, and back to light for print and for downloaded pictures. */
(function () {
  "use strict";
  var meta = document.querySelector('meta[name="palette"]');
  var partner = JSON.parse(meta ? meta.content : "{}");
  var PAPER_WIDTH = 640; // px inside a card on A4 or letter paper
  var drawn = new Set();
  var plotly;

  function theme() {
    return document.documentElement.getAttribute("data-bs-theme");
  }
  function painted(value, dark) {
    if (typeof value === "string") return (dark && partner[value.toLowerCase()]) || value;
    if (Array.isArray(value)) return value.map(function (v) { return painted(v, dark); });
    if (value && typeof value === "object" && value.constructor === Object) {
      var copy = {};
      Object.keys(value).forEach(function (k) { copy[k] = painted(value[k], dark); });
      return copy;
    }
    return value;
  }
  function plain(value) {
    return JSON.parse(JSON.stringify(value));
  }
  /* What a figure leaves out where there is no room: layout.meta.narrow = { below (px), traces,
     annotations (by name), layout }, and the traces that it has `only` there. A figure whose rows are
     stacked there says what changes: notes that can be pressed (`counts`), other `notes`, and
     the labels of its rows (`labels`) and the words of a trace (`numbers`: its place) that become notes. */
  function isNarrow(gd, original, width) {
    var narrow = ((original.layout || {}).meta || {}).narrow;
    return Boolean(narrow) && (width || gd.clientWidth || narrow.below) < narrow.below;
  }
  function narrowed(figure) {
    var narrow = figure.layout.meta.narrow;
    (narrow.traces || []).forEach(function (i) { figure.data[i].visible = false; });
    (narrow.only || []).forEach(function (i) { figure.data[i].visible = true; });
    figure.layout.annotations = (figure.layout.annotations || []).filter(function (note) {
      return (narrow.annotations || []).indexOf(note.name) < 0;
    });
    Object.keys(narrow.layout || {}).forEach(function (k) {
      var value = narrow.layout[k];
      figure.layout[k] = value && typeof value === "object" ? Object.assign({}, figure.layout[k], value) : value;
    });
    if (narrow.labels) stacked(figure, narrow);
  }
  function stacked(figure, narrow) {
    var layout = figure.layout;
    var rows = layout.yaxis;
    var words = figure.data[narrow.numbers];
    words.visible = false;
    layout.annotations = layout.annotations.map(function (note) {
      return Object.assign({}, note, note.captureevents ? narrow.counts : narrow.notes);
    }).concat(rows.tickvals.map(function (y, i) {
      return Object.assign({ y: y, text: rows.ticktext[i], font: rows.tickfont }, narrow.labels);
    })).concat(words.y.map(function (y, i) {
      var font = { size: words.textfont.size, color: words.textfont.color[i] };
      return Object.assign({ y: y, text: words.text[i], font: font }, narrow.counts);
    }));
  }
  function draw(gd, original, dark, paper) {
    /* on paper a tall figure is drawn wider and shrunk by its style sheet: layout.meta.paper (px) */
    var width = paper && (((original.layout || {}).meta || {}).paper || paper);
    var figure = {
      data: painted(original.data || [], dark),
      layout: painted(original.layout || {}, dark),
      config: original.config,
    };
    gd.interimNarrow = isNarrow(gd, original, width);
    if (gd.interimNarrow) narrowed(figure);
    if (width) Object.assign(figure.layout, { width: width, autosize: false });
    if (original.frames) figure.frames = original.frames;
    if (window.interimThread) window.interimThread.mark(figure, gd);
    return plotly.interimReact.call(plotly, gd, figure).then(function (done) {
      if (window.interimThread) window.interimThread.watch(gd);
      return done;
    });
  }
  function wrap(library) {
    if (!library || library.interimReact) return library;
    library.interimReact = library.react;
    library.react = function (gd, data, layout, config) {
      var element = typeof gd === "string" ? document.getElementById(gd) : gd;
      var figure = Array.isArray(data) ? { data: data, layout: layout, config: config } : data;
      element.interimFigure = {
        data: plain(figure.data || []),
        layout: plain(figure.layout || {}),
        config: figure.config,
        frames: figure.frames,
      };
      drawn.add(element);
      return draw(element, element.interimFigure, theme() === "dark");
    };
    return library;
  }
  Object.defineProperty(window, "Plotly", {
    configurable: true,
    get: function () { return plotly; },
    set: function (library) { plotly = wrap(library); },
  });

  function repaint(dark, width) {
    drawn.forEach(function (gd) {
      if (!document.contains(gd)) drawn.delete(gd);
      else draw(gd, gd.interimFigure, dark, width);
    });
  }
  /* Every figure on the page, and one of them drawn anew, as it is now to look. */
  window.interimFigures = {
    each: function (visit) {
      drawn.forEach(function (gd) {
        if (!document.contains(gd)) drawn.delete(gd);
        else visit(gd);
      });
    },
    redraw: function (gd) { draw(gd, gd.interimFigure, theme() === "dark"); },
  };
  document.addEventListener("interim-theme", function (event) {
    repaint(event.detail === "dark");
  });
  window.addEventListener("resize", function () {
    drawn.forEach(function (gd) {
      if (!document.contains(gd)) drawn.delete(gd);
      else if (isNarrow(gd, gd.interimFigure) !== gd.interimNarrow) draw(gd, gd.interimFigure, theme() === "dark");
    });
  });
  window.addEventListener("beforeprint", function () { repaint(false, PAPER_WIDTH); });
  window.addEventListener("afterprint", function () { repaint(theme() === "dark"); });

  function escaped(words) {
    return words.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  }
  function wrapped(line, most) {
    return line.split(" ").reduce(function (rows, word) {
      var last = rows[rows.length - 1];
      if (last !== undefined && (last + " " + word).length <= most) rows[rows.length - 1] = last + " " + word;
      else rows.push(word);
      return rows;
    }, []);
  }

  /* A picture that leaves the screen says what it shows, for whom, from which cut. */
  window.interimPicture = function (gd, format, title, footer, name) {
    var figure = painted(gd.interimFigure, false);
    /* lines that fit the picture; what the export says is text, not plotly's markup */
    var layout = plain(figure.layout);
    var base = layout.margin || {};
    var most = Math.floor((944 - (base.l || 80)) / 5.7);
    var lines = (footer ? footer.split("\n") : []).reduce(function (all, line) { return all.concat(wrapped(line, most)); }, []).map(escaped);
    layout.title = { text: escaped(title), x: 0, xref: "container", xanchor: "left", y: 1, yref: "container",
      yanchor: "top", pad: { l: 16, t: 16 }, font: { size: 16 } };
    /* a key that stands beside the figure on the page goes into the picture */
    var key = (layout.meta || {}).legend || 0; // px it needs
    var extra = 16 * lines.length + 12;
    layout.margin = Object.assign({}, base, { t: (base.t || 0) + 44 + key, b: (base.b || 40) + extra });
    layout.paper_bgcolor = "#ffffff";
    layout.plot_bgcolor = "#ffffff";
    layout.height = (layout.height || gd.clientHeight || 320) + 44 + key + extra;
    layout.width = 960;
    if (key) {
      layout.showlegend = true;
      layout.legend = { orientation: "h", x: 0, xref: "container", y: 1 - 48 / layout.height, yref: "container", yanchor: "top",
        xanchor: "left", font: { size: 12 }, itemsizing: "constant", traceorder: "normal",
        bgcolor: "rgba(0,0,0,0)" };
    }
    layout.autosize = false;
    layout.annotations = (layout.annotations || []).concat(lines.map(function (line, i) {
      return { text: line, xref: "paper", yref: "paper", x: 0, y: 0, xanchor: "left", yanchor: "top",
        yshift: -(base.b || 40) - 16 * i, showarrow: false, align: "left",
        font: { size: 11, color: "#55616f" } };
    }));
    return plotly.toImage({ data: plain(figure.data), layout: layout },
      { format: format, width: 960, height: layout.height, scale: format === "png" ? 2 : 1 })
      .then(function (url) {
        var link = document.createElement("a");
        link.href = url;
        link.download = name + "." + format;
        link.click();
      });
  };
})();

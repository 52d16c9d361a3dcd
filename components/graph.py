"""The one way to put a figure on a page: no upload button, named for a screen reader."""

from __future__ import annotations

from typing import Any, cast

from dash import dcc, html

from components.attributes import attrs
from components.metric import metric

#: plotly's own toolbar stays away: the card carries full-screen and downloads
CONFIG: dict[str, Any] = {
    "showSendToCloud": False,
    "displaylogo": False,
    "displayModeBar": False,
    "locale": "en",
    "responsive": True,
    "doubleClick": False,
    "scrollZoom": False,
}


def graph(
    id_: str | dict[str, str],
    figure: dict[str, Any],
    *,
    alt: str,
    file_name: str,
    height: int = 320,
    narrow: int | None = None,
    metrics: tuple[str, ...] = (),
    role: str = "img",
) -> html.Div:
    """A figure (plain dict) of fixed height, so that nothing moves when it is drawn.

    `alt` says in words what the picture shows; `file_name` is the stem of downloaded pictures;
    `narrow`: its height where the figure folds into fewer columns (layout.meta.narrow).
    `metrics` are the definitions of the numbers it draws. A figure whose notes can be pressed has
    the `role` of a "group": what is inside an "img" is not there for a keyboard.
    """
    drawn = {**figure, "layout": {**figure.get("layout", {}), "height": height}}
    config = {**CONFIG, "toImageButtonOptions": {"filename": file_name, "format": "svg"}}
    frame = html.Div(
        dcc.Graph(
            id=id_, figure=drawn, config=cast(Any, config), className="plot", responsive=True
        ),
        role=role,
        className="figure-frame" if narrow is None else "figure-frame folding",
        style={"height": f"{height}px"}
        if narrow is None
        else {"--tall": f"{narrow}px", "--low": f"{height}px"},
        **attrs(aria_label=alt, data_file_name=file_name),
        **(metric(*metrics) if metrics else {}),
    )
    return frame if narrow is None else html.Div(frame, className="figure-room")

"""The frame around every page: skip link, rail, top bar with study, cut, patients and filters."""

from __future__ import annotations

from dataclasses import dataclass

import dash_bootstrap_components as dbc
from dash import html

from components.attributes import attrs
from components.icons import icon
from components.links import view_link
from components.menu import choices, menu
from components.thread import groups_menu
from dashboard.text import text

THEMES = ("light", "dark", "system")
_THEME_ICONS = {"light": "sun", "dark": "moon", "system": "circle-half"}


@dataclass(frozen=True, slots=True)
class NavItem:
    """A page in the rail. Only pages that work are listed."""

    label: str
    path: str
    icon: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A link to the same page seen otherwise."""

    label: str
    address: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter value; following `address` takes it away."""

    words: str
    address: str
    #: keys of patients chosen one by one: groups.js puts the name of their group here
    patients: str = ""


@dataclass(frozen=True, slots=True)
class FilterLevel:
    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class FilterControl:
    """One column: levels with how many patients each would show, or the ends of a range."""

    column: str
    label: str
    levels: tuple[FilterLevel, ...] = ()
    chosen: tuple[str, ...] = ()
    numeric: bool = False
    lower: float | None = None
    upper: float | None = None
    help: str | None = None


@dataclass(frozen=True, slots=True)
class TopBar:
    """What the top bar says: all in words, all links already made."""

    study: str
    studies: tuple[Choice, ...]
    cut: str
    cuts: tuple[Choice, ...]
    sets: tuple[Choice, ...]
    set_label: str
    shown: int
    total: int
    chips: tuple[Chip, ...]
    clear: str | None
    synthetic: bool
    #: where the filters leave nobody: filters to take away, patients then shown, the address
    loosen: tuple[tuple[str, int, str], ...] = ()


def skip_link() -> html.A:
    return html.A(text("app.skip"), href="#main", className="skip-link")


def rail(items: tuple[NavItem, ...]) -> html.Nav:
    """The navigation; view.js marks the page and keeps the links on the view on screen."""
    return html.Nav(
        [
            html.Div(
                [html.Span(className="brand-mark", **attrs(aria_hidden="true")), text("app.name")],
                className="brand",
            ),
            html.Ul(
                [
                    html.Li(
                        html.A(
                            [icon(i.icon), html.Span(i.label)],
                            href=i.path,
                            className="rail-link",
                            **attrs(data_page=i.path),
                        )
                    )
                    for i in items
                ],
                className="rail-pages",
            ),
            theme_switch(),
        ],
        className="rail",
        **attrs(aria_label=text("app.navigation")),
    )


def theme_switch() -> html.Div:
    return html.Div(
        [
            html.Button(
                [
                    icon(_THEME_ICONS[t]),
                    html.Span(text(f"shell.theme.{t}"), className="visually-hidden"),
                ],
                className="theme-button",
                title=text(f"shell.theme.{t}"),
                type="button",
                **attrs(data_theme_button=t, aria_pressed="false"),
            )
            for t in THEMES
        ],
        className="theme-switch",
        role="group",
        **attrs(aria_label=text("shell.theme")),
    )


def top_bar(bar: TopBar) -> list[object]:
    """Study, cut and date, analysis set, patients shown, active filters."""
    return [
        html.Div(
            [
                _picker("shell.study", bar.study, bar.studies, "study"),
                _picker("shell.cut", bar.cut, bar.cuts, "cut"),
                *([_synthetic()] if bar.synthetic else []),
            ],
            className="bar-what",
        ),
        html.Div(
            [
                html.Span(
                    text("shell.patients", x=bar.shown, n=bar.total),
                    id="patients-shown",
                    className="patients-shown",
                    role="status",
                ),
                _picker("shell.set", bar.set_label, bar.sets, "set"),
                _chips(bar),
                groups_menu(),
            ],
            className="bar-who",
        ),
        *_nobody(bar),
    ]


def _nobody(bar: TopBar) -> list[html.P]:
    """The filters leave nobody: which of them to take away, and what that would show."""
    if bar.shown or not bar.total:
        return []
    parts: list[str | html.A] = [text("shell.nobody")]
    for words, n, address in bar.loosen:
        key = "shell.nobody.without.one" if n == 1 else "shell.nobody.without"
        parts += [" ", view_link(text(key, words=words, n=n), address)]
    if not bar.loosen:
        parts += [" ", text("shell.nobody.several")]
    return [html.P([*parts], className="nobody", role="status")]


def _picker(key: str, face: str, items: tuple[Choice, ...], extra: str) -> html.Details | html.Span:
    if len(items) < 2:
        return html.Span(face, className=f"bar-fact {extra}", title=text(key))
    links = [(i.label, i.address, i.current) for i in items]
    return menu(
        face,
        choices(links, current_words=text("shell.current")),
        name=f"{text(key)}: {face}",
        extra=f"picker {extra}",
    )


def _synthetic() -> html.Span:
    return html.Span(
        text("shell.synthetic"), className="badge-synthetic", title=text("shell.synthetic.long")
    )


def _chips(bar: TopBar) -> html.Ul:
    items = [
        html.Li(
            view_link(
                [
                    html.Span(text("shell.filters.remove.start"), className="visually-hidden"),
                    html.Span(c.words, **(attrs(data_chosen=c.patients) if c.patients else {})),
                    icon("x"),
                ],
                c.address,
                className="chip",
                title=text("shell.filters.remove", words=c.words),
            )
        )
        for c in bar.chips
    ]
    if bar.clear is not None:
        items.append(
            html.Li(view_link(text("shell.filters.clear"), bar.clear, className="chip clear"))
        )
    return html.Ul(items, className="chips", **attrs(aria_label=text("shell.filters.active")))


def parts_nav(title: str, here: str, items: tuple[Choice, ...]) -> html.Header:
    """The headline of a page that is several, and quiet links between its parts."""
    return html.Header(
        [
            html.H1([title, html.Span(f": {here}", className="visually-hidden")]),
            html.Nav(
                html.Ul(
                    [
                        html.Li(
                            view_link(
                                i.label,
                                i.address,
                                className="parts-link current" if i.current else "parts-link",
                                **(attrs(aria_current="page") if i.current else {}),
                            )
                        )
                        for i in items
                    ]
                ),
                **attrs(aria_label=text("shell.parts", title=title)),
            ),
        ],
        className="parts",
    )


def filter_bar(backbone: FilterControl | None, others: tuple[FilterControl, ...]) -> list[object]:
    """Backbones stand open as pills; every other column is folded away until wanted."""
    parts: list[object] = []
    if backbone is not None:
        parts.append(
            html.Div(
                [
                    html.Span(backbone.label, id="backbone-label", title=backbone.help),
                    _levels(backbone, pills=True),
                ],
                className="pills",
                role="group",
                **attrs(aria_labelledby="backbone-label"),
            )
        )
    if others:
        parts.append(
            menu(
                text("shell.filters"),
                html.Div([_control(c) for c in others], className="filter-grid"),
                name=text("shell.filters.label"),
                extra="filters",
                icon_name="funnel",
            )
        )
    return parts


def _control(control: FilterControl) -> html.Fieldset:
    body = _bounds(control) if control.numeric else _levels(control, pills=False)
    return html.Fieldset([html.Legend(control.label, title=control.help), body])


def level_counts(
    backbone: FilterControl | None, others: tuple[FilterControl, ...]
) -> dict[str, dict[str, int]]:
    """column -> level -> how many patients choosing it would show. shell.js writes them beside the
    labels: as parts of the page every one of them would cost the browser at each change."""
    controls = (*((backbone,) if backbone else ()), *others)
    return {c.column: {v.value: v.count for v in c.levels} for c in controls if c.levels}


def levels_id(column: str) -> dict[str, str]:
    return {"kind": "levels", "column": column}


def bound_id(column: str, end: str) -> dict[str, str]:
    return {"kind": "bound", "column": column, "end": end}


def _levels(control: FilterControl, *, pills: bool) -> dbc.Checklist:
    return dbc.Checklist(
        id=levels_id(control.column),
        options=[{"value": v.value, "label": v.label} for v in control.levels],
        value=list(control.chosen),
        inline=pills,
        className="level-list",
    )


def _bounds(control: FilterControl) -> html.Div:
    def field(end: str, value: float | None, word: str) -> html.Label:
        return html.Label(
            [
                html.Span(word),
                dbc.Input(
                    id=bound_id(control.column, end),
                    type="number",
                    step="any",
                    value=value,
                    debounce=True,
                    size="sm",
                ),
            ]
        )

    return html.Div(
        [
            field("lower", control.lower, text("shell.filters.from")),
            field("upper", control.upper, text("shell.filters.to")),
            *([html.P(control.help, className="hint")] if control.help else []),
        ],
        className="bounds",
    )


def newer_cut(cut_date: str, here: str, address: str) -> html.Div:
    """The page stays on its cut; the newer one is an offer."""
    return html.Div(
        [
            html.Span(text("shell.newer", date=cut_date)),
            html.Span(text("shell.newer.keep", date=here), className="muted"),
            view_link(text("shell.newer.open"), address),
        ],
        className="banner",
        role="status",
    )


def trouble(
    title: str,
    body: str,
    *,
    detail: str | None = None,
    command: str | None = None,
    back: tuple[str, str] | None = None,
) -> html.Div:
    """A page in words with a way back."""
    return html.Div(
        [
            html.H1(title),
            html.P(body),
            *([html.P(detail, className="muted")] if detail else []),
            *([html.Pre(html.Code(command))] if command else []),
            *([html.P(html.A(back[0], href=back[1], className="button"))] if back else []),
        ],
        className="trouble",
        role="alert",
    )

"""Every key and array element of valid TOML has its line."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.study.locate import Path, dotted, locate


def test_every_form_toml_allows() -> None:
    text = "\n".join(
        [
            "# comment with [brackets] and = signs",  # 1
            "title = 'a # no comment'",
            "a.b . c = 1  # dotted, blanks around the dots",
            "",
            "[\"quoted section\".'x.y']",  # 5
            'basic = "esc \\" quote ] \\\\" # end',
            "list = [ 'p', # one",
            "  2026-01-01, [ # nested",
            "     3 ],",
            "  { x = 1, y = [5,",  # 10
            "  6] },",
            "]",
            'block = """first ""',
            "k = 1",
            'last\\""""',  # 15
            "literal = '''one ''",
            "[no section]'''",
            "after = 2026-03-31 07:32:00 # a date with a blank",
            "[[plan]]",
            "day = 1",  # 20
            "[[plan]]",
            "day = 2",
            "[plan.more]",
            "z = +inf",
            "[[plan.deep]]",  # 25
            "z = 1",
            "[[plan.deep]]",
            '"\\u00e9" = {}',
            "[implied.child]",
            "[implied]",  # 30
            "empty = []",
        ]
    )
    lines = {dotted(path): line for path, line in locate(text).items()}

    assert tomllib.loads(text)["a"]["b"]["c"] == 1
    assert lines == {
        "title": 2,
        "a": 3,
        "a.b": 3,
        "a.b.c": 3,
        '"quoted section"': 5,
        '"quoted section"."x.y"': 5,
        '"quoted section"."x.y".basic': 6,
        '"quoted section"."x.y".list': 7,
        '"quoted section"."x.y".list.0': 7,
        '"quoted section"."x.y".list.1': 8,
        '"quoted section"."x.y".list.2': 8,
        '"quoted section"."x.y".list.2.0': 9,
        '"quoted section"."x.y".list.3': 10,
        '"quoted section"."x.y".list.3.x': 10,
        '"quoted section"."x.y".list.3.y': 10,
        '"quoted section"."x.y".list.3.y.0': 10,
        '"quoted section"."x.y".list.3.y.1': 11,
        '"quoted section"."x.y".block': 13,
        '"quoted section"."x.y".literal': 16,
        '"quoted section"."x.y".after': 18,
        "plan": 19,
        "plan.0": 19,
        "plan.0.day": 20,
        "plan.1": 21,
        "plan.1.day": 22,
        "plan.1.more": 23,
        "plan.1.more.z": 24,
        "plan.1.deep": 25,
        "plan.1.deep.0": 25,
        "plan.1.deep.0.z": 26,
        "plan.1.deep.1": 27,
        'plan.1.deep.1."é"': 28,
        "implied": 30,
        "implied.child": 29,
        "implied.empty": 31,
    }


def test_windows_line_ends_count_once() -> None:
    assert locate("a = 1\r\n\r\nb = 2\r\n") == {("a",): 1, ("b",): 3}


class _Writer:
    """Writes nested values as TOML in the drawn style and notes the line of each path itself."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw, self.out, self.lines = draw, [""], dict[Path, int]()

    def write(self, text: str) -> None:
        first, *rest = text.split("\n")
        self.out[-1] += first
        self.out.extend(rest)

    def mark(self, path: Path) -> None:
        self.lines.setdefault(path, len(self.out))

    def key(self, name: str) -> str:
        bare = name.isascii() and name.isalnum()
        return name if bare and self.draw(st.booleans()) else _quoted(name)

    def value(self, path: Path, value: Any) -> None:
        if isinstance(value, dict):
            self.write("{ ")
            for i, (name, item) in enumerate(value.items()):
                self.write(", " if i else "")
                self.pair((*path, name), name, item)
            self.write(" }")
        elif isinstance(value, list):
            self.write("[" + self.draw(_GAPS))
            for i, item in enumerate(value):
                self.mark((*path, i))
                self.value((*path, i), item)
                self.write(self.draw(_GAPS) + "," + self.draw(_GAPS))
            self.write("]")
        elif isinstance(value, str):
            self.write(self.string(value))
        else:
            self.write(str(value).lower() if isinstance(value, bool) else str(value))

    def string(self, value: str) -> str:
        style = self.draw(st.sampled_from(["'", "'''", '"""', '"']))
        if style == "'" and not {"'", "\n"} & set(value):
            return f"'{value}'"
        if style == "'''" and style not in value:
            return f"'''\n{value}'''"
        if style == '"""' and style not in value:
            escaped = value.replace("\\", "\\\\")
            return f'"""\n{escaped}"""'
        return _quoted(value)

    def pair(self, path: Path, name: str, item: Any) -> None:
        self.mark(path)
        self.write(self.key(name) + self.draw(st.sampled_from(["=", " = ", "\t=\t"])))
        self.value(path, item)

    def table(self, path: Path, value: dict[str, Any]) -> None:
        for name, item in value.items():
            if not isinstance(item, dict):
                self.pair((*path, name), name, item)
                self.write(self.draw(_ENDS))
        for name, item in value.items():
            if isinstance(item, dict):
                self.mark((*path, name))
                header = ".".join(self.key(str(p)) for p in (*path, name))
                self.write(f"[{header}]" + self.draw(_ENDS))
                self.table((*path, name), item)


def _quoted(value: str) -> str:
    pairs = (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\u0009"))
    for plain, escaped in pairs:
        value = value.replace(plain, escaped)
    return f'"{value}"'


_GAPS = st.sampled_from(["", " ", "\n", " # ] , } \n\t", "\n\n"])
_ENDS = st.sampled_from(["\n", " # [x] = 'y\n", "\n\n\t", "\n# note\n"])
_WORDS = st.text(st.sampled_from("ab1 .#=[]{}'\"\\\n\té研"), max_size=6)
_PLAIN = st.one_of(_WORDS, st.integers(-99, 99), st.booleans(), st.just(2.5))
_ITEMS = st.recursive(
    _PLAIN,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(_WORDS, inner, max_size=3)
    ),
    max_leaves=8,
)


def _walk(path: Path, value: Any) -> list[Path]:
    parts: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        parts = list(value.items())
    elif isinstance(value, list):
        parts = list(enumerate(value))
    return [p for k, v in parts for p in [(*path, k), *_walk((*path, k), v)]]


@settings(deadline=None)
@given(st.data())
def test_lines_agree_with_the_writer_of_the_text(data: st.DataObject) -> None:
    document = data.draw(st.dictionaries(_WORDS, _ITEMS, max_size=4))
    writer = _Writer(data.draw)
    writer.table((), document)
    text = "\n".join(writer.out)

    assert tomllib.loads(text) == document
    assert locate(text) == writer.lines
    assert set(locate(text)) == set(_walk((), document))

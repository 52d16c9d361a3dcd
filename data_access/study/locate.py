"""The line of every key and array element of a TOML 1.0 text that `tomllib` has already accepted.

`tomllib` gives values without places; a data manager needs the line. The scanner only has to walk
valid TOML, so it knows brackets, strings, comments and keys, and no more of the grammar.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping

#: Keys and array indices from the top of the file: ("design", "accrual", 0).
Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BARE_VALUE = re.compile(r"[^,\]}#\n]+")
_BASIC = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_LITERAL = re.compile(r"'[^'\n]*'")
# A multi-line string may end in up to two quotes of its own, directly before the closing three.
_BASIC_BLOCK = re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"""(?:"{0,2})', re.DOTALL)
_LITERAL_BLOCK = re.compile(r"'''(?:[^']|'(?!''))*'''(?:'{0,2})", re.DOTALL)


def dotted(path: Path) -> str:
    """A path as the file would write it: `files.adsl`, `filters."IC.Level"`, `design.accrual.0`."""
    return ".".join(
        str(part) if isinstance(part, int) or _BARE_KEY.fullmatch(part) else f'"{part}"'
        for part in path
    )


def locate(text: str) -> Mapping[Path, int]:
    """1-based line of each key, table and array element of valid TOML `text`.

    A table that is only implied (`[a.b]` implies `a`) stands where it is first mentioned.
    """
    return _Scanner(text.replace("\r\n", "\n")).run()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.starts = [0, *(m.end() for m in re.finditer("\n", text))]
        self.lines: dict[Path, int] = {}
        self.elements: dict[Path, int] = {}  # arrays of tables: how many so far

    def run(self) -> dict[Path, int]:
        here: Path = ()
        self._skip(_BLANK)
        while self.position < len(self.text):
            if self.text[self.position] == "[":
                here = self._header()
            else:
                self._pair(here)
            self._skip(_BLANK)
        return self.lines

    def _line(self) -> int:
        return bisect_right(self.starts, self.position)

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.position)
        if match is None:  # only reachable when the text is not valid TOML
            raise ValueError(f"line {self._line()} is not TOML")
        self.position = match.end()
        return match.group()

    def _header(self) -> Path:
        line = self._line()
        width = 2 if self.text.startswith("[[", self.position) else 1
        self.position += width
        self._skip(_SPACE)
        keys = self._dotted_key()
        self.position += width
        path: Path = ()
        for depth, key in enumerate(keys, start=1):
            path = (*path, key)
            if width == 2 and depth == len(keys):
                self.lines.setdefault(path, line)
                index = self.elements[path] = self.elements.get(path, -1) + 1
                path = (*path, index)
            elif path in self.elements:
                path = (*path, self.elements[path])
            else:
                self.lines.setdefault(path, line)
        self.lines[path] = line
        return path

    def _dotted_key(self) -> list[str]:
        keys = [self._key()]
        while self.text.startswith(".", self.position):
            self.position += 1
            self._skip(_SPACE)
            keys.append(self._key())
        return keys

    def _key(self) -> str:
        first = self.text[self.position]
        if first == "'":
            key = self._skip(_LITERAL)[1:-1]
        elif first == '"':
            key = str(tomllib.loads(f"key = {self._skip(_BASIC)}")["key"])
        else:
            key = self._skip(_BARE_KEY)
        self._skip(_SPACE)
        return key

    def _pair(self, here: Path) -> None:
        line = self._line()
        path = here
        for key in self._dotted_key():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self.position += 1  # "="
        self._skip(_SPACE)
        self._value(path)

    def _value(self, path: Path) -> None:
        text, at = self.text, self.position
        if text[at] == "[":
            self._array(path)
        elif text[at] == "{":
            self._inline_table(path)
        elif text.startswith('"""', at):
            self._skip(_BASIC_BLOCK)
        elif text.startswith("'''", at):
            self._skip(_LITERAL_BLOCK)
        elif text[at] == '"':
            self._skip(_BASIC)
        elif text[at] == "'":
            self._skip(_LITERAL)
        else:
            self._skip(_BARE_VALUE)

    def _array(self, path: Path) -> None:
        self.position += 1
        index = 0
        while not self._closes("]"):
            self.lines[(*path, index)] = self._line()
            self._value((*path, index))
            index += 1

    def _inline_table(self, path: Path) -> None:
        self.position += 1
        while not self._closes("}"):
            self._pair(path)

    def _closes(self, bracket: str) -> bool:
        """Step over blanks and one comma; True (and past it) at the closing bracket."""
        self._skip(_BLANK)
        if self.text[self.position] == ",":
            self.position += 1
            self._skip(_BLANK)
        if self.text[self.position] != bracket:
            return False
        self.position += 1
        return True

"""The words of the dialogs that passport.js fills: one set for the whole page."""

from __future__ import annotations

import json
from typing import Any

from components.attributes import attrs
from dashboard.text import text


def passport_words() -> dict[str, Any]:
    """The words as an attribute; `%name` is where the browser puts a value."""
    said = {
        "close": text("passport.close"),
        "loading": text("passport.loading"),
        "failed": text("passport.failed"),
        "formula": text("define.formula"),
        "population": text("passport.population"),
        "out": text("define.out"),
        "nobody": text("passport.nobody"),
        "one": text("passport.excluded.one"),
        "many": text("passport.excluded.other", n="%n"),
        "others": text("passport.others", n="%n"),
        "method": text("define.method"),
        "parameters": text("define.parameters"),
        "source": text("passport.source"),
        "references": text("define.references"),
        "cut": text("passport.cut"),
        "cutBody": text("passport.cut.body", date="%date", hash="%hash"),
        "more": text("passport.more"),
        "code": text("code.words"),
        "copy": text("code.copy"),
        "copied": text("code.copied"),
        "notCopied": text("code.not_copied"),
    }
    return attrs(data_words=json.dumps(said, ensure_ascii=False))

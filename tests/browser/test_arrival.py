"""Cards that arrive late and one by one: whatever their height, nothing a reader sees moves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard import view
from tests.browser.conftest import Opener, serving
from tests.browser.on_screen import settled
from tests.browser.test_real_exports import COUNT, PATHS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: seconds between a card and the next: more than a browser needs to paint
APART = 0.12
WIDTHS = {"pharmaverse-onco": 1440, "random-cdisc": 1440, "imvigor210": 390}


@pytest.fixture(scope="module")
def late_url(real_home: Path) -> Iterator[str]:
    """The real exports from a server that takes its time for every card."""
    made = view.lines

    def late(*asked: Any) -> Iterator[bytes | None]:
        for line in made(*asked):
            yield line
            if line:
                yield None  # sent as it is
                time.sleep(APART)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(view, "lines", late)
        with serving(real_home) as address:
            yield address


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("study", WIDTHS)
def test_nothing_moves(open_page: Opener, late_url: str, study: str, path: str) -> None:
    page, _ = open_page(WIDTHS[study])
    page.goto(f"{late_url}{path}?study={study}")
    settled(page, COUNT[path])
    moved = page.evaluate("window.watched.moved")
    assert page.evaluate("window.watched.shift") < 0.02, moved

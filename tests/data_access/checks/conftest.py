"""The fixture every rule test uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from data_access.checks import RULES, run_checks
from data_access.findings import Finding
from tests.data_access.checks.written import context_of, written


@pytest.fixture
def run() -> Callable[..., list[Finding]]:
    """`run("check-...", ADSL="USUBJID | AGE ...")` -> the findings of that rule alone."""

    def run(
        rule: str, *, previous: Mapping[str, str] | None = None, **options: object
    ) -> list[Finding]:
        assert rule in {r.id for r in RULES}, f"no rule {rule}"
        frames = {d: written(str(options.pop(d))) for d in list(options) if d.isupper()}
        if previous is not None:
            options["previous"] = {d: written(t) for d, t in previous.items()}
        context = context_of(frames, **options)  # type: ignore[arg-type]
        return [f for f in run_checks(context) if f.rule == rule]

    return run

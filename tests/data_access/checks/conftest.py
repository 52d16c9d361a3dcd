"""The fixture every rule test uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from data_access.checks import AREAS, privacy, run_checks
from data_access.findings import Finding, in_order
from tests.data_access.checks.written import context_of, written


@pytest.fixture
def run() -> Callable[..., list[Finding]]:
    """`run("check-...", ADSL="USUBJID | AGE ...")` -> the findings of that rule alone."""

    def run(
        rule: str, *, previous: Mapping[str, str] | None = None, **options: object
    ) -> list[Finding]:
        area = next(a for a in AREAS if rule in {r.id for r in a.RULES})
        frames = {d: written(str(options.pop(d))) for d in list(options) if d.isupper()}
        if previous is not None:
            options["previous"] = {d: written(t) for d, t in previous.items()}
        context = context_of(frames, **options)  # type: ignore[arg-type]
        if area is privacy:  # its refusal of USUBJID stands before all checks
            found = run_checks(context)
        else:
            found = in_order(f for check in area.CHECKS for f in check(context))
        return [f for f in found if f.rule == rule]

    return run

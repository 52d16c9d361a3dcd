"""Writes docs/derived-checks.md and docs/definitions.md: `python -m dashboard.document`."""

from __future__ import annotations

import sys
from pathlib import Path

from dashboard.definitions.document import definitions_page
from dashboard.derived_findings import RULES
from data_access.document import page

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = DOCS / "derived-checks.md"
DEFINITIONS = DOCS / "definitions.md"

HEAD = """\
# Checks that need a derivation

What the export derives is shown as exported. Interim derives it again from the records, and these
rules say where the two disagree. They come after the [conformance checks](checks.md), never refuse
an export, and are found anew from the stored records each time: `import` and `check` print them,
the Overview lists them, and `python app.py metrics STUDY` gives every patient with both values and
the reason under `checks`. A difference is explained by a rule only where the derivation under that
rule gives the exported value; otherwise it is "not explained by any rule Interim knows".

The stated severity is that of a difference that changes a category, an event or a count; where
only a time or a number differs, the finding is a warning. A warning becomes an error where the
difference changes who is counted. This page is made from the rules themselves:
`python -m dashboard.document`."""


def derived_page() -> str:
    """The page as text."""
    return page(RULES, HEAD)


def main() -> int:
    """Write the pages; 0 when done."""
    PAGE.write_text(derived_page(), encoding="utf-8")
    DEFINITIONS.write_text(definitions_page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

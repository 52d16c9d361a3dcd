"""The one road of a GET for one card: query -> selection, or a refusal in words."""

from __future__ import annotations

from flask import Response, request

from dashboard.pages import Context
from dashboard.selection import Selection, SelectionError
from dashboard.text import text
from dashboard.web import refuse
from data_access.findings import DataError


def asked(context: Context) -> Selection | Response:
    """The selection the address names; else why it is refused."""
    try:
        query = request.query_string.decode("ascii", "replace")
        return context.shelf.resolve(query)[0]
    except SelectionError as error:
        return refuse(400, text(f"selection.{error.problem}", part=error.part))
    except DataError:
        return refuse(503, text("trouble.damaged.body"))

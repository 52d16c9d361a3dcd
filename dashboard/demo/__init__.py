"""The synthetic demo study: a simulated single-arm trial with three data cuts."""

from dashboard.demo.exports import write_exports

__all__ = ["write_exports"]

"""The synthetic demo study: a simulated single-arm trial with three data cuts."""

from dashboard.demo.build import build_demo
from dashboard.demo.exports import write_exports

__all__ = ["build_demo", "write_exports"]

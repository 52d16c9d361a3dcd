"""study.toml: everything about one trial that is not in its data."""

from data_access.study.model import Study
from data_access.study.parse import load_study, parse_study

__all__ = ["Study", "load_study", "parse_study"]

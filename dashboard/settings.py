"""Settings: everything the dashboard takes from its environment, typed, with safe defaults."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"", "0", "false", "no", "off"}


class SettingsError(ValueError):
    """A setting that cannot be used; the message says which one and what to write instead."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How one process runs. `home` holds the studies and their cuts."""

    home: Path = PROJECT / ".interim"
    host: str = "127.0.0.1"
    port: int = 8050
    debug: bool = False

    def __post_init__(self) -> None:
        if not is_loopback(self.host):
            raise SettingsError(
                f"Interim only listens on this computer (127.0.0.1), not on {self.host!r}: it has "
                "no accounts yet, so every reader of a wider address would see patient-level "
                "results. Leave INTERIM_HOST unset, or set it to 127.0.0.1."
            )
        if not 1 <= self.port <= 65535:
            raise SettingsError(f"INTERIM_PORT must lie between 1 and 65535, not {self.port}.")

    @classmethod
    def from_environment(
        cls,
        environ: Mapping[str, str] | None = None,
        *,
        host: str | None = None,
        port: int | None = None,
    ) -> Settings:
        """Read INTERIM_HOME, INTERIM_HOST, INTERIM_PORT and INTERIM_DEBUG; unset means default.

        `host` and `port`, where given (a command line), win over the environment.
        """
        values = os.environ if environ is None else environ
        stated = values.get("INTERIM_PORT", "").strip() or "8050"
        if not stated.isascii() or not stated.isdigit():
            raise SettingsError(f"INTERIM_PORT must be a whole number, not {stated!r}.")
        home = values.get("INTERIM_HOME", "").strip()
        return cls(
            home=Path(home).expanduser() if home else PROJECT / ".interim",
            host=host or values.get("INTERIM_HOST", "").strip() or "127.0.0.1",
            port=port or int(stated),
            debug=_switch("INTERIM_DEBUG", values.get("INTERIM_DEBUG", "")),
        )


def is_loopback(host: str) -> bool:
    """True for names and addresses that reach this computer only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _switch(name: str, value: str) -> bool:
    word = value.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise SettingsError(f"{name} must be yes or no, not {value!r}.")

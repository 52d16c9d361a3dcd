"""Settings: safe defaults, loopback only, and errors that say what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.settings import PROJECT, Settings, SettingsError, is_loopback


def test_defaults_are_safe() -> None:
    settings = Settings.from_environment({})
    assert settings == Settings(PROJECT / ".interim", "127.0.0.1", 8050, debug=False)


def test_the_environment_is_read() -> None:
    settings = Settings.from_environment(
        {
            "INTERIM_HOME": "/srv/interim",
            "INTERIM_HOST": "localhost",
            "INTERIM_PORT": "9000",
            "INTERIM_DEBUG": "yes",
        }
    )
    assert settings == Settings(Path("/srv/interim"), "localhost", 9000, debug=True)


def test_a_command_line_wins_over_the_environment() -> None:
    settings = Settings.from_environment({"INTERIM_PORT": "9000"}, host="::1", port=9001)
    assert (settings.host, settings.port) == ("::1", 9001)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "interim.example.org", ""])
def test_every_other_host_is_refused_with_the_reason(host: str) -> None:
    with pytest.raises(SettingsError, match=r"only listens on this computer.*no accounts"):
        Settings(host=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost"])
def test_loopback_is_recognised(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"INTERIM_PORT": "many"}, "INTERIM_PORT must be a whole number"),
        ({"INTERIM_PORT": "0"}, "between 1 and 65535"),
        ({"INTERIM_PORT": "70000"}, "between 1 and 65535"),
        ({"INTERIM_PORT": "８０"}, "INTERIM_PORT must be a whole number"),
        ({"INTERIM_DEBUG": "perhaps"}, "INTERIM_DEBUG must be yes or no"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(environ: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Settings.from_environment(environ)

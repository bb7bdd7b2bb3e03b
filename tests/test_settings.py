"""Settings come from the environment, and a wrong one is named."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ledger.errors import Misconfigured
from ledger.settings import Settings


def test_what_is_given_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGER_PORT", "9000")
    monkeypatch.setenv("LEDGER_HOME", "/srv/ledger")
    assert Settings.load().port == 9000
    assert Settings.load(port=9001, home=None) == Settings(port=9001, home=Path("/srv/ledger"))


def test_a_wrong_value_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGER_USAGE_LANES", "none")
    with pytest.raises(Misconfigured, match="LEDGER_USAGE_LANES"):
        Settings.load()


def test_urls_do_not_show_their_passwords() -> None:
    settings = Settings(database_url="postgresql://me:hunter2@db/ledger", cursor_secret="hunter2")
    assert "hunter2" not in repr(settings)


def test_a_key_is_made_once_and_is_ours_alone(home: Path) -> None:
    settings = Settings(home=home)
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: settings.key("cursor"), range(32)))
    assert len(keys) == 1
    assert len(keys.pop()) == 32
    assert (home / "keys" / "cursor").stat().st_mode & 0o777 == 0o600
    assert settings.key("other") != settings.key("cursor") == settings.cursor_key()
    assert Settings(home=home, cursor_secret="s").cursor_key() == b"s"

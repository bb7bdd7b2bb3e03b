"""The text of a key: found by scanners, refused when mistyped, full of entropy."""

import re

from ledger.api.tokens import Token


def test_a_key_reads_back():
    token = Token.fresh("portal")
    assert re.fullmatch(r"lgr_portal_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}", str(token))
    assert Token.read(str(token)) == token


def test_keys_differ_and_hide_their_secret():
    tokens = [Token.fresh("admin") for _ in range(100)]
    assert len({token.secret for token in tokens}) == 100
    assert len({token.hash for token in tokens}) == 100
    assert tokens[0].secret not in repr(tokens[0])


def test_a_mistyped_key_is_refused_without_a_look_up():
    text = str(Token.fresh("erp"))
    for at in range(len(text)):
        other = text[:at] + ("x" if text[at] != "x" else "y") + text[at + 1 :]
        assert Token.read(other) is None
    for junk in ("", "lgr", "lgr_a_b_c_d", text + "_x", text[:-1], "ö" + text[1:]):
        assert Token.read(junk) is None

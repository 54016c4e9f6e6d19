from __future__ import annotations

import string

import pytest
from argon2 import Parameters, Type
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import (
    PasswordError,
    PasswordLikeLogin,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
)
from assistant.identity.argon2id import Argon2idHasher
from assistant.services.passwords import FIRST_PASSWORD, check_password, first_password, prepared

LIGHT = Parameters(Type.ID, 19, 16, 32, 1, 64, 1)


@pytest.mark.parametrize(
    "password",
    [
        "correct plum battery",
        "きょうは雨がふっています",
        "aaaa bbbb cccc dddd eeee",
        "tanaka went to the sea",
        "Kx9!Kx9!Kx9!pqz",
        "12 monkeys and me",
    ],
)
def test_long_ones_are_good(password: str) -> None:
    check_password(prepared(password), "tanaka", "田中 花子")


@pytest.mark.parametrize(
    ("password", "error"),
    [
        ("", PasswordTooShort),
        ("kx9!v2 plum", PasswordTooShort),
        ("x" * 257, PasswordTooLong),
        ("password1234", PasswordTooCommon),
        ("PassWord!!!!!", PasswordTooCommon),
        ("passwordpassword", PasswordTooCommon),
        ("123456789012", PasswordTooCommon),
        ("abcdefghijklmn", PasswordTooCommon),
        ("zyxwvutsrqpo", PasswordTooCommon),
        ("1qaz2wsx3edc", PasswordTooCommon),
        ("aabbaabbaabb", PasswordTooCommon),
        ("qwertyuiop12", PasswordTooCommon),
        ("児童相談所児童相談所12", PasswordTooCommon),
        ("ｐａｓｓｗｏｒｄ１２３４", PasswordTooCommon),
        ("tanaka-tanaka", PasswordLikeLogin),
        ("TANAKA20261120", PasswordLikeLogin),
        ("田中花子田中花子田中花子", PasswordLikeLogin),
    ],
)
def test_what_is_guessed_at_once_is_refused(password: str, error: type[PasswordError]) -> None:
    with pytest.raises(error) as told:
        check_password(prepared(password), "tanaka", "田中花子")
    assert "パスワード" in told.value.message("ja")
    assert "assword" in told.value.message("en")


@given(st.text(max_size=300))
def test_any_text_is_taken_or_refused(password: str) -> None:
    try:
        check_password(prepared(password), "tanaka", "田中")
    except PasswordError:
        return
    assert 12 <= len(prepared(password)) <= 256


def test_first_passwords_are_good_and_differ() -> None:
    given_out = {first_password() for _ in range(50)}
    assert len(given_out) == 50
    for one in given_out:
        check_password(one, "tanaka")
        assert set(one) <= set(FIRST_PASSWORD) | {"-"}
    assert not set(FIRST_PASSWORD) & set("l1o0" + string.ascii_uppercase)


def test_what_is_kept_is_argon2id_with_a_salt() -> None:
    hasher = Argon2idHasher()
    one, other = hasher.hash("correct plum battery"), hasher.hash("correct plum battery")
    assert one != other
    assert one.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert hasher.fits(one, "correct plum battery")
    assert not hasher.fits(one, "correct plum batterY")
    assert not hasher.is_outdated(one)
    assert hasher.is_outdated(Argon2idHasher(LIGHT).hash("correct plum battery"))


def test_where_nothing_was_kept_nothing_fits() -> None:
    hasher = Argon2idHasher(LIGHT)
    assert not hasher.fits(None, "nobody has this password")
    assert not hasher.fits("damaged", "x")

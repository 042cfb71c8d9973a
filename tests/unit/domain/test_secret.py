import base64
import urllib.parse

import pytest

from pierhead.domain.secret import DOTS, Redactor, Secret

CANARY = "k3y/with+odd =chars&"


def test_a_secret_never_prints() -> None:
    secret = Secret(CANARY)
    shown = [str(secret), repr(secret), f"{secret}", f"{secret:>30}", str([secret])]
    assert all(CANARY not in text and DOTS in text for text in shown)
    assert secret.reveal() == CANARY


def test_secrets_compare_by_value() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")


@pytest.mark.parametrize(
    "form",
    [
        CANARY,
        base64.b64encode(CANARY.encode()).decode(),
        base64.urlsafe_b64encode(CANARY.encode()).decode(),
        urllib.parse.quote(CANARY),
        urllib.parse.quote_plus(CANARY),
    ],
)
def test_every_form_is_redacted(form: str) -> None:
    redact = Redactor([CANARY])
    text = redact(f"before {form} after")
    assert CANARY not in text
    assert form.rstrip("=") not in text
    assert text.startswith("before ")
    assert text.endswith(" after")


@pytest.mark.parametrize("before", ["", "u:", "me:", "you:", "they:"])
def test_it_is_redacted_within_something_longer_in_base64(before: str) -> None:
    text = base64.b64encode(f"{before}{CANARY}!".encode()).decode()
    left, _, right = Redactor([CANARY])(text).partition(DOTS)
    # What is left tells of the neighbours, and of a few bits of one character at each end.
    assert left == text[: len(left)]
    assert len(left) <= 4 * len(before) / 3 + 2
    assert len(right) <= 4


def test_lines_of_a_long_secret_are_redacted_one_by_one() -> None:
    redact = Redactor(["first-line-of-a-key\nsecond-line-of-a-key"])
    assert redact("x second-line-of-a-key y") == f"x {DOTS} y"


def test_short_values_are_left_alone() -> None:
    assert Redactor(["1", "true"])("1 is true") == "1 is true"


def test_a_document_is_redacted_to_its_last_text() -> None:
    redact = Redactor(["hunter22"])
    document = {"body": "it is hunter22", "deep": [{"x": ("hunter22", 1, None)}], "count": 3}
    assert redact.document(document) == {
        "body": f"it is {DOTS}",
        "deep": [{"x": [DOTS, 1, None]}],
        "count": 3,
    }

import pickle

import pytest

from pierhead import errors
from pierhead.errors import PierheadError, error_from_document


def family(cls: type[PierheadError]) -> list[type[PierheadError]]:
    return [cls, *(one for child in cls.__subclasses__() for one in family(child))]


# Rooms may refine a class for themselves, without a code of their own.
FAMILY = [cls for cls in family(PierheadError) if cls.__module__ == "pierhead.errors"]


@pytest.mark.parametrize("cls", FAMILY)
def test_an_error_survives_the_way_through_a_document(cls: type[PierheadError]) -> None:
    error = cls("the place: the cause", hint="do this", where="a.toml:3", details={"n": 1})
    back = error_from_document(error.to_document())
    assert type(back) is cls
    assert (back.message, back.hint, back.where, back.details) == (
        "the place: the cause",
        "do this",
        "a.toml:3",
        {"n": 1},
    )


def test_codes_are_unique() -> None:
    assert len({cls.code for cls in FAMILY}) == len(FAMILY)


def test_the_tree_in_the_documentation_names_every_class() -> None:
    assert errors.__doc__ is not None
    for cls in FAMILY:
        assert cls.__name__ in errors.__doc__
        assert f"exit {cls.exit_code}" in errors.__doc__ or cls is PierheadError


def test_an_unknown_code_becomes_the_base_class() -> None:
    error = error_from_document({"code": "of-a-newer-server", "message": "m"})
    assert type(error) is PierheadError


def test_the_place_comes_first() -> None:
    assert str(PierheadError("bad", where="x.toml:2")) == "x.toml:2: bad"


def test_errors_can_cross_a_process() -> None:
    error = pickle.loads(pickle.dumps(PierheadError("bad", hint="h")))  # noqa: S301
    assert error.message == "bad"

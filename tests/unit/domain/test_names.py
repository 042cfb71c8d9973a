import pytest
from hypothesis import given
from hypothesis import strategies as st

from pierhead.domain.names import check_name, new_id, slug
from pierhead.errors import InvalidInput


@pytest.mark.parametrize("name", ["a", "shop", "shop-2", "9lives", "x" * 63])
def test_a_dns_label_is_a_name(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a_b", "a.b", "x" * 64, "ü", "a\n"])
def test_anything_else_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="is not a valid name"):
        check_name(name)


def test_a_refusal_proposes_the_nearest_name() -> None:
    with pytest.raises(InvalidInput) as caught:
        check_name("My Shop!")
    assert caught.value.hint == "for example 'my-shop'"


@given(st.text())
def test_a_slug_is_a_name_or_empty(text: str) -> None:
    found = slug(text)
    assert found == "" or check_name(found) == found


def test_ids_differ_and_sort_by_time() -> None:
    first = [new_id("d") for _ in range(200)]
    assert len(set(first)) == 200
    assert [one[:10] for one in first] == sorted(one[:10] for one in first)
    assert all(one.startswith("d-") and len(one) == 16 for one in first)

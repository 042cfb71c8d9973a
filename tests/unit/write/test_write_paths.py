"""Paths are hostile until proven otherwise."""

import os
import tempfile
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pierhead.errors import UnsafePath
from pierhead.write.links import check_links
from pierhead.write.paths import LOCAL, PORTABLE, PathRules, check_path, check_paths

ALWAYS = {
    "": "empty",
    "/etc/passwd": "absolute",
    "../up": "parent",
    "a/../../b": "parent",
    "a/..": "parent",
    "a//b": "empty-part",
    "./a": "empty-part",
    "a/": "empty-part",
    "nul\0byte": "nul",
    "x" * 256: "name-too-long",
    "é" * 128: "name-too-long",
    "//server/share/x": "unc",
    "/".join("a" * 201): "too-deep",
    "/".join(["n" * 200] * 20): "too-long",
}
PORTABLE_ONLY = {
    "a\\..\\b": "backslash",
    "C:evil": "drive-letter",
    "c:/evil": "drive-letter",
    "a/new\nline": "control-character",
    "tab\t": "control-character",
    "bell\x07": "control-character",
    "next\x85line": "control-character",
    "right\u202eleft": "control-character",
    "a/CON": "reserved-name",
    "nul.txt": "reserved-name",
    "aux .py": "reserved-name",
    "COM1.log.gz": "reserved-name",
    "lpt²": "reserved-name",
    "dot./x": "trailing-dot",
    "space ": "trailing-dot",
    "bad\udcffbyte": "not-unicode",
}
FINE = ["a", "a/b.txt", ".env", ".github/ci.yml", "with space/a b", "🚢/⚓.md", "日本", "[id].tsx"]


@pytest.mark.parametrize(("path", "rule"), [*ALWAYS.items(), *PORTABLE_ONLY.items()])
def test_bundle_path_is_refused_by_name_and_rule(path: str, rule: str) -> None:
    with pytest.raises(UnsafePath) as caught:
        check_path(path, PORTABLE)
    assert caught.value.details["rule"] == rule
    assert caught.value.message.isprintable()
    caught.value.message.encode()


def test_a_network_path_with_backslashes_is_named_as_one() -> None:
    with pytest.raises(UnsafePath, match="UNC"):
        check_path("\\\\server\\share", PORTABLE)


@pytest.mark.parametrize(("path", "rule"), ALWAYS.items())
def test_local_path_is_refused_where_safety_demands(path: str, rule: str) -> None:
    with pytest.raises(UnsafePath) as caught:
        check_path(path, LOCAL)
    assert caught.value.details["rule"] == rule


@pytest.mark.parametrize("path", [*FINE, *PORTABLE_ONLY])
def test_local_rules_leave_odd_names_of_a_users_own_folder_alone(path: str) -> None:
    check_path(path, LOCAL)


@pytest.mark.parametrize("path", FINE)
def test_usual_names_are_fine(path: str) -> None:
    check_path(path, PORTABLE)


@pytest.mark.parametrize(
    ("one", "other", "rule"),
    [
        ("a", "a", "duplicate"),
        ("README", "readme", "name-clash"),
        ("Docs/a", "docs/b", "name-clash"),
        ("x/Docs/deep/a", "x/docs/b", "name-clash"),
        ("é", "e\u0301", "name-clash"),
        ("straße", "STRASSE", "name-clash"),
        ("a", "a/b", "file-and-folder"),
        ("a/b/c", "a", "file-and-folder"),
        ("A/b", "a", "file-and-folder"),
    ],
)
def test_two_paths_that_are_one(one: str, other: str, rule: str) -> None:
    for pair in ([one, other], [other, one]):
        with pytest.raises(UnsafePath) as caught:
            check_paths(pair, PORTABLE)
        assert caught.value.details["rule"] == rule


def test_names_that_differ_by_case_are_two_files_of_a_local_folder() -> None:
    check_paths(["README", "readme", "Docs/a", "docs/b"], LOCAL)
    with pytest.raises(UnsafePath):
        check_paths(["a", "a/b"], LOCAL)


@pytest.mark.parametrize("rules", [LOCAL, PORTABLE])
@given(st.lists(st.text(alphabet="ab./\\\0\n: é\u0301CONcon\udc80", max_size=12), max_size=4))
def test_an_accepted_path_stays_below_its_root(rules: PathRules, paths: list[str]) -> None:
    try:
        check_paths(paths, rules)
    except UnsafePath:
        return
    for path in paths:
        assert os.path.normpath("/root/" + path) == "/root/" + path
        assert ".." not in PurePosixPath(path).parts


@pytest.mark.parametrize(
    ("links", "rule"),
    [
        ({"a": "/etc"}, "link-out"),
        ({"a": "../x"}, "link-out"),
        ({"a/b": "../../x"}, "link-out"),
        ({"a/b": "../c/../../x"}, "link-out"),
        # Lexically each is inside; followed as the kernel does, the second is not.
        ({"a/b/up": "../..", "a/b/x": "up/../y"}, "link-out"),
        ({"a": "a"}, "link-loop"),
        ({"a": "b", "b": "c/x", "c": "a"}, "link-loop"),
        ({"a": ""}, "link-target"),
        ({"a": "x\0y"}, "link-target"),
        ({"a": "x" * 5000}, "link-target"),
        ({"a": "\ud800"}, "link-target"),
    ],
)
def test_links_that_lead_out(links: dict[str, str], rule: str) -> None:
    with pytest.raises(UnsafePath) as caught:
        check_links(links)
    assert caught.value.details["rule"] == rule


def test_links_inside_are_fine() -> None:
    check_links({"current": "releases/1", "bin/run": "../app/run.py", "a/b": "..", "gone": "no"})


_NAMES = st.sampled_from(["a", "b", "a/c", "b/c", "a/b/d"])
_PARTS = st.lists(st.sampled_from(["..", "a", "b", "c", "."]), min_size=1, max_size=5)


@given(st.dictionaries(_NAMES, _PARTS.map("/".join), min_size=1, max_size=4))
def test_links_accepted_stay_inside_by_the_kernels_own_word(links: dict[str, str]) -> None:
    try:
        check_paths(links, LOCAL)
        check_links(links)
    except UnsafePath:
        return
    with tempfile.TemporaryDirectory() as base:
        root = Path(base).resolve() / "root"
        for path, target in links.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).symlink_to(target)
        for path in links:
            assert os.path.realpath(root / path).startswith(str(root))

"""Whatever stands in the manifests of the compiled stacks, detection answers, and soon."""

import json
import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pierhead.detect import Tree, survey
from pierhead.detect.document import parts_document
from pierhead.detect.json_file import plain_json
from pierhead.detect.parts import find_parts
from pierhead.detect.ranges import allows, version
from unit.detect.samples import SAMPLES
from unit.detect.trees import tree

_NAMES = sorted({path for files in SAMPLES.values() for path in files})
_TEXTS = sorted({t for files in SAMPLES.values() for t in files.values() if isinstance(t, str)})
_QUICK = settings(max_examples=200, deadline=4000, suppress_health_check=[HealthCheck.too_slow])


def _answers(texts: dict[str, bytes]) -> None:
    held = Tree.of_texts(texts)
    for stack in survey(held):
        assert 0 <= stack.confidence <= 100
        assert stack.evidence
    json.dumps(parts_document(find_parts(held), "x"))


@given(st.dictionaries(st.sampled_from(_NAMES), st.binary(max_size=150), max_size=8))
@_QUICK
def test_any_bytes_in_any_manifest(texts: dict[str, bytes]) -> None:
    _answers(texts)


@given(st.dictionaries(st.sampled_from(_NAMES), st.sampled_from(_TEXTS), max_size=6))
@_QUICK
def test_the_wrong_text_in_the_right_place(texts: dict[str, str]) -> None:
    _answers({path: text.encode() for path, text in texts.items()})


@given(st.sampled_from(sorted(SAMPLES)), st.data())
@_QUICK
def test_a_manifest_cut_off_anywhere(name: str, data: st.DataObject) -> None:
    texts = {p: tree(SAMPLES[name]).content(p) for p in SAMPLES[name]}
    path = data.draw(st.sampled_from(sorted(texts)))
    cut = data.draw(st.integers(0, len(texts[path])))
    mark = data.draw(st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\0", b"\x1b"]))
    _answers(texts | {path: mark + texts[path][:cut]})


_SERVICE = ["build", "image", "ports", "command", "healthcheck", "expose"]
_YAML = st.recursive(
    st.none() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(_SERVICE), _YAML))
@_QUICK
def test_compose_services_of_the_wrong_shape(service: dict[str, object]) -> None:
    _answers({"compose.yaml": json.dumps({"services": {"a": service, "b": None}}).encode()})


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)
_KEYS = [
    "require",
    "extra",
    "type",
    "tasks",
    "sdk",
    "exports",
    "imports",
    "scripts",
    "dependencies",
    "autoload",
]


@given(
    st.dictionaries(st.sampled_from(_KEYS), _JSON),
    st.sampled_from(["composer.json", "deno.json", "global.json", "x.runtimeconfig.json"]),
)
@_QUICK
def test_json_of_the_wrong_shape(document: dict[str, object], path: str) -> None:
    texts = {path: json.dumps(document).encode(), "a.csproj": b"<Project/>", "x.dll": b""}
    _answers(texts | {"index.php": b"", "main.ts": b"Deno.serve()"})


@given(st.text(alphabet='{}[]",:/*\\ \nab1', max_size=120))
@example('"' * 3000)
@example("/*" * 3000)
@_QUICK
def test_any_text_as_jsonc(text: str) -> None:
    assert plain_json(text).count("\n") <= text.count("\n")


@given(st.text(alphabet="^~<>=!,|* .0123456789xv-", max_size=40), st.integers(0, 30))
@_QUICK
def test_any_text_as_a_range(text: str, minor: int) -> None:
    assert allows(text, (3, minor)) in (True, False)
    assert isinstance(version(text), tuple)


# Texts on which a careless pattern takes time that grows with the square or worse.
_LONG = {
    "build.gradle": "include " + "'a' , " * 8000,
    "build.gradle.kts": "/* " * 20000,
    "settings.gradle": "include(" + "'a' " * 8000,
    "pom.xml": "<a>" * 20000,
    "Gemfile": "gem " * 20000 + "'",
    "mix.exs": "{:a " * 20000,
    "build.sbt": '"a" % ' * 15000,
    "go.mod": "require " * 15000,
    "Cargo.toml": "a=[" * 20000,
    "composer.json": '{"a":' * 20000,
    "deno.jsonc": "/* " * 20000,
    "Dockerfile": "FROM x\nRUN \\\n" * 5000,
    "compose.yaml": "a: &a [" * 2000,
    "Procfile": "web: " * 15000,
    ".env.example": "A=" * 30000,
    "config/routes.rb": "get '" * 15000,
    "Shop.csproj": "<Project " * 10000,
    "Shop.sln": '"a\\' * 20000,
    "main.go": 'package main\nimport "' * 5000,
    "src/main.rs": '("0.0.0.0", ' * 10000,
    "app.rb": "require " * 15000,
    "index.php": "<?php " * 15000,
    "main.ts": "Deno. " * 15000,
}


@pytest.mark.parametrize("path", sorted(_LONG))
def test_long_texts_take_no_time(path: str) -> None:
    beside = {"Cargo.toml": '[package]\nname = "a"\n'} if path.endswith(".rs") else {}
    beside |= {"config.ru": "", "config/application.rb": ""} if path.startswith("config/") else {}
    started = time.perf_counter()
    _answers({p: t.encode() for p, t in (beside | {path: _LONG[path]}).items()})
    assert time.perf_counter() - started < 3  # a tenth of it where nothing else runs


def test_entities_of_xml_are_refused() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "bbb">]><project><artifactId>&b;</artifactId></project>'
    answers = survey(tree({"pom.xml": bomb}))
    says = [e.says for e in answers[0].evidence]
    assert "declares a document type, which is not read" in says
    assert answers[0].confidence < 40


def test_a_manifest_that_is_too_large_is_said_to_be() -> None:
    held = Tree({"package.json": 100 << 20, "composer.json": 100 << 20}, lambda _: b"{" * 100)
    says = {e.says for stack in survey(held) for e in stack.evidence}
    assert "is empty or too large to read" in says


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("composer.json", '{\n"require": 1,,\n}', 2),
        ("pom.xml", "<project>\n<a>\n</project>", 3),
        ("Cargo.toml", "[package]\nname = x\n", 2),
        ("deno.json", '{\n"tasks": [\n}', 3),
    ],
)
def test_a_broken_manifest_is_named_with_its_line(path: str, text: str, line: int) -> None:
    answers = survey(tree({path: text}))
    assert (path, line) in {(e.path, e.line) for stack in answers for e in stack.evidence}

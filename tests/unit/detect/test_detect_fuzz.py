"""No input makes detection fail in any way but by saying that there is nothing to run."""

import json

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pierhead.detect import Tree, detect, survey
from pierhead.detect.python.modules import read_module
from pierhead.detect.python.poetry import specifier
from pierhead.errors import NothingToRun

_NAMES = """package.json pyproject.toml requirements.txt Pipfile Pipfile.lock poetry.lock pdm.lock
    uv.lock pylock.toml setup.py setup.cfg environment.yml Procfile runtime.txt .python-version
    .nvmrc .tool-versions pnpm-workspace.yaml pnpm-lock.yaml yarn.lock angular.json vite.config.ts
    svelte.config.js next.config.js manage.py shop/settings.py shop/wsgi.py main.py app/main.py
    app/__init__.py __init__.py __main__.py src/x/y.py server.js index.html Staticfile alembic.ini
    prisma/schema.prisma .flaskenv migrations/env.py a/package.json composer.json""".split()  # noqa: SIM905 - words
_TREES = st.dictionaries(st.sampled_from(_NAMES), st.binary(max_size=120), max_size=8)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
_KEYS = """scripts dependencies devDependencies engines main packageManager workspaces volta default
    _meta name projects""".split()  # noqa: SIM905 - words
_QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _detected(texts: dict[str, bytes]) -> None:
    tree = Tree.of_texts(texts)
    for stack in survey(tree):
        assert 0 <= stack.confidence <= 100
        assert stack.evidence
    try:
        stack = detect(tree)
    except NothingToRun as error:
        refused = error
    else:
        assert "web" in stack.recipe.processes or stack.recipe.static
        return
    assert refused.message


@given(_TREES)
@_QUICK
def test_any_bytes_in_any_manifest(texts: dict[str, bytes]) -> None:
    _detected(texts)


@given(st.dictionaries(st.sampled_from(_KEYS), _JSON, max_size=6), st.sampled_from(_NAMES))
@_QUICK
def test_json_of_the_wrong_shape(document: dict[str, object], other: str) -> None:
    content = json.dumps(document).encode()
    names = ("package.json", "Pipfile.lock", "angular.json", other)
    _detected(dict.fromkeys(names, content))


_TABLES = """project tool tool.poetry tool.poetry.dependencies packages requires package source
    project.optional""".split()  # noqa: SIM905 - words
_TOML = st.dictionaries(
    st.sampled_from([f"{t}.{k}" for t in _TABLES for k in ("name", "dependencies", "python", "x")]),
    st.sampled_from(["1", '"^1.2"', "[]", '["flask", 3]', "{}", '{ version = "*" }', "[[]]"]),
    max_size=5,
)  # fmt: skip


@given(_TOML, st.sampled_from(["pyproject.toml", "Pipfile", "uv.lock", "poetry.lock"]))
@_QUICK
def test_toml_of_the_wrong_shape(values: dict[str, str], path: str) -> None:
    content = "".join(f"{key} = {value}\n" for key, value in values.items()).encode()
    _detected({path: content, "pyproject.toml": content, "main.py": b"import flask"})


@given(st.text(max_size=200))
@example("x = " + "(" * 300)
@example("-" * 5000 + "1")
@example("\0")
@_QUICK
def test_any_text_as_python(text: str) -> None:
    assert read_module("main.py", text).path == "main.py"


@given(st.text(alphabet="^~<>=!,|* .0123456789abx", max_size=20))
@_QUICK
def test_any_text_as_a_version(text: str) -> None:
    assert specifier(text) is None or isinstance(specifier(text), str)


@given(st.text(max_size=300))
@_QUICK
def test_any_text_as_requirements_and_procfile(text: str) -> None:
    _detected(dict.fromkeys(("requirements.txt", "Procfile"), text.encode()))


@given(st.text(alphabet="app.listen(port:{}0123456789 ,=\nconst ", max_size=400))
@_QUICK
def test_any_text_as_javascript(text: str) -> None:
    _detected({"package.json": b"{}", "server.js": text.encode()})

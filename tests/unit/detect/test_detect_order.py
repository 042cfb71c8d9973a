"""Which answer wins where several are possible, and what is refused."""

import statistics
import time
from typing import Any

import pytest

from pierhead.detect import Tree, best_guess, detect, survey
from pierhead.domain.stack import StaticSite
from pierhead.errors import NothingToRun
from unit.detect.trees import found, install, lines, recipe, site, tree, web

FLASK = {"requirements.txt": "flask", "app.py": "from flask import Flask\napp = Flask(__name__)"}
EXPRESS: dict[str, Any] = {
    "package.json": {"scripts": {"start": "node s.js"}, "dependencies": {"express": "4"}},
    "s.js": "app.listen(process.env.PORT)",
}
TOOLS: dict[str, Any] = {"package.json": {"private": True, "devDependencies": {"tailwindcss": "3"}}}


def test_assets_beside_a_python_application() -> None:
    stack = found(FLASK | TOOLS)
    assert (stack.name, stack.runner_up) == ("python", "node")


def test_tests_in_python_beside_a_node_application() -> None:
    assert found(EXPRESS | {"tests/app.py": FLASK["app.py"]}).name == "node"


@pytest.mark.parametrize(
    ("line", "stack"),
    [
        ("gunicorn app:app", "python"),
        ("FOO=1 python app.py", "python"),
        ("bin/start && node s.js", "node"),
        ("npm start", "node"),
    ],
)
def test_the_procfile_tells_between_stacks(line: str, stack: str) -> None:
    texts = FLASK | EXPRESS | {"Procfile": f"web: {line}\n"}
    assert found(texts).name == stack
    assert web(texts) == line


def test_a_procfiles_other_lines() -> None:
    text = "# ours\nrelease: python db.py\nweb: gunicorn app:app\nworker: python w.py\n"
    result = recipe(FLASK | {"Procfile": text})
    assert lines(result.release) == ["python db.py"]
    assert {name: str(command) for name, command in result.processes.items()} == {
        "web": "gunicorn app:app",
        "worker": "python w.py",
    }
    assert all(command.shell for command in result.processes.values())


def test_a_server_that_only_the_procfile_calls_is_supplied() -> None:
    texts = {"requirements.txt": "flask", "Procfile": "web: gunicorn shop:make()"}
    assert install(texts) == ["uv pip install --python $VENV -r requirements.txt gunicorn"]


def test_a_workers_line_alone_leaves_the_found_start() -> None:
    result = recipe(FLASK | {"Procfile": "worker: python w.py"})
    assert sorted(result.processes) == ["web", "worker"]


def test_a_procfile_alone() -> None:
    stack = found({"Procfile": "web: ./server --port $PORT", "server": ""})
    assert (stack.name, stack.framework, stack.confidence) == ("procfile", None, 60)
    assert stack.recipe.dependencies is None


def test_a_configured_command_needs_no_application() -> None:
    stack = detect(tree({"requirements.txt": "flask"}), command="gunicorn shop:app")
    assert stack.name == "python"
    assert str(stack.recipe.processes["web"]) == "gunicorn shop:app"
    assert stack.recipe.dependencies is not None
    assert "gunicorn" in str(stack.recipe.dependencies.install[0])
    assert stack.evidence[0].path == "pierhead.toml"


def test_a_configured_command_is_never_refused() -> None:
    assert detect(tree({"Cargo.toml": ""}), command="./run").name == "procfile"
    assert detect(tree({}), command="./run").name == "procfile"


def test_a_guess_without_a_start_still_has_its_dependencies() -> None:
    stack = best_guess(tree({"requirements.txt": "fastapi"}))
    assert stack is not None
    assert stack.confidence <= 40
    assert stack.recipe.dependencies is not None
    assert best_guess(tree({"notes.txt": ""})) is None


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({"index.html": "<p>"}, StaticSite(".")),
        ({"index.html": '<div id="root"></div>'}, StaticSite(".", "index.html")),
        ({"public/index.html": ""}, StaticSite("public")),
        ({"dist/index.html": "", "README.md": ""}, StaticSite("dist")),
        ({"build/index.html": ""}, StaticSite("build")),
        ({"_site/index.html": "", "Rakefile": ""}, StaticSite("_site")),
        ({"docs/index.html": ""}, StaticSite("docs")),
        ({"Staticfile": "root: www", "www/index.html": ""}, StaticSite("www")),
        ({"about.html": ""}, StaticSite(".")),
    ],
)
def test_static_sites(texts: dict[str, str], expected: StaticSite) -> None:
    stack = found(texts)
    assert (stack.name, stack.framework) == ("static", "static-html")
    assert site(texts) == expected


def test_pages_beside_a_server_are_the_servers() -> None:
    assert found(EXPRESS | {"public/index.html": ""}).name == "node"
    assert found(FLASK | {"index.html": ""}).name == "python"


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({}, "the folder is empty"),
        ({"README.md": "", "LICENSE": ""}, "only documents"),
        ({"a.c": ""}, "nothing that is known"),
        ({"public/index.php": "", "public/index.html": ""}, "php"),
        ({"composer.json": "{}", "artisan": "", **TOOLS}, "looks like php"),
        ({"composer.json": "{}", "package.json": {"devDependencies": {"vite": "5", "vue": "3"}}},
         "looks like php"),
        ({"build.gradle.kts": ""}, "looks like java"),
        ({"config.toml": ""}, "nothing that is known"),
        ({"a/b/c.sln": "", "x.csproj": ""}, "csharp"),
        ({"requirements.txt": "fastapi"}, "fastapi"),
        ({"setup.py": "", "docs/index.html": ""}, "a Python library"),
        ({"setup.py": "", "lib/__init__.py": ""}, "a Python library"),
        ({"backend/requirements.txt": "flask", "web/package.json": "{}"}, "nothing at the top"),
    ],
)  # fmt: skip
def test_what_cannot_be_run_is_refused_with_the_reason(texts: dict[str, Any], said: str) -> None:
    with pytest.raises(NothingToRun, match=said) as caught:
        detect(tree(texts))
    assert caught.value.hint


def test_projects_below_are_named() -> None:
    texts = {"backend/requirements.txt": "flask", "frontend/package.json": "{}"}
    with pytest.raises(NothingToRun) as caught:
        detect(tree(texts))
    assert "backend, frontend" in caught.value.hint
    workspace = {"package.json": {"workspaces": ["apps/*"]}, "apps/web/package.json": "{}"}
    with pytest.raises(NothingToRun) as caught:
        detect(tree(workspace))
    assert "apps/web" in caught.value.hint


def test_an_application_with_a_manifest_of_its_own_below_is_not_run_from_the_top() -> None:
    texts = {f"backend/{path}": text for path, text in FLASK.items()}
    with pytest.raises(NothingToRun) as caught:
        detect(tree(texts | {"frontend/package.json": "{}"}))
    assert "backend, frontend" in caught.value.hint


def test_a_frameworks_own_source_is_a_library() -> None:
    texts = {
        "pyproject.toml": "[project]\nname='flask'\ndependencies=['werkzeug']\n[build-system]\n",
        "uv.lock": '[[package]]\nname = "flask"\nversion = "3"\nsource = { editable = "." }\n',
        "src/flask/__init__.py": "",
        "src/flask/__main__.py": "from flask.cli import main\nmain()",
    }
    with pytest.raises(NothingToRun):
        detect(tree(texts))


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("package.json", '{\n  "name": "x"\n  "main": 1}', 3),
        ("pyproject.toml", "[project]\nname = x\n", 2),
        ("Pipfile", "[packages\n", 1),
        ("Pipfile.lock", "{\n]", 2),
        ("environment.yml", "a: [\n", 2),
    ],
)
def test_broken_manifests_are_named_and_the_rest_goes_on(path: str, text: str, line: int) -> None:
    whole = found(FLASK)
    stack = found(FLASK | {path: text})
    assert stack.framework == "flask"
    answers = survey(tree(FLASK | {path: text}))
    assert (path, line) in [(e.path, e.line) for answer in answers for e in answer.evidence]
    if path != "package.json":
        assert stack.confidence <= whole.confidence


def test_a_broken_package_json_lowers_the_confidence() -> None:
    texts = {"package.json": "{", "server.js": "http.createServer(f).listen(80)"}
    stack = found(texts)
    assert stack.confidence < 90
    assert web(texts) == "node server.js"


def test_the_answer_does_not_depend_on_order() -> None:
    texts = FLASK | EXPRESS | {"Procfile": "web: python app.py", "index.html": ""}
    backwards = dict(reversed(texts.items()))
    assert survey(tree(texts)) == survey(tree(backwards))


def test_a_small_folder_takes_few_milliseconds() -> None:
    files = FLASK | EXPRESS | {f"pkg/m{n}.py": "import os\nx = 1\n" * 20 for n in range(10)}
    held = {path: str(text).encode() for path, text in files.items()}
    times = []
    for _ in range(15):
        started = time.perf_counter()
        survey(Tree({p: len(c) for p, c in held.items()}, held.__getitem__))
        times.append(time.perf_counter() - started)
    assert statistics.median(times) < 0.05  # 2 ms where nothing else runs


def test_a_huge_repository_takes_under_a_second() -> None:
    paths = {f"d{n % 300}/e{n % 7}/file{n}.txt": 10 for n in range(100_000)}
    paths |= {f"node_modules/p{n}/index.js": 10 for n in range(50_000)}
    started = time.perf_counter()
    assert survey(Tree(paths | {"index.html": 3}, lambda _: b"<p>"))[0].name == "static"
    assert time.perf_counter() - started < 3

"""The health step finds what would break, names file and line, and runs nothing."""

from pathlib import Path

import pytest

from pierhead.errors import NotFound
from pierhead.write.health.check import CHECKS, check_project
from pierhead.write.project import write_project

SOUND = {
    "app/__init__.py": "",
    "app/main.py": (
        "from fastapi import FastAPI\nimport yaml, os.path\n"
        "from starlette.responses import Response\n"
        "from .models import user\n"
        "from app.models.user import User, Alias\nfrom app import models\n"
        "from google.cloud import storage\n"
        "try:\n    import orjson\nexcept ImportError:\n    orjson = None\n"
    ),
    "app/models/__init__.py": "from .user import *\n",
    "app/models/user.py": "class User: ...\nif True:\n    Alias = User\n",
    "app/late.py": "def __getattr__(name): return name\n",
    "app/uses.py": "from app.late import anything\nfrom app.models import whatever\n",
    "tests/helper.py": "VALUE = 1\n",
    "tests/test_main.py": (
        "import pytest\nfrom helper import VALUE\nfrom app.main import orjson\n"
        "class TestIt:\n    async def test_a(self): ...\n"
    ),
    "requirements.txt": "fastapi[standard]>=0.100  # web\n-r more.txt\nPyYAML==6\n",
    "requirements-dev.txt": "pytest\n",
    "pyproject.toml": '[project]\ndependencies = ["google-cloud-storage"]\n',
    "alembic.ini": "[alembic]\nurl = x%(here)s%%\n",
    "k8s.yaml": "a: !Ref x\n---\nb: 1\n",
    "chart.yaml": "a: {{ .Values.x }}\n  b",
    "tsconfig.json": "{ // comment\n}",
    "Dockerfile": (
        "# syntax=docker/dockerfile:1\nARG V=1\nFROM python:$V AS base\n"
        "COPY requirements*.txt /x/\n"
        "COPY app \\\n  # note\n  scripts/ ./\nCOPY --from=base /x /y\n"
        'CMD ["python", "-m", "app"]\n'
        "RUN <<EOF\nNOT AN INSTRUCTION\nEOF\n"
    ),
    "docker-compose.yml": (
        "services:\n  web:\n    build: .\n    depends_on:\n      db: {condition: x}\n"
        "  db:\n    image: postgres\n"
    ),
    "docker-compose.override.yml": "services:\n  web:\n    ports: ['1:1']\n",
    "package.json": (
        '{"main": "dist/x.js", "scripts": {"start": "NODE_ENV=x node server.js && npm run build",'
        ' "build": "./scripts/go.sh", "clean": "rm -r x.js"}}'
    ),
    "server.js": "",
    "scripts/go.sh": "#!/bin/sh\n",
    "current": {"link": "app"},
}


def wrongs(tmp_path: Path, changes: dict[str, object]) -> list[str]:
    root = tmp_path / "p"
    write_project({**SOUND, **changes}, to=root, check=False)
    return [str(finding) for finding in check_project(root).findings]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIERHEAD_HOME", str(tmp_path / "home"))


def test_a_sound_project_has_no_findings(tmp_path: Path) -> None:
    report = write_project(SOUND, to=tmp_path / "p")
    assert report.health is not None
    assert report.health.findings == ()
    assert (report.health.score, report.health.status) == (100, "healthy")
    assert report.health.files == len(SOUND) - 1
    assert all(report.health.checks[name] for name in CHECKS), report.health.checks
    assert "healthy, score 100 of 100" in report.to_text()


FAULTS: list[tuple[dict[str, object], str]] = [
    ({"app/x.py": "def f(:\n"}, "app/x.py:1: error: does not compile: "),
    ({"app/x.py": "\nreturn 1\n"}, "app/x.py:2: error: does not compile: 'return' outside"),
    ({"app/x.py": b"\xff"}, "error: does not compile"),
    ({"app/x.py": "(" * 5000}, "app/x.py:1: error: does not compile"),
    ({"app/x.py": "\nimport app.gone\n"}, "app/x.py:2: error: imports app.gone, which the project"),
    ({"app/x.py": "from app.main import gone\n"}, "app/x.py:1: error: imports gone from app.main,"),
    ({"app/x.py": "from . import gone\n"}, "app/x.py:1: error: imports gone from ., which does"),
    ({"app/x.py": "from .gone import x\n"}, "app/x.py:1: error: imports .gone, which the project"),
    ({"app/x.py": "from ...gone import x\n"}, "imports ...gone, which leads out of the project"),
    ({"app/x.py": "def f():\n    from app.main import no\n"}, "app/x.py:2: error: imports no from"),
    ({"app/x.py": "import flask, numpy\n"}, "app/x.py:1: error: imports flask (probably flask),"),
    ({"app/x.py": "import cv2\n"}, "imports cv2 (probably opencv-python), not declared in requ"),
    ({"app/x.py": "from google.cloud import pubsub\n"}, "(probably google-cloud-pubsub)"),
    ({"tests/test_x.py": "import respx\ndef test(): ..."}, "tests/test_x.py:1: warning: imports"),
    ({"bad.toml": "a = 1\nb = x\n"}, "bad.toml:2: error: is not valid TOML"),
    ({"bad.yaml": "a: 1\nb: ["}, "bad.yaml:3: error: is not valid YAML"),
    ({"bad.json": '{"a": 1,\n x}'}, "bad.json:2: error: is not valid JSON"),
    ({"bad.json": "[" * 100_000}, "bad.json: error: is nested too deeply"),
    ({"bad.ini": "[a]\nx = 1\nx = 2\n"}, "bad.ini:3: error: is not valid INI"),
    ({"bad.cfg": "x = 1\n"}, "bad.cfg:1: error: is not valid INI"),
    ({"bad.yml": b"\xff\xfe\xfa"}, "bad.yml: error: is not valid UTF-8"),
    ({"Dockerfile": "RUN x\nFROM y\n"}, "Dockerfile:1: error: RUN comes before FROM"),
    ({"Dockerfile": "FROM x\nRUM y\n"}, "Dockerfile:2: error: 'RUM' is no instruction"),
    ({"Dockerfile": "FROM x\n\nCOPY gone /x\n"}, "Dockerfile:3: error: copies gone, which does"),
    ({"Dockerfile": "FROM x\nCMD ['a']\n"}, "Dockerfile:2: warning: CMD looks like JSON"),
    ({"Dockerfile": "FROM x\nUSER\n"}, "Dockerfile:2: error: USER has nothing after it"),
    ({"Dockerfile.dev": "# empty\n"}, "Dockerfile.dev: error: has no FROM"),
    ({"compose.yaml": "services:\n  a: {}\n"}, "compose.yaml:2: error: service a has neither"),
    ({"compose.yaml": "services:\n  a:\n    build: gone\n"}, "service a is built from gone, wh"),
    ({"compose.yaml": "services:\n  a: {build: app}\n"}, "is built with app/Dockerfile"),
    ({"compose.yaml": "services:\n  a: {image: x, depends_on: [b]}\n"}, "service a depends on b,"),
    ({"compose.yaml": "version: 3\n"}, "compose.yaml: error: has no services"),
    ({"web/package.json": '{\n"scripts": {\n"go": "node gone.js"}}'},
     "web/package.json:3: error: script 'go' starts gone.js"),
    ({"web/package.json": '{"scripts": {"a": "npm run b"}}'}, "runs the script 'b', which does n"),
    ({"web/package.json": '{"main": "gone"}'}, "main is gone, which does not exist"),
    ({"web/package.json": "[]"}, "web/package.json:1: error: is not an object"),
    ({"web/tests/readme.txt": ""}, "web/tests: error: is a folder of tests, but no test"),
    ({"dangling": {"link": "gone"}}, "dangling: warning: is a link to 'gone', which does not exi"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "said"), FAULTS)
def test_each_fault_is_found_and_alone(
    tmp_path: Path, changes: dict[str, object], said: str
) -> None:
    found = wrongs(tmp_path, changes)
    assert said in found[0]
    assert len(found) == 1 + ("numpy" in str(changes))


def test_scores_and_what_is_required(tmp_path: Path) -> None:
    root = tmp_path / "p"
    write_project({"a.py": "(", "b.sh": "x"}, to=root, check=False)
    (root / "b.sh").chmod(0o644)
    health = check_project(root, ["README.md", "a.py"])
    assert [finding.check for finding in health.findings] == [
        "required", "python-syntax", "structure",
    ]  # fmt: skip
    assert (health.score, health.status) == (55, "unhealthy")
    (root / "a.py").write_text("")
    assert check_project(root).status == "degraded"
    assert health.to_document()["findings"][1]["line"] == 1


def test_links_that_lead_out_and_empty_projects(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    assert "has no files" in str(check_project(tmp_path / "p").findings[0])
    (tmp_path / "p" / "out").symlink_to("/etc")
    found = [str(each) for each in check_project(tmp_path / "p").findings]
    assert any("out: error" in each and "absolute" in each for each in found)


def test_a_failed_write_is_told(tmp_path: Path) -> None:
    failure = {"errors": ["no space left"]}
    health = check_project(tmp_path / "gone", failure=failure)
    assert (health.status, health.findings[0].message) == (
        "unhealthy", "was not written: no space left",
    )  # fmt: skip
    (tmp_path / "there").mkdir()
    assert "from before" in str(check_project(tmp_path / "there", failure=failure).findings)
    with pytest.raises(NotFound):
        check_project(tmp_path / "gone")


def test_nothing_of_the_project_is_run(tmp_path: Path) -> None:
    trap = f"open({str(tmp_path / 'sprung')!r}, 'w')\n"
    files = {"conftest.py": trap, "setup.py": trap, "tests/test_x.py": trap + "def test(): ..."}
    write_project(files, to=tmp_path / "p")
    assert not (tmp_path / "sprung").exists()

"""What must hold for every Dockerfile that is written, whatever the stack."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from pierhead.generate.dockerfile import STACKS, dockerfile
from pierhead.generate.dockerignore import dockerignore
from pierhead.generate.project import secretive
from unit.generate.dockerfile_reader import Read, read
from unit.generate.golden import check_golden
from unit.generate.samples import projects

PROJECTS = projects()
TEXTS = {name: dockerfile(project) for name, project in PROJECTS.items()}
EACH = pytest.mark.parametrize("name", PROJECTS)
_INSTALLS = re.compile(
    r"\b(?:pip install|uv sync|uvx \w+==|npm (?:ci|install|prune)|pnpm install|yarn install|"
    r"composer install|go mod download|bundle install|mvnw? |gradlew? |dotnet restore|"
    r"cargo fetch|mix deps\.get|sbt |deno install|deno cache|bun install|apt-get install)"
)


def _read(name: str) -> Read:
    return read(TEXTS[name])


@EACH
def test_text_is_the_golden_one(name: str) -> None:
    check_golden(f"{name}.Dockerfile", TEXTS[name])


def test_every_stack_has_a_sample() -> None:
    assert {project.stack.name for project in PROJECTS.values()} == set(STACKS)


@EACH
def test_same_project_gives_same_text(name: str) -> None:
    assert dockerfile(projects()[name]) == TEXTS[name]


def test_order_does_not_hang_on_the_hashes_of_a_process() -> None:
    code = (
        "import hashlib\n"
        "from pierhead.generate.files import files\n"
        "from unit.generate.samples import projects\n"
        "texts = [w.text for p in projects().values() for w in files(p, services=['mysql'])]\n"
        "print(hashlib.sha256(''.join(texts).encode()).hexdigest())"
    )
    root = Path(__file__).parents[3]
    said = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": f"{root / 'src'}:{root / 'tests'}"},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1] != ""


@EACH
def test_runs_as_a_number_that_is_not_root(name: str) -> None:
    users = [i.rest for i in _read(name).last if i.word == "USER"]
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", users[-1])
    after = [i.word for i in _read(name).last]
    assert "RUN" not in after[after.index("USER") :]


@EACH
def test_command_is_in_exec_form_and_process_1_passes_signals_on(name: str) -> None:
    last = _read(name).last
    assert last[-1].word == "CMD"
    argv = last[-1].argv
    assert argv
    if argv[:2] == ["/bin/sh", "-c"]:
        assert argv[2].startswith("exec ") or any(i.word == "ENTRYPOINT" for i in last)
    if argv[0] in ("npm", "npx", "pnpm", "yarn") or argv[:2] in (["bun", "run"], ["deno", "task"]):
        assert any(i.word == "ENTRYPOINT" and "tini" in i.rest for i in last)


@EACH
def test_nothing_is_added_from_an_address_and_every_image_is_pinned(name: str) -> None:
    found = _read(name)
    assert all(i.word != "ADD" for i in found.all())
    (base,) = [i.rest.removeprefix("BASE=") for i in found.before if i.rest.startswith("BASE=")]
    names = set()
    for stage in found.stages:
        image, _, alias = stage[0].rest.partition(" AS ")
        if image not in names and image != "${BASE}":
            assert re.fullmatch(r"\$\{REGISTRY\}/[a-z0-9./-]+:\d?[\w.-]+", image), image
            assert not image.endswith(":latest")
        names.add(alias)
    assert re.fullmatch(r"\$\{REGISTRY\}/[a-z0-9./-]+:[\w.-]+", base)
    assert "# syntax" not in TEXTS[name]


@EACH
def test_manifests_are_copied_before_the_source(name: str) -> None:
    """A change of the source alone leaves the layer of the dependencies as it is."""
    for stage in _read(name).stages:
        source = next((n for n, i in enumerate(stage) if i.word == "COPY" and i.rest == ". ./"), 99)
        for at, instruction in enumerate(stage):
            if instruction.word == "RUN" and re.search(
                r"pip install -r|uv sync|uvx|npm ci|npm install --i|pnpm install|"
                r"yarn install --[fi]|"
                r"composer install|go mod download|bundle install|dotnet restore|cargo fetch|"
                r"deps\.get|dependency:|sbt .*update|bun install|deno install",
                instruction.rest,
            ):
                assert at < source or "--force" in instruction.rest, instruction.rest


@EACH
def test_every_install_has_a_cache_mount(name: str) -> None:
    for instruction in _read(name).all():
        if instruction.word == "RUN" and _INSTALLS.search(instruction.rest):
            said = any(c.startswith("No cache mount: ") for c in _read(name).comments)
            mounted = any("type=cache,target=/" in flag for flag in instruction.flags)
            assert mounted or said, instruction


@EACH
def test_no_layer_is_named_like_a_secret(name: str) -> None:
    for instruction in _read(name).all():
        if instruction.word in ("ENV", "ARG", "LABEL"):
            for variable in re.findall(r"(?:^|\s)([A-Za-z_.]+)=", instruction.rest):
                assert not secretive(variable), instruction


@EACH
def test_health_is_asked_or_the_reason_is_said(name: str) -> None:
    found = _read(name)
    checks = [i for i in found.last if i.word == "HEALTHCHECK"]
    if not checks:
        assert any(line.startswith("No HEALTHCHECK: ") for line in found.comments)
        return
    command = checks[-1].rest.removeprefix("CMD ")
    assert command.startswith("["), "exec form"
    assert "curl" not in command
    assert all(f"--{f}=" in " ".join(checks[-1].flags) for f in ("interval", "timeout", "retries"))


@EACH
def test_port_is_told_and_shown(name: str) -> None:
    last = _read(name).last
    (port,) = [i.rest for i in last if i.word == "EXPOSE"]
    assert any(i.word == "ENV" and f"PORT={port}" in i.rest.split() for i in last)


@EACH
def test_nothing_listens_on_the_containers_loopback(name: str) -> None:
    start = _read(name).last[-1].rest
    assert "127.0.0.1" not in start
    environment = [i.rest for i in _read(name).last if i.word == "ENV"]
    assert not any("127.0.0.1" in values for values in environment)


def _hadolint() -> str | None:
    beside = Path(sys.executable).with_name("hadolint")
    return str(beside) if beside.exists() else shutil.which("hadolint")


@pytest.mark.skipif(_hadolint() is None, reason="hadolint is not installed")
def test_hadolint_has_nothing_to_say(tmp_path: Path) -> None:
    """DL3008 and DL3018 want versions of packages that a distribution drops at its next fix."""
    for name, text in TEXTS.items():
        (tmp_path / f"{name}.Dockerfile").write_text(text)
    files = sorted(str(path) for path in tmp_path.iterdir())
    found = subprocess.run(
        [str(_hadolint()), "--no-color", "--ignore", "DL3008", "--ignore", "DL3018", *files],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (found.stdout, found.returncode) == ("", 0), found.stdout


@EACH
def test_ignore_file_is_the_golden_one_and_hides_secrets(name: str) -> None:
    text = dockerignore(PROJECTS[name])
    assert {".git", "**/.env"} <= set(text.splitlines())
    if name in ("python-django", "node-npm", "static-root") or name == PROJECTS[name].stack.name:
        check_golden(f"{name}.dockerignore", text)


def _ignored(pattern: str, path: str) -> bool:
    """As BuildKit matches: `**/` is any depth, and a folder takes all that is below it."""
    parts = path.split("/")
    deep, tail = pattern.startswith("**/"), pattern.removeprefix("**/").split("/")
    starts = range(len(parts)) if deep else range(1)
    return any(
        len(parts) >= at + len(tail)
        and all(fnmatchcase(parts[at + n], word) for n, word in enumerate(tail))
        for at in starts
    )


@EACH
def test_nothing_that_is_copied_by_name_is_ignored(name: str) -> None:
    patterns = [
        p for p in dockerignore(PROJECTS[name]).splitlines() if p and not p.startswith(("#", "!"))
    ]
    for instruction in _read(name).all():
        if instruction.word == "COPY" and not instruction.flags:
            for source in instruction.argv or instruction.rest.split():
                hits = [p for p in patterns if _ignored(p, source.removeprefix("./"))]
                assert not hits or source.startswith("./"), (source, hits)


def test_a_package_named_build_and_a_brought_vendor_folder_are_not_ignored() -> None:
    java = dockerignore(PROJECTS["java-maven"]).splitlines()
    assert not any(_ignored(p, "src/main/java/shop/build/A.java") for p in java)
    assert "vendor" not in dockerignore(PROJECTS["php-wordpress"]).splitlines()
    assert "vendor" in dockerignore(PROJECTS["php-laravel"]).splitlines()


def test_ignore_file_leaves_pages_that_nobody_builds() -> None:
    tree = PROJECTS["static-fallback"]
    assert "public" not in dockerignore(tree).splitlines()

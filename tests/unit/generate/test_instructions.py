from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pierhead.errors import InvalidInput
from pierhead.generate.dockerfile import dockerfile
from pierhead.generate.instructions import env, exec_form, quoted, run
from pierhead.generate.project import ImageOptions, Project
from unit.generate.dockerfile_reader import read
from unit.generate.other_samples import line, other_projects
from unit.generate.samples import projects

PROJECTS = projects()
TEXT = st.text(st.characters(codec="utf-8"), max_size=40)


def _unquoted(text: str) -> str:
    """What BuildKit makes of a word of ENV without variables."""
    if not text.startswith('"'):
        assert re.fullmatch(r"[\w./:@+,-]*", text), text
        return text
    assert text.endswith('"')
    inner = text[1:-1]
    assert not re.search(r'(?<!\\)(?:\\\\)*["$]', inner), "an open quote or a variable"
    return re.sub(r'\\([\\"$])', r"\1", inner)


@given(TEXT)
def test_any_value_is_read_back_as_it_was_or_refused(value: str) -> None:
    if re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", value):
        with pytest.raises(InvalidInput):
            quoted("NAME", value)
    else:
        assert _unquoted(quoted("NAME", value)) == value


@given(st.lists(TEXT, min_size=1))
def test_exec_form_is_one_line_and_read_back(argv: list[str]) -> None:
    (instruction,) = read(f"FROM a\nCMD {exec_form(argv)}").stages[0][1:]
    assert instruction.argv == argv


def test_refusal_names_the_variable_and_never_the_value() -> None:
    with pytest.raises(InvalidInput) as caught:
        env({"NOTE": "canary\nline"})
    assert caught.value.where == "NOTE"
    assert "canary" not in str(caught.value) + caught.value.hint


def test_build_secret_is_mounted_and_never_stored() -> None:
    text = run("npm ci", secrets=["NPM_TOKEN"])
    assert "--mount=type=secret,id=NPM_TOKEN,required=true" in text
    assert 'export NPM_TOKEN="$(cat /run/secrets/NPM_TOKEN)" &&' in text


def test_build_argument_named_like_a_secret_is_refused() -> None:
    with pytest.raises(InvalidInput, match="NPM_TOKEN"):
        ImageOptions(build_args={"NPM_TOKEN": "x"})


@pytest.mark.parametrize("name", ["node-npm", "python-pip", "go", "java-maven", "php-laravel"])
def test_wishes_reach_every_stage_they_concern(name: str) -> None:
    options = ImageOptions(
        base="example/base:1",
        mirror="mirror.lan/hub/",
        ca_bundle="ca/company.pem",
        build_args={"FLAVOUR": "light"},
        build_secrets=("NPM_TOKEN",),
        packages=("libvips42",),
        labels={"org.opencontainers.image.revision": "abc"},
    )
    text = dockerfile(PROJECTS[name], options)
    found = read(text)
    assert "ARG REGISTRY=mirror.lan/hub\nARG BASE=example/base:1\n" in text
    for stage in found.stages:
        if stage[0].rest.startswith("${"):
            assert any(i.word == "COPY" and i.rest.startswith("ca/company.pem") for i in stage)
    installs = [i for i in found.all() if i.word == "RUN" and "cat /run/secrets/" in i.rest]
    assert installs
    assert "ARG FLAVOUR=light" in text
    assert re.search(r"(?:apt-get install .*|apk add .*)libvips42", text)
    assert "org.opencontainers.image.revision=abc" in text
    assert ("keytool" in text) is (name == "java-maven")


def test_variables_that_hold_secrets_are_left_to_the_start() -> None:
    project = other_projects()["go"]
    values = {"API_TOKEN": "canary", "MODE": "a b"}
    recipe = project.recipe
    changed = Project.of(
        "shop",
        type(project.stack)(
            "go", None, 90, (), type(recipe)(processes={"web": line("x")}, environment=values)
        ),
    )
    text = dockerfile(changed)
    assert "canary" not in text
    assert 'MODE="a b"' in text
    assert "# Given when the container starts, never here: API_TOKEN." in text


def test_a_python_that_nothing_installs_for_is_refused() -> None:
    stack = replace(PROJECTS["python-pip"].stack, resolved="2.7")
    with pytest.raises(InvalidInput, match=r"Python 2\.7"):
        dockerfile(Project.of("shop", stack))


@pytest.mark.parametrize("name", ["procfile", "docker", "cobol"])
def test_a_stack_without_a_template_is_refused_with_those_there_are(name: str) -> None:
    project = PROJECTS["go"]
    stack = type(project.stack)(name, None, 90, (), project.recipe)
    with pytest.raises(InvalidInput) as caught:
        dockerfile(Project.of("shop", stack))
    assert "python" in caught.value.hint


def test_port_of_a_server_that_the_image_brings_is_its_own() -> None:
    stack = replace(PROJECTS["php-laravel"].stack, port=80)
    assert "EXPOSE 8080" in dockerfile(Project.of("shop", stack))


@pytest.mark.parametrize(("version", "built"), [("8.4", True), ("8.5", False)])
def test_opcache_is_built_where_php_lacks_it(version: str, built: bool) -> None:
    stack = replace(PROJECTS["php-laravel"].stack, resolved=version, extensions=("opcache",))
    assert ("docker-php-ext-install" in dockerfile(Project.of("shop", stack))) is built

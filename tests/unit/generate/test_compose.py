from __future__ import annotations

import re
import shlex
import subprocess
from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pierhead.domain.command import Command
from pierhead.domain.secret import Secret
from pierhead.domain.stack import Recipe, Stack
from pierhead.errors import InvalidInput
from pierhead.generate.backing import BACKINGS
from pierhead.generate.compose import chosen_services, compose, dotenv, secret_names
from pierhead.generate.files import environment_file
from pierhead.generate.project import Project
from unit.generate.golden import check_golden
from unit.generate.other_samples import line
from unit.generate.samples import projects

PROJECTS = projects()
ALL = tuple(sorted(BACKINGS))


def _project(**recipe: Any) -> Project:
    made: dict[str, Any] = {"processes": {"web": line("node", "server.js")}, **recipe}
    return Project.of("shop", Stack("node", "express", 95, (), Recipe(**made)))


def _services(project: Project, services: tuple[str, ...] = ()) -> dict[str, Any]:
    found = yaml.safe_load(compose(project, services))["services"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("name", ["python-django", "node-npm", "static-root", "python-procfile"])
def test_text_is_the_golden_one(name: str) -> None:
    services = {"python-django": ("postgres", "redis"), "node-npm": ("mongodb", "mysql")}
    check_golden(f"{name}.compose.yaml", compose(PROJECTS[name], services.get(name, ())))


@pytest.mark.parametrize("name", PROJECTS)
def test_structure_holds_for_every_project(name: str) -> None:
    document = yaml.safe_load(compose(PROJECTS[name], ALL))
    assert document["name"] == PROJECTS[name].name
    declared = set(document["volumes"] or {})
    for service in document["services"].values():
        assert "image" in service
        assert service["networks"] == ["inside"]
        assert {v.partition(":")[0] for v in service.get("volumes", [])} <= declared
        for other in service.get("depends_on", {}):
            assert other in document["services"]
    web = document["services"]["web"]
    assert web["build"] == {"context": "."}
    assert all(port.startswith("127.0.0.1:") for port in web["ports"])
    assert all("ports" not in document["services"][backing] for backing in ALL)


def test_application_waits_until_what_it_needs_is_healthy() -> None:
    services = _services(_project(), ("postgres", "redis"))
    assert services["web"]["depends_on"] == {
        "postgres": {"condition": "service_healthy"},
        "redis": {"condition": "service_healthy"},
    }
    assert all(services[name]["healthcheck"]["test"] for name in ("postgres", "redis"))


def test_schema_step_runs_once_between_database_and_application() -> None:
    services = _services(_project(release=(line("npx", "prisma", "migrate"),)), ("postgres",))
    assert services["release"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert services["release"]["restart"] == "no"
    assert services["release"]["command"] == ["npx", "prisma", "migrate"]
    assert services["web"]["depends_on"]["release"] == {
        "condition": "service_completed_successfully"
    }


def test_workers_run_the_same_image_without_its_health_check() -> None:
    worker = line("celery", "--url", "$PORT")
    services = _services(_project(processes={"web": line("node", "a.js"), "worker": worker}))
    assert services["worker"]["image"] == services["web"]["image"]
    assert services["worker"]["healthcheck"] == {"disable": True}
    assert "build" not in services["worker"]


@pytest.mark.parametrize("service", ALL)
def test_no_password_stands_in_the_file_and_none_has_a_default(service: str) -> None:
    text = compose(_project(), (service,))
    password = BACKINGS[service].password
    assert f"${{{password}:?" in text
    assert not re.search(rf"\$\{{{password}:?-", text)
    text = text.replace("MYSQL_RANDOM_ROOT_PASSWORD: 'yes'", "")
    assert re.search(r"(?i)password: (?!\$\{)\S", text) is None


@pytest.mark.parametrize(
    ("stack", "framework", "variable"),
    [
        ("java", "spring-boot", "SPRING_DATASOURCE_URL"),
        ("java", "quarkus", "QUARKUS_DATASOURCE_JDBC_URL"),
        ("php", "laravel", "DB_HOST"),
        ("php", "wordpress", "WORDPRESS_DB_HOST"),
        ("csharp", "aspnet-core", "ConnectionStrings__DefaultConnection"),
        ("python", "django", "DATABASE_URL"),
    ],
)
def test_each_ecosystem_is_told_in_its_own_words(stack: str, framework: str, variable: str) -> None:
    recipe = Recipe(processes={"web": line("run")})
    project = Project.of("shop", Stack(stack, framework, 95, (), recipe))
    for service in ("postgres", "mysql"):
        environment = _services(project, (service,))["web"]["environment"]
        assert service in environment[variable]


def test_kept_folder_is_a_volume_and_a_file_among_code_is_said() -> None:
    project = replace(_project(shared=("media", "data/app.db", "db.sqlite3")))
    text = compose(project)
    assert _services(project)["web"]["volumes"] == ["app-data:/app/data", "app-media:/app/media"]
    assert "db.sqlite3" in text


def test_unknown_service_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidInput) as caught:
        chosen_services(_project(), ("oracle",))
    assert "postgres" in caught.value.hint


def test_dotenv_holds_each_secret_and_refuses_what_breaks_a_url() -> None:
    project = _project(secrets=("SESSION_SECRET",))
    names = secret_names(project, ("postgres",))
    assert names == ("POSTGRES_PASSWORD", "SESSION_SECRET")
    text = dotenv({name: Secret(f"value-of-{name.lower()}") for name in names})
    assert "POSTGRES_PASSWORD=value-of-postgres_password\n" in text
    with pytest.raises(InvalidInput) as caught:
        dotenv({"POSTGRES_PASSWORD": Secret("a@b c")})
    assert "a@b" not in str(caught.value)


def test_secrets_are_as_long_as_frameworks_want_them() -> None:
    project = _project(secrets=("APP_KEY", "SECRET_KEY_BASE"))
    found = environment_file(project, (), lambda size: "ab" * size)
    assert {name: len(secret.reveal()) for name, secret in found.items()} == {
        "APP_KEY": 32,
        "SECRET_KEY_BASE": 64,
    }


def _substituted(text: str) -> str:
    """What compose makes of a text without variables."""
    assert not re.search(r"(?<!\$)(?:\$\$)*\$(?!\$)", text), text
    return text.replace("$$", "$")


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


@given(value=TEXT, argument=TEXT)
def test_any_value_and_argument_reaches_the_container_as_it_is(value: str, argument: str) -> None:
    worker = Command(("program", argument.replace("$", "€"), "$"))
    project = _project(
        environment={"PLAIN": value}, processes={"web": line("node"), "worker": worker}
    )
    services = _services(project)
    assert _substituted(services["web"]["environment"]["PLAIN"]) == value
    assert [_substituted(p) for p in services["worker"]["command"]] == list(worker.argv)


@given(st.lists(TEXT, min_size=1, max_size=3))
def test_several_schema_steps_keep_their_arguments(arguments: list[str]) -> None:
    words = tuple(a.replace("$", "€") for a in arguments)
    steps = (Command(("printf", "%s\\0", *words)), Command(("printf", "%s\\0", "end")))
    command = [_substituted(p) for p in _services(_project(release=steps))["release"]["command"]]
    assert shlex.split(command[2])[:2] == ["printf", "%s\\0"]
    found = subprocess.run(command, capture_output=True, timeout=10, check=True).stdout
    assert found.decode().split("\0")[:-1] == [*words, "end"]

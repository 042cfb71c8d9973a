import pytest

from pierhead.config import apply, load_config
from pierhead.domain.command import Command
from pierhead.domain.service import ServiceSpec
from pierhead.domain.stack import Dependencies, Evidence, Recipe, Stack, StaticSite
from pierhead.errors import NothingToRun

FOUND = Stack(
    "python",
    "fastapi",
    97,
    (Evidence("main.py", "app is a fastapi application", 3),),
    Recipe(
        dependencies=Dependencies("uv", (Command(("uv", "sync")),), (), "ab" * 32, "uv.lock"),
        build=(Command(("make",)),),
        release=(Command(("alembic", "upgrade", "head")),),
        processes={"web": Command(("uvicorn", "main:app"))},
        port=5000,
        environment={"PYTHONPATH": "src", "MODE": "found"},
        secrets=("SECRET_KEY",),
        shared=("app.db",),
        notes=("uvicorn is supplied",),
    ),
)


def applied(text: str, stack: Stack | None = FOUND) -> ServiceSpec:
    return apply(load_config(text), stack)


def test_nothing_said_changes_nothing() -> None:
    assert applied("") == ServiceSpec(FOUND.recipe)


def test_a_command_replaces_the_found_one_and_its_port() -> None:
    recipe = applied('[service]\ncommand = "python serve.py"').recipe
    assert recipe.processes == {"web": Command.line("python serve.py")}
    assert recipe.port is None
    assert recipe.dependencies == FOUND.recipe.dependencies


def test_a_command_is_enough_without_detection() -> None:
    recipe = applied('[service]\ncommand = "./run"\nport = 9000', None).recipe
    assert recipe.processes == {"web": Command.line("./run")}
    assert (recipe.port, recipe.dependencies) == (9000, None)


def test_static_replaces_the_process() -> None:
    recipe = applied(
        '[static]\nroot = "dist"\nfallback = "index.html"\n[processes]\nw = "x"'
    ).recipe
    assert recipe.static == StaticSite("dist", "index.html")
    assert recipe.processes == {"w": Command.line("x")}


def test_build_commands_and_schema_step_are_replaced() -> None:
    recipe = applied("[build]\ncommands = []\n[service]\nrelease = ['a', 'b']").recipe
    assert recipe.build == ()
    assert recipe.release == (Command.line("a"), Command.line("b"))


def test_an_install_of_ones_own_has_a_digest_of_its_own() -> None:
    one = applied("[build]\ninstall = 'pip install x'").recipe.dependencies
    two = applied("[build]\ninstall = 'pip install y'").recipe.dependencies
    assert one is not None
    assert two is not None
    assert one.install == (Command.line("pip install x"),)
    assert len({one.digest, two.digest, "ab" * 32}) == 3


def test_an_install_without_manifests_runs_with_every_build() -> None:
    text = "[build]\ninstall = 'make deps'\ncommands = 'make'\n[service]\ncommand = './run'"
    recipe = applied(text, None).recipe
    assert recipe.dependencies is None
    assert recipe.build == (Command.line("make deps"), Command.line("make"))


def test_variables_and_secrets_are_merged() -> None:
    recipe = applied("[env]\nMODE = 'set'\n[secrets]\ngenerate = ['JWT_SECRET']").recipe
    assert recipe.environment == {"PYTHONPATH": "src", "MODE": "set"}
    assert recipe.secrets == ("JWT_SECRET", "SECRET_KEY")


def test_a_secret_that_is_set_is_not_generated() -> None:
    assert applied("[env]\nSECRET_KEY = 'x'").recipe.secrets == ()


def test_shared_paths_that_are_left_out_are_said() -> None:
    recipe = applied("[service]\nshared = ['data']").recipe
    assert recipe.shared == ("data",)
    assert "app.db is not kept" in recipe.notes[-1]


def test_nothing_to_serve_is_refused() -> None:
    with pytest.raises(NothingToRun, match="nothing was found"):
        applied("", None)
    with pytest.raises(NothingToRun, match="python was found"):
        applied("", Stack("python", None, 30, (), Recipe()))


def test_numbers_reach_the_specification() -> None:
    spec = applied("[service]\ninstances = 3\n[health]\npath = '/up'\n[deploy]\nobserve = 0")
    assert (spec.instances, spec.health.path, spec.observe) == (3, "/up", 0.0)

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pierhead.config import Config, load_config
from pierhead.config.positions import Positions
from pierhead.domain.service import Restart, Strategy
from pierhead.errors import ConfigError

GOLDEN = Path(__file__).parent / "bad"

WHOLE = """
name = "shop"
version = "1.4.2"
method = "process"

[build]
install = "uv sync"
commands = ["npm run build", "npm prune"]

[service]
command = "uvicorn main:app --host 127.0.0.1 --port $PORT"
release = "alembic upgrade head"
port = 8000
instances = 2
restart = "on-failure"
strategy = "recreate"
shared = ["db.sqlite3", "./media/"]
stop_timeout = "1m"
drain_timeout = 5

[service.limits]
memory = "512M"
open_files = 4096
processes = 64
nice = 5

[processes]
worker = "python -m worker"

[health]
path = "/health"
host = "shop.example"
forwarded_proto = "https"
start_timeout = 30
attempts = 3
interval = "500ms"
timeout = 5

[deploy]
timeout = "10m"
observe = 0

[env]
DEBUG = false
WORKERS = 4
GREETING = "hello"

[secrets]
generate = ["SECRET_KEY"]
"""


def test_empty_file_is_valid() -> None:
    assert load_config("") == Config()


def test_every_key_is_read() -> None:
    config = load_config(WHOLE)
    assert (config.name, config.version) == ("shop", "1.4.2")
    assert config.build.install == ("uv sync",)
    assert config.build.commands == ("npm run build", "npm prune")
    service = config.service
    assert service.command == "uvicorn main:app --host 127.0.0.1 --port $PORT"
    assert service.release == ("alembic upgrade head",)
    assert (service.restart, service.strategy) == (Restart.ON_FAILURE, Strategy.RECREATE)
    assert service.shared == ("db.sqlite3", "media")
    assert (service.stop_timeout, service.drain_timeout) == (60.0, 5.0)
    assert service.limits.memory == 512 * 1024 * 1024
    assert config.processes == {"worker": "python -m worker"}
    assert config.health.interval == 0.5
    assert (config.deploy.timeout, config.deploy.observe) == (600.0, 0.0)
    assert config.env == {"DEBUG": "false", "WORKERS": "4", "GREETING": "hello"}
    assert config.secrets.generate == ("SECRET_KEY",)


def test_a_byte_order_mark_does_no_harm() -> None:
    assert load_config('\ufeffname = "shop"').name == "shop"


@pytest.mark.parametrize("case", sorted(GOLDEN.glob("*.toml")), ids=lambda path: path.stem)
def test_bad_files_are_explained(case: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(case.read_text())
    error = caught.value
    fixes = [e["fix"] for e in error.details["errors"] if e["fix"]]
    said = "\n".join([error.message, *(f"fix: {fix}" for fix in fixes)]) + "\n"
    assert said == case.with_suffix(".txt").read_text()


def test_errors_are_data_as_well() -> None:
    with pytest.raises(ConfigError) as caught:
        load_config("[service]\nport = 0\n", path="app/pierhead.toml")
    assert caught.value.details["errors"] == [
        {
            "file": "app/pierhead.toml",
            "line": 2,
            "key": "[service] port",
            "problem": "must be at least 1, not 0",
            "fix": "",
        }
    ]
    assert str(caught.value) == "app/pierhead.toml:2: [service] port: must be at least 1, not 0"


@pytest.mark.parametrize("path", ["/etc", "../up", "a/../../b", "~/x", "a\\b", ".", ""])
def test_shared_paths_stay_inside(path: str) -> None:
    with pytest.raises(ConfigError):
        load_config(f"[service]\nshared = ['{path}']\n")


@pytest.mark.parametrize("name", ["PORT", "PIERHEAD_HOME", "pierhead_x", "1A", "A-B", ""])
def test_names_of_variables_are_checked(name: str) -> None:
    with pytest.raises(ConfigError):
        load_config(f'[env]\n"{name}" = "x"\n')
    with pytest.raises(ConfigError):
        load_config(f'[secrets]\ngenerate = ["{name}"]\n')


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("5", 5.0), ('"90s"', 90.0), ('"2m"', 120.0), ('"1h"', 3600.0), ("0.5", 0.5)],
)
def test_durations(written: str, seconds: float) -> None:
    assert load_config(f"[deploy]\nobserve = {written}").deploy.observe == seconds


@pytest.mark.parametrize("written", ["-1", "true", '"soon"', "inf", "nan", '"25h"', "[]"])
def test_no_durations(written: str) -> None:
    with pytest.raises(ConfigError):
        load_config(f"[deploy]\nobserve = {written}")


@pytest.mark.parametrize(
    ("written", "count"),
    [("4096", 4096), ('"512M"', 2**29), ('"1.5GiB"', 3 * 2**29), ('"9k"', 9216)],
)
def test_sizes(written: str, count: int) -> None:
    assert load_config(f"[service.limits]\nmemory = {written}").service.limits.memory == count


def test_positions_see_through_strings_and_lists() -> None:
    lines = [
        "a = [",  # 1
        '  "x = 1",',
        "]",
        'b = """',  # 4
        "c = 1",
        '"""',
        "[t.'u v']  # comment",  # 7
        'd.e = { f = 1, g = "[" }',  # 8
        "h = 2",  # 9
    ]
    text = "\n".join(lines)
    at = Positions(text)
    assert at.line(("a",)) == 1
    assert at.line(("b",)) == 4
    assert at.line(("c",)) == 1  # not a key, so the file's start
    assert at.line(("t", "u v")) == 7
    assert at.line(("t", "u v", "d", "e", "f")) == 8
    assert at.line(("t", "u v", "h")) == 9


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert isinstance(load_config(text), Config)
    except ConfigError as error:
        problems = error.details["errors"]
    else:
        return
    assert problems


_VALUE = st.sampled_from(
    ["1", '"x"', "true", "[]", "{}", "[1, 'a']", "{ a = 1 }", "1.5", "1979-05-27"]
)
_KEYS = """name version method build service static health deploy env secrets processes
    service.command service.limits.memory service.shared env.A processes.web health.path
    static.root secrets.generate build.install service.restart""".split()  # noqa: SIM905 - words


@given(st.dictionaries(st.sampled_from(_KEYS), _VALUE, max_size=6))
def test_any_values_are_read_or_refused_with_a_line(values: dict[str, str]) -> None:
    text = "".join(f"{key} = {value}\n" for key, value in values.items())
    try:
        load_config(text)
    except ConfigError as error:
        problems = error.details["errors"]
    else:
        return
    assert problems
    assert all(1 <= problem["line"] <= len(values) + 1 for problem in problems)

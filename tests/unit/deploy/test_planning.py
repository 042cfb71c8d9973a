from typing import Any

import pytest

from pierhead.deploy.observe import Observed
from pierhead.deploy.phases import HANDLERS
from pierhead.deploy.planning import Wish, make_plan
from pierhead.domain.command import Command
from pierhead.domain.deployment import Kind
from pierhead.domain.plan import PhaseName, Plan
from pierhead.domain.service import Strategy
from pierhead.domain.stack import StaticSite
from unit.deploy.made import deployment, release, service

NEW = release("r-000000000002")
RUNNING = Observed(
    bind="127.0.0.1",
    active=deployment(),
    active_release=release(),
    service=service(),
    running=True,
)
NOTHING = Observed(bind="127.0.0.1")


def plan(wanted: Any = NEW, seen: Observed = NOTHING, **wish: Any) -> Plan:
    return make_plan(Wish(wanted, "production", **wish), seen)


def actions(made: Plan) -> list[str]:
    return [step.action for step in made.steps]


def test_the_first_deployment_does_everything() -> None:
    assert actions(plan()) == [
        "check",
        "reserve-ports",
        "lay-files",
        "install",
        "seal",
        "start",
        "await-healthy",
        "switch",
        "confirm",
        "activate",
    ]


def test_every_action_has_a_handler() -> None:
    rich = release(
        "r-000000000003",
        build=(Command(("make",)),),
        release=(Command(("migrate",)),),
        shared=("db.sqlite3",),
        secrets=("SECRET_KEY",),
        strategy=Strategy.RECREATE,
        processes={"web": Command(("w",)), "worker": Command(("x",))},
    )
    for seen in (NOTHING, RUNNING):
        assert set(actions(plan(rich, seen))) <= HANDLERS.keys()


def test_the_phases_come_in_their_order() -> None:
    order = [step.phase for step in plan().steps]
    assert order == sorted(order, key=list(PhaseName).index)


def test_what_runs_already_plans_nothing_and_says_why() -> None:
    made = plan(release(), RUNNING)
    assert not made.changes_something
    assert made.reason == "release r-000000000001 is running already and nothing has changed"


@pytest.mark.parametrize("wish", [{"force": True}, {"kind": Kind.RESTART}])
def test_it_can_be_done_all_the_same(wish: dict[str, Any]) -> None:
    assert plan(release(), RUNNING, **wish).changes_something


def test_a_service_that_is_down_is_deployed_again() -> None:
    down = Observed("127.0.0.1", deployment(), release(), service(), running=False)
    assert plan(release(), down).changes_something


def test_what_is_there_is_not_done_again() -> None:
    kept = Observed(
        "127.0.0.1", deployment(), release(), service(), True, built=True, installed=True
    )
    made = actions(plan(NEW, kept))
    assert "lay-files" not in made
    assert "install" not in made
    assert "seal" not in made


def test_going_back_never_runs_the_schema_step() -> None:
    wanted = release("r-000000000002", release=(Command(("migrate",)),))
    assert "release-command" in actions(plan(wanted, RUNNING))
    assert "release-command" not in actions(plan(wanted, RUNNING, kind=Kind.ROLLBACK))
    assert "release-command" not in actions(plan(wanted, RUNNING, kind=Kind.RESTART))


def test_a_fixed_port_means_recreate_and_a_warning() -> None:
    seen = Observed("127.0.0.1", deployment(), release(), service(), running=True, fixed_port=3000)
    made = plan(NEW, seen)
    assert actions(made).index("stop-old") < actions(made).index("start")
    assert made.warnings == (
        "the old version is stopped before the new one starts, because it insists on port 3000",
    )
    assert "stop-old" not in actions(plan(release("r-000000000002", port=3000), NOTHING))


def test_workers_start_after_the_switch() -> None:
    wanted = release(
        "r-000000000002", processes={"web": Command(("w",)), "worker": Command(("x",))}
    )
    steps = plan(wanted).steps
    worker = next(s for s in steps if s.arguments.get("process") == "worker.0")
    assert worker.phase is PhaseName.REGISTER


def test_a_static_site_starts_nothing() -> None:
    site = release("r-000000000002", processes={}, static=StaticSite("public"), dependencies=None)
    assert not {"start", "await-healthy", "install"} & set(actions(plan(site)))


def test_the_plan_tells_what_changed() -> None:
    step = next(s for s in plan(NEW, RUNNING).steps if s.action == "lay-files")
    assert step.summary == "lay out 1 files (120 bytes), none changed"


def test_those_in_the_queue_are_named() -> None:
    waiting = Observed("127.0.0.1", waiting=("d-1", "d-2"))
    assert plan(NEW, waiting).warnings == ("takes the place of d-1, d-2, still in the queue",)


def test_the_same_input_gives_the_same_plan() -> None:
    assert plan() == plan()

"""From what is wanted and what is there to a plan. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from pierhead.deploy.instances import WEB, process_names, web_processes
from pierhead.deploy.observe import Observed
from pierhead.domain.deployment import Kind
from pierhead.domain.health import USUAL_PATHS
from pierhead.domain.manifest import compare
from pierhead.domain.plan import PhaseName, Plan, Step
from pierhead.domain.release import Release
from pierhead.domain.service import Strategy


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted: a release in an environment, and why."""

    release: Release
    environment: str
    kind: Kind = Kind.DEPLOY
    force: bool = False


def make_plan(wish: Wish, seen: Observed) -> Plan:
    """The steps from what is seen to what is wanted; the same input gives the same plan."""
    release = wish.release
    active = seen.active
    if seen.service is not None:
        address = seen.service.endpoint
    else:
        address = f"http://{seen.bind}:PORT, with PORT from 20000-40000"
    unchanged = active is not None and active.release_id == release.id and seen.running
    if unchanged and wish.kind is Kind.DEPLOY and not wish.force:
        return Plan(
            project=release.project,
            environment=wish.environment,
            release_id=release.id,
            replaces=active.id if active else None,
            address=address,
            steps=(),
            reason=f"release {release.id} is running already and nothing has changed",
        )
    strategy = strategy_of(release, seen)
    steps = (
        *_validation(release, seen),
        *_transfer(release, seen),
        *_build(release, seen),
        *_start(wish, seen, strategy),
        *_verify(release, seen),
        *_register(release, seen),
    )
    return Plan(
        project=release.project,
        environment=wish.environment,
        release_id=release.id,
        replaces=active.id if active else None,
        address=address,
        steps=steps,
        notes=(*_understood(release), *release.spec.recipe.notes),
        warnings=_warnings(release, seen, strategy),
    )


def strategy_of(release: Release, seen: Observed) -> Strategy:
    """Blue-green, unless asked otherwise or the port can be held by one version only."""
    if seen.active is None or release.spec.recipe.static is not None:
        return Strategy.BLUE_GREEN
    if seen.fixed_port is not None or release.spec.recipe.port is not None:
        return Strategy.RECREATE
    return release.spec.strategy


def _understood(release: Release) -> tuple[str, ...]:
    stack = release.stack
    what = " ".join(filter(None, [stack.framework or stack.name, stack.version]))
    why = "; ".join(
        f"{e.path}{f':{e.line}' if e.line else ''} {e.says}" for e in stack.evidence[:2]
    )
    lines = [f"this is {what} ({stack.confidence} %){f': {why}' if why else ''}"]
    recipe = release.spec.recipe
    if WEB in recipe.processes:
        lines.append(f"started with: {recipe.processes[WEB]}")
    if recipe.static is not None:
        lines.append(f"files served from {recipe.static.root or '.'}/ by the edge")
    return tuple(lines)


def _warnings(release: Release, seen: Observed, strategy: Strategy) -> tuple[str, ...]:
    warnings = []
    if strategy is Strategy.RECREATE:
        port = release.spec.recipe.port or seen.fixed_port
        why = f"it insists on port {port}" if port else "the configuration says so"
        warnings.append(f"the old version is stopped before the new one starts, because {why}")
    if seen.waiting:
        warnings.append(f"takes the place of {', '.join(seen.waiting)}, still in the queue")
    return tuple(warnings)


def _validation(release: Release, seen: Observed) -> list[Step]:
    webs = len(web_processes(release))
    steps = [Step(PhaseName.VALIDATION, "check", "check the stored files, disk space and tools")]
    first = "the service's port" if seen.service is None else ""
    more = f"{webs} port{'s' if webs > 1 else ''} for the new version" if webs else ""
    if wanted := " and ".join(filter(None, [first, more])):
        steps.append(Step(PhaseName.VALIDATION, "reserve-ports", f"reserve {wanted}"))
    if names := sorted(set(release.spec.recipe.secrets) - set(release.environment)):
        said = f"generate {', '.join(names)} unless that was done before"
        steps.append(Step(PhaseName.VALIDATION, "generate", said, {"names": names}))
    return steps


def _transfer(release: Release, seen: Observed) -> list[Step]:
    steps = []
    if not seen.built:
        count, size = len(release.manifest.files), release.manifest.size
        said = f"lay out {count} files ({_size(size)}){_changes(release, seen)}"
        steps.append(Step(PhaseName.TRANSFER, "lay-files", said))
    steps += [
        Step(
            PhaseName.TRANSFER,
            "share",
            f"link {path} to the folder kept from release to release",
            {"path": path},
        )
        for path in release.spec.recipe.shared
    ]
    return steps


def _changes(release: Release, seen: Observed) -> str:
    if seen.active_release is None:
        return ""
    change = compare(seen.active_release.manifest, release.manifest)
    parts = {
        "new": len(change.added),
        "changed": len(change.changed),
        "removed": len(change.removed),
    }
    return ", " + (", ".join(f"{n} {w}" for w, n in parts.items() if n) or "none changed")


def _build(release: Release, seen: Observed) -> list[Step]:
    recipe, phase, steps = release.spec.recipe, PhaseName.BUILD, []
    if recipe.dependencies is not None and not seen.installed:
        steps.append(Step(phase, "install", f"install {recipe.dependencies.summary}"))
    if seen.built:
        return steps
    if recipe.dependencies is not None and recipe.dependencies.keep and seen.installed:
        steps.append(Step(phase, "attach", "attach the dependencies installed before"))
    steps += [
        Step(phase, "build", f"run: {command}", {"index": index})
        for index, command in enumerate(recipe.build)
    ]
    return [*steps, Step(phase, "seal", "mark the release as built")]


def _start(wish: Wish, seen: Observed, strategy: Strategy) -> list[Step]:
    release, phase, steps = wish.release, PhaseName.START, []
    if wish.kind is Kind.DEPLOY:
        steps += [
            Step(phase, "release-command", f"run once: {command}", {"index": index})
            for index, command in enumerate(release.spec.recipe.release)
        ]
    if strategy is Strategy.RECREATE and seen.active is not None:
        steps.append(Step(phase, "stop-old", f"stop {seen.active.id}"))
    for process in web_processes(release):
        steps.append(
            Step(phase, "start", f"start {process} beside what runs", {"process": process})
        )
    return steps


def _verify(release: Release, seen: Observed) -> list[Step]:
    health, phase = release.spec.health, PhaseName.VERIFY
    asked = f"GET {health.path}" if health.path else f"GET {', '.join(USUAL_PATHS)} or TCP"
    steps = [
        Step(
            phase,
            "await-healthy",
            f"wait up to {health.start_timeout:g} s until {process} is healthy ({asked})",
            {"process": process},
        )
        for process in web_processes(release)
    ]
    old = f" from {seen.active.id}" if seen.active else ""
    return [
        *steps,
        Step(phase, "switch", f"switch the traffic{old} to the new version"),
        Step(phase, "confirm", "see the new version answer at the service's address"),
    ]


def _register(release: Release, seen: Observed) -> list[Step]:
    phase, spec = PhaseName.REGISTER, release.spec
    steps = [
        Step(phase, "start", f"start {process}", {"process": process})
        for process in process_names(release)
        if process not in web_processes(release)
    ]
    said = "enter it in the registry"
    if seen.active is not None and spec.recipe.static is None:
        said += f", let requests at {seen.active.id} end (up to {spec.drain_timeout:g} s), stop it"
    if spec.observe:
        said += f", watch the new version for {spec.observe:g} s"
    return [*steps, Step(phase, "activate", said)]


def _size(size: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"

"""A plan: what would happen, phase by phase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pierhead.cli.terminal import Paint, clean, plain

if TYPE_CHECKING:
    from pierhead.client import shapes


def phase_label(name: str) -> str:
    """What people call a phase; a name from a newer server is shown as it is."""
    from pierhead.domain.plan import PhaseName

    return PhaseName(name).label if name in set(PhaseName) else name


def plan_lines(plan: shapes.Plan, paint: Paint = plain) -> list[str]:
    """The whole plan."""
    title = f"{plan['project']} in {plan['environment']}"
    if not plan["steps"]:
        lines = [f"{paint(title, 'strong')}: nothing to do: {clean(plan['reason'])}"]
    else:
        what = f"replaces {plan['replaces']}" if plan["replaces"] else "first deployment"
        lines = [f"{paint(title, 'strong')}: release {plan['release_id']}, {what}", ""]
        lines += _step_lines(plan, paint)
    remarks = remark_lines(plan, paint)
    if remarks:
        lines += ["", *remarks]
    return [*lines, "", f"address: {plan['address']}"]


def _step_lines(plan: shapes.Plan, paint: Paint) -> list[str]:
    lines = []
    phase = ""
    for step in plan["steps"]:
        if step["phase"] != phase:
            phase = step["phase"]
            lines.append(f"  {paint(phase_label(phase), 'strong')}")
        lines.append(f"    - {clean(step['summary'])}")
    return lines


def remark_lines(plan: shapes.Plan, paint: Paint = plain) -> list[str]:
    """What was supplied or assumed, and what to think about."""
    notes = [f"{paint('note:', 'faint')} {clean(note)}" for note in plan["notes"]]
    return notes + [f"{paint('warning:', 'warn')} {clean(text)}" for text in plan["warnings"]]

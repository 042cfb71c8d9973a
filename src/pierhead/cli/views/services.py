"""Services, their processes and their ports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from pierhead.cli.terminal import Paint, clean, plain
from pierhead.cli.times import ago, lasting
from pierhead.cli.views.table import Cell, Row, table
from pierhead.cli.views.words import state

if TYPE_CHECKING:
    from pierhead.client import shapes


def status_lines(
    services: Sequence[shapes.Service],
    numbers: Mapping[str, int],
    now: datetime,
    width: int,
    paint: Paint = plain,
) -> list[str]:
    """All services; `numbers` maps deployment ids to their numbers."""
    heads = ["PROJECT", "ENVIRONMENT", "STATE", "VERSION", "DEPLOYMENT", "ADDRESS", "SINCE"]
    rows: list[Row] = [
        [
            service["project"],
            service["environment"],
            state(service["state"]),
            service["version"],
            _number(service["deployment_id"], numbers),
            service["endpoint"],
            ago(service["registered_at"], now),
        ]
        for service in services
    ]
    return table(heads, rows, width, paint)


def _number(deployment_id: str, numbers: Mapping[str, int]) -> str:
    return f"#{numbers[deployment_id]}" if deployment_id in numbers else deployment_id


def registry_lines(
    services: Sequence[shapes.Service], now: datetime, width: int, paint: Paint = plain
) -> list[str]:
    """The registry: who is where, and when that was last seen."""
    heads = ["NAME", "ENVIRONMENT", "ENDPOINT", "VERSION", "STATE", "SEEN", "REGISTERED"]
    rows: list[Row] = [
        [
            service["project"],
            service["environment"],
            service["endpoint"],
            service["version"],
            state(service["state"]),
            ago(service["observed_at"], now),
            ago(service["registered_at"], now),
        ]
        for service in services
    ]
    return table(heads, rows, width, paint)


def service_lines(
    service: shapes.ServiceDetail, now: datetime, width: int, paint: Paint = plain
) -> list[str]:
    """One service with what it runs."""
    deployment = service["deployment"]
    seen = state(service["state"])
    title = f"{service['project']} in {service['environment']}"
    lines = [
        f"{paint(title, 'strong')}: {paint(seen.text, seen.style)}",
        f"  version     {clean(service['version'])}",
        f"  address     {' or '.join(filter(None, [service['endpoint'], service.get('named')]))}",
        f"  since       {ago(service['registered_at'], now)}",
    ]
    if deployment:
        lines.append(f"  deployment  #{deployment['number']} ({deployment['id']})")
    if deployment and deployment["note"]:
        lines.append(f"  health      {clean(deployment['note'])}")
    if problem := service.get("problem"):
        lines.append(f"  {paint('problem', 'bad')}     {clean(problem)}")
    if service["instances"]:
        lines += ["", *_instance_lines(service, width, paint)]
    return lines


def _instance_lines(service: shapes.ServiceDetail, width: int, paint: Paint) -> list[str]:
    instances = service["instances"]
    # The id of an instance begins with what the lines above it say.
    known = f"{service['project']}.{service['environment']}.{service['deployment_id']}."
    columns: dict[str, list[str | Cell]] = {
        "PROCESS": [i["id"].removeprefix(known) for i in instances],
        "STATE": [state(i["status"].lower()) for i in instances],
        "PID": [str(i["pid"] or "-") for i in instances],
        "UP": [lasting(i["uptime_seconds"]) for i in instances],
        "MEMORY": [_megabytes(i.get("memory_bytes")) for i in instances],
    }
    measured = {head: cells for head, cells in columns.items() if any(cells)}
    rows = list(zip(*measured.values(), strict=True))
    return ["  " + line for line in table(list(measured), rows, width - 2, paint)]


def _megabytes(value: int | None) -> str:
    return "" if value is None else f"{value / 1_000_000:.0f} MB"


def port_lines(ports: Sequence[shapes.Port], width: int, paint: Paint = plain) -> list[str]:
    """The ports that are held."""
    heads = ["PORT", "PROJECT", "ENVIRONMENT", "PURPOSE", "HOLDER"]
    rows = [
        [str(p["port"]), p["project"], p["environment"], p["purpose"], p["holder"]] for p in ports
    ]
    return table(heads, rows, width, paint)

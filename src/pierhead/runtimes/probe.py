"""Asks an instance whether it is healthy: one round, or until it is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import httpx

from pierhead.domain.health import USUAL_PATHS, HealthCheck, HealthReport
from pierhead.errors import HealthCheckFailed, StartFailed
from pierhead.runtimes.instance import InstanceState, InstanceStatus, ending
from pierhead.runtimes.verdict import judge

# Seconds between looks at an instance that does not listen yet: a short time first, because it
# is part of every deployment, then longer, because a slow start needs no haste.
_FIRST_LOOK, _LONGEST_LOOK = 0.02, 0.25
# Bytes of an answer that are read; an endless stream is an answer too.
_ENOUGH = 4096


async def check_health(
    check: HealthCheck, address: str, *, host: str, client: httpx.AsyncClient | None = None
) -> HealthReport:
    """One round of questions to `address`.

    With a configured path, any 2xx is healthy. Without one, `USUAL_PATHS` are tried in order and
    the first 2xx wins; `/` counts as alive with any answer under 500 except 400, a redirect
    among them; a port that takes connections but speaks no HTTP is healthy too. Redirects are
    never followed.

    Args:
        check: what is asked.
        address: `127.0.0.1:PORT`.
        host: the Host header, unless the check names one.
        client: from `probe_client`, where many rounds are asked.
    """
    if client is None:
        async with probe_client() as own:
            return await check_health(check, address, host=host, client=own)
    if check.path is not None:
        return await _ask(client, check, address, host, check.path)
    report = HealthReport(False, "no check")
    for path in USUAL_PATHS:
        report = await _ask(client, check, address, host, path)
        if report.healthy:
            return report
        if report.status is None:
            # No HTTP, no answer, or no connection: the other paths would say the same.
            break
    if report.status is None and report.note.startswith("no HTTP") and await _connects(address):
        return HealthReport(True, "TCP connect", note=f"{report.note}; it takes connections")
    return report


def probe_client() -> httpx.AsyncClient:
    """A client for one series of questions; no proxies, no redirects, no cookies kept."""
    transport = httpx.AsyncHTTPTransport(
        verify=False, limits=httpx.Limits(max_keepalive_connections=0)
    )
    return httpx.AsyncClient(transport=transport, trust_env=False, follow_redirects=False)


async def wait_healthy(
    check: HealthCheck,
    find_address: Callable[[], Awaitable[str | None]],
    state: Callable[[], Awaitable[InstanceState]],
    *,
    host: str,
    port: int | None = None,
) -> HealthReport:
    """Wait until an instance is healthy.

    Args:
        check: what is asked, how often and for how long.
        find_address: says what it listens on, or None as long as it does not.
        state: says what its process is doing.
        host: the Host header.
        port: the PORT it was given, named in the error if it never listens.

    Raises:
        StartFailed: at once when it ends; `details` has its exit code.
        HealthCheckFailed: if it does not listen within `start_timeout`, or answers unhealthily
            `attempts` times.
    """
    until, pause = time.monotonic() + check.start_timeout, _FIRST_LOOK
    async with probe_client() as client:
        report, tries = None, 0
        while time.monotonic() < until:
            _must_live(await state())
            if (address := await find_address()) is None:
                await asyncio.sleep(min(pause, max(0.0, until - time.monotonic())))
                pause = min(pause * 1.2, _LONGEST_LOOK)
                continue
            report = await check_health(check, address, host=host, client=client)
            tries += 1
            if report.healthy:
                # Another process may have answered while this one ended.
                _must_live(await state())
                return report
            if tries >= check.attempts:
                break
            await _pause(check.interval, state)
    if report is None:
        raise _never_listened(check, port)
    raise HealthCheckFailed(
        f"{report.check} after {tries} of {check.attempts} tries: {report.note}",
        hint=report.hint,
        details={"check": report.check, "status": report.status},
    )


async def _pause(seconds: float, state: Callable[[], Awaitable[InstanceState]]) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        await asyncio.sleep(min(left, _LONGEST_LOOK))
        _must_live(await state())


def _must_live(seen: InstanceState) -> None:
    if seen.up:
        return
    if seen.status in (InstanceStatus.STOPPED, InstanceStatus.ABSENT):
        raise StartFailed("it was stopped before it was healthy", hint="start it again")
    raise StartFailed(
        f"the process {ending(seen.exit_code)} before it was healthy",
        hint="its last lines say why",
        details={"exit_code": seen.exit_code},
    )


def _never_listened(check: HealthCheck, port: int | None) -> HealthCheckFailed:
    given = f"; it was given PORT={port}" if port else ""
    return HealthCheckFailed(
        f"it runs but listens on no TCP port after {check.start_timeout:g} s{given}",
        hint="listen on 127.0.0.1 and the port that the variable PORT holds; "
        "a slow start needs a higher start_timeout in [health]",
    )


async def _ask(
    client: httpx.AsyncClient, check: HealthCheck, address: str, host: str, path: str
) -> HealthReport:
    asked = f"GET {path}"
    headers = {
        "Host": check.host or host,
        "X-Forwarded-Proto": check.forwarded_proto,
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Host": check.host or host,
        "User-Agent": "pierhead-health",
        "Accept": "*/*",
    }
    try:
        # httpx limits single steps; the whole question is limited here.
        async with (
            asyncio.timeout(check.timeout),
            client.stream(
                "GET", f"http://{address}{path}", headers=headers, timeout=check.timeout
            ) as answer,
        ):
            body = b""
            async for piece in answer.aiter_raw():
                body += piece
                if len(body) >= _ENOUGH:
                    break
    except httpx.ConnectError:
        return HealthReport(False, asked, note=f"{address} refused the connection")
    except (TimeoutError, httpx.TimeoutException):
        return HealthReport(
            False,
            asked,
            note=f"no answer from {address} within {check.timeout:g} s",
            hint="raise timeout in [health] if the path is slow",
        )
    except httpx.HTTPError as error:
        return HealthReport(
            False, asked, note=f"no HTTP from {address}: {error or type(error).__name__}"
        )
    return judge(check, path, answer, body, headers["Host"])


async def _connects(address: str) -> bool:
    host, port = address.rsplit(":", 1)
    try:
        async with asyncio.timeout(2.0):
            _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True

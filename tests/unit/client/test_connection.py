from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import pytest

from pierhead.client import Client
from pierhead.client.address import Address
from pierhead.client.connection import Connection
from pierhead.errors import (
    AccessDenied,
    BuildFailed,
    NotFound,
    PierheadError,
    ServerUnreachable,
    TimedOut,
)
from unit.client import samples
from unit.client.api_double import ApiDouble, Lines, Refused, Request


def _connection(path: Path, timeout: float = 5.0) -> Connection:
    return Connection(Address(path), timeout)


def test_call_sends_the_body_and_returns_the_answer(tmp_path: Path) -> None:
    def echo(request: Request) -> dict[str, object]:
        return {"got": request.body, "query": request.query}

    with ApiDouble({"POST /up": echo}).on(tmp_path / "s"):
        answer = _connection(tmp_path / "s").call(
            "POST", "/api/v1/up", body={"path": "/ä"}, query={"a": "x y&z", "b": None, "c": 0}
        )
    assert answer == {"got": {"path": "/ä"}, "query": {"a": "x y&z", "c": "0"}}


def test_token_goes_over_tcp_and_is_never_printed() -> None:
    double = ApiDouble({"GET /ports": {"ports": []}})
    with double.on(("127.0.0.1", 0)) as (host, port):
        address = Address(None, host, port, token="canary-4711")
        assert Client(Connection(address)).ports() == {"ports": []}
    assert double.asked("GET", "/ports").headers["Authorization"] == "Bearer canary-4711"
    assert "canary" not in f"{address!r} {address}"


def test_an_error_of_the_server_keeps_its_class(tmp_path: Path) -> None:
    problem = {"type": "about:blank", "title": "The build failed", "status": 500}
    problem |= {"code": "build-failed", "detail": "no such package", "hint": "look", "where": "a:3"}
    double = ApiDouble({"GET /x": Refused(500, problem)})
    with double.on(tmp_path / "s"), pytest.raises(BuildFailed) as caught:
        _connection(tmp_path / "s").call("GET", "/x")
    assert str(caught.value) == "a:3: no such package"
    assert caught.value.hint == "look"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Refused(502, "<html>Bad Gateway</html>"), PierheadError),
        (Refused(401, "no"), AccessDenied),
        (Refused(403, '{"detail": "no"}'), AccessDenied),
        ("not json", PierheadError),
        ("[]", PierheadError),
    ],
)
def test_what_is_no_answer_of_ours_is_translated(
    tmp_path: Path, answer: Refused | str, kind: type[PierheadError]
) -> None:
    with ApiDouble({"GET /x": answer}).on(tmp_path / "s"), pytest.raises(kind) as caught:
        _connection(tmp_path / "s").call("GET", "/x")
    assert type(caught.value) is kind
    assert caught.value.hint


def test_no_socket_and_a_dead_socket_are_unreachable(tmp_path: Path) -> None:
    with pytest.raises(ServerUnreachable, match="No such file"):
        _connection(tmp_path / "none").call("GET", "/health")
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "dead"))
    with pytest.raises(ServerUnreachable, match="refused"):
        _connection(tmp_path / "dead").call("GET", "/health")


def test_a_closed_port_is_unreachable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody else can take it
        port = taken.getsockname()[1]
        with pytest.raises(ServerUnreachable, match=f"http://127.0.0.1:{port}"):
            Connection(Address(None, "127.0.0.1", port)).call("GET", "/health")


def test_a_server_that_hangs_up_is_unreachable(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        listening.listen()
        listening.settimeout(5)
        stream = _connection(tmp_path / "s")

        def hang_up() -> None:
            accepted, _ = listening.accept()
            accepted.recv(100)
            accepted.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(ServerUnreachable):
            stream.call("GET", "/health")
        thread.join()


def test_a_silent_server_times_out(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "s"))
        silent.listen()
        with pytest.raises(TimedOut, match="did not answer within"):
            _connection(tmp_path / "s", 0.1).call("GET", "/health")


def test_stream_yields_lines_as_they_come(tmp_path: Path) -> None:
    lines = Lines(({"n": 1}, "\n", '{"n":', ' 2}\n{"n": 3}\n'), hold=30)
    with ApiDouble({"GET /x": lines}).on(tmp_path / "s"):
        began = time.monotonic()
        stream = _connection(tmp_path / "s").stream("/x")
        assert [next(stream)["n"] for _ in range(3)] == [1, 2, 3]
        stream.close()  # type: ignore[attr-defined]
        assert time.monotonic() - began < 10


def test_a_stream_that_breaks_off_ends(tmp_path: Path) -> None:
    with ApiDouble({"GET /x": Lines(({"n": 1},), abort=True)}).on(tmp_path / "s"):
        assert list(_connection(tmp_path / "s").stream("/x")) == [{"n": 1}]


def test_a_stream_may_be_refused(tmp_path: Path) -> None:
    with ApiDouble().on(tmp_path / "s"), pytest.raises(NotFound):
        list(_connection(tmp_path / "s").stream("/none"))


def test_names_cannot_leave_their_place_in_the_path(tmp_path: Path) -> None:
    double = ApiDouble()
    with double.on(tmp_path / "s"), pytest.raises(NotFound):
        Client(_connection(tmp_path / "s")).service("../ports?x=", "production")
    assert double.seen[0].path == "/services/..%2Fports%3Fx%3D"


def test_calls_use_the_paths_of_the_api(tmp_path: Path) -> None:
    plan, deployment, service = samples.plan(), samples.deployment(), samples.service()
    outcome = {"plan": plan, "deployment": deployment}
    double = ApiDouble(
        {
            "POST /services/shop/rollback": outcome,
            "POST /services/shop/restart": outcome,
            "POST /services/shop/stop": service,
            "POST /services/shop/start": service,
            "DELETE /services/shop": {"deleted": "shop"},
            "POST /deployments/d-1/cancel": deployment,
            "GET /deployments/d-1/log": "one\ntwo\n",
            "GET /events/stream": Lines((samples.event(),)),
        }
    )
    with double.on(tmp_path / "s"):
        client = Client(_connection(tmp_path / "s"))
        assert client.rollback("shop", "staging", to="d-0", reason="why") == outcome
        assert client.restart("shop", "staging", "why") == outcome
        assert client.stop("shop", "staging") == service
        assert client.start("shop", "staging") == service
        assert client.delete("shop", "staging", purge=True) == {"deleted": "shop"}
        assert client.cancel("d-1", "why") == deployment
        assert client.deployment_log("d-1") == "one\ntwo\n"
        assert list(client.follow_events(after=6, project="shop")) == [samples.event()]
    bodies = [request.body for request in double.seen]
    assert bodies[:3] == [
        {"environment": "staging", "to": "d-0", "reason": "why"},
        {"environment": "staging", "reason": "why"},
        {"environment": "staging"},
    ]
    assert double.asked("DELETE", "/services/shop").query == {
        "environment": "staging",
        "purge": "1",
    }
    assert double.asked("GET", "/events/stream").query == {"after": "6", "project": "shop"}

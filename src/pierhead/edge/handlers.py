"""Caddy's handlers as we use them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]

# Names that build tools give to files whose content never changes: `app.3f9a1c2b.js`,
# `index-BxT4kQ9_.css`.
_HASHED = r"[.-][A-Za-z0-9_-]{8,}\.(?:js|mjs|css|woff2?|png|jpe?g|svg|webp|avif|gif|ico|map|wasm)$"
_PATH = "{http.request.uri.path}"
_ROOT = "{http.vars.root}"


def proxy(dials: Sequence[tuple[str, str]], drop: str) -> Json:
    """Passes requests on to instances, given as (host, port).

    Their addresses are asked for at each request ("dynamic"), which also makes Caddy count the
    requests of each address by itself, whatever version it belonged to.
    """
    sources = [{"source": "a", "name": host, "port": port, "refresh": "1h"} for host, port in dials]
    handler: Json = {
        "handler": "reverse_proxy",
        "dynamic_upstreams": {"source": "multi", "sources": sources},
        "load_balancing": {
            "selection_policy": {"policy": "least_conn"},
            # An instance that crashed is back in about a second. Only what could not be
            # connected, or a GET, is tried again.
            "try_duration": "3s",
            "try_interval": "50ms",
        },
        "transport": {
            "protocol": "http",
            "dial_timeout": "2s",
            # Shorter than what servers allow (gunicorn 2 s, uvicorn and Node 5 s): the side that
            # sends must be the one that closes, or a request meets a closed connection.
            "keep_alive": {"idle_timeout": "1.5s", "max_idle_conns_per_host": 64},
        },
        "headers": {"request": {"delete": [drop]}},
        # WebSockets outlive changes of the configuration, which concern other services.
        "stream_close_delay": "24h",
    }
    if len(dials) > 1:
        handler["health_checks"] = {"passive": {"fail_duration": "2s", "max_fails": 1}}
    return handler


def site(root: str, fallback: str | None) -> list[Json]:
    """Serves a folder: compressed, without dotfiles, with its own 404 page or fallback."""
    exists = {"file": {"root": _ROOT, "try_files": [_PATH, f"{_PATH}/index.html"]}}
    candidates = [f"{_PATH}.html", *([f"/{fallback.lstrip('/')}"] if fallback else [])]
    instead = {"not": [exists], "file": {"root": _ROOT, "try_files": candidates}}
    page = {"not": [exists], "file": {"root": _ROOT, "try_files": ["/404.html"]}}
    hidden = {"path_regexp": {"pattern": r"/\."}, "not": [{"path": ["/.well-known/*"]}]}
    to_match = {"handler": "rewrite", "uri": "{http.matchers.file.relative}"}
    serve = {"handler": "file_server", "root": _ROOT, "index_names": ["index.html"]}
    routes: list[Json] = [
        {"handle": [{"handler": "vars", "root": root}, _compress(), _cache("no-cache")]},
        {
            "match": [{"path_regexp": {"pattern": _HASHED}, **exists}],
            "handle": [_cache("public, max-age=31536000, immutable")],
        },
        {"match": [hidden], "handle": [_text(404, "not found\n")], "terminal": True},
        {"match": [instead], "handle": [to_match, serve], "terminal": True},
        {
            "match": [page],
            "handle": [to_match, {**serve, "status_code": "404"}],
            "terminal": True,
        },
        {"handle": [serve]},
    ]
    return [{"handler": "subroute", "routes": routes}]


def stopped(name: str) -> list[Json]:
    """Says that the service is stopped, and that one may come back."""
    headers = {"Retry-After": ["60"], "Cache-Control": ["no-store"]}
    return [{**_text(503, f"{name} is stopped\n"), "headers": headers}]


def unserved() -> list[Json]:
    """Says that nothing is served under this name."""
    return [_text(404, "no service has this address\n")]


def _text(status: int, body: str) -> Json:
    return {"handler": "static_response", "status_code": status, "body": body}


def _compress() -> Json:
    return {"handler": "encode", "encodings": {"zstd": {}, "gzip": {}}, "prefer": ["zstd", "gzip"]}


def _cache(value: str) -> Json:
    return {"handler": "headers", "response": {"set": {"Cache-Control": [value]}}}

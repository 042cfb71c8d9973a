"""What an answer to a health check means, and what to change if it is not a good one."""

from __future__ import annotations

import httpx

from pierhead.domain.health import HealthCheck, HealthReport

# Bytes of the body that are shown.
_SHOWN = 200
# Headers that help to understand an answer; never a cookie or a token.
_TELLING = ("location", "content-type", "server", "www-authenticate", "x-powered-by")


def judge(
    check: HealthCheck, path: str, answer: httpx.Response, body: bytes, host: str
) -> HealthReport:
    """Healthy or not, and why."""
    status, asked = answer.status_code, f"GET {path}"
    if answer.is_success:
        note = "" if check.path else f"{path} answered {status}"
        return HealthReport(True, asked, status, note)
    if check.path is None and path == "/" and status < 500 and status != 400:
        return HealthReport(True, asked, status, _alive(answer))
    return HealthReport(
        False, asked, status, _shown(answer, body), _advice(check, path, answer, host)
    )


def _alive(answer: httpx.Response) -> str:
    location = answer.headers.get("location")
    if answer.is_redirect and location:
        return f"/ redirects to {location} ({answer.status_code}), taken as alive"
    return f"/ answered {answer.status_code}, taken as alive"


def _shown(answer: httpx.Response, body: bytes) -> str:
    parts = [f"{answer.status_code} {answer.reason_phrase}".strip()]
    parts += [f"{name}: {answer.headers[name]}" for name in _TELLING if name in answer.headers]
    text = body[:_SHOWN].decode(errors="replace")
    if text := " ".join("".join(c if c.isprintable() else " " for c in text).split()):
        parts.append(f"body: {text}")
    return "; ".join(parts)


def _advice(check: HealthCheck, path: str, answer: httpx.Response, host: str) -> str:
    status, location = answer.status_code, answer.headers.get("location", "")
    if answer.is_redirect:
        if location.startswith("https://") and check.forwarded_proto != "https":
            return (
                f"it redirects to {location}: it wants HTTPS; "
                'set forwarded_proto = "https" in [health], or trust X-Forwarded-Proto in the app'
            )
        return f"it redirects to {location}: name a path in [health] that answers 2xx itself"
    if status in (400, 403, 421):
        return (
            f"the app may refuse the host name {host!r}: allow it (Django: ALLOWED_HOSTS), "
            "or name an allowed one with host in [health]"
        )
    if status >= 500:
        return "the app failed while it answered; its log says why"
    reasons = {401: "it asks for a login", 404: f"there is no {path}", 405: f"no GET for {path}"}
    return f"{reasons.get(status, 'it is no 2xx')}: name another path in [health]"

"""Health checks by what an image surely has. Each gives an exec-form argv.

A path that somebody named must answer 2xx or 3xx. Where only `/` is known, any answer under 500
counts as alive: it may redirect to a login page, or not exist by design.
"""

from __future__ import annotations

import json
from collections.abc import Callable

Probe = Callable[[str | None], tuple[str, ...]]


def _limit(path: str | None) -> int:
    return 400 if path else 500


def python(path: str | None) -> tuple[str, ...]:
    """Python's own HTTP client."""
    code = (
        "import http.client, os, sys; "
        "c = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=4); "
        f"c.request('GET', {_text(path)}); "
        f"sys.exit(c.getresponse().status >= {_limit(path)})"
    )
    return ("python", "-c", code)


def node(path: str | None) -> tuple[str, ...]:
    """Node's own HTTP client."""
    return ("node", "-e", _node_code(path))


def bun(path: str | None) -> tuple[str, ...]:
    """Bun has Node's."""
    return ("bun", "-e", _node_code(path))


def deno(path: str | None) -> tuple[str, ...]:
    """Deno's fetch; `eval` may do everything."""
    code = (
        f"const r = await fetch('http://127.0.0.1:' + Deno.env.get('PORT') + {_text(path)}, "
        f"{{redirect: 'manual'}}); Deno.exit(r.status >= {_limit(path)} ? 1 : 0)"
    )
    return ("deno", "eval", code)


def _node_code(path: str | None) -> str:
    return (
        "require('http').get({host: '127.0.0.1', port: process.env.PORT, "
        f"path: {_text(path)}, timeout: 4000}}, "
        f"(r) => process.exit(r.statusCode >= {_limit(path)} ? 1 : 0))"
        ".on('error', () => process.exit(1))"
    )


def ruby(path: str | None) -> tuple[str, ...]:
    """Ruby's own HTTP client."""
    code = (
        "r = Net::HTTP.start('127.0.0.1', ENV['PORT'].to_i, open_timeout: 4, read_timeout: 4) "
        f"{{ |h| h.get({_text(path)}) }}; exit(r.code.to_i < {_limit(path)})"
    )
    return ("ruby", "-rnet/http", "-e", code)


def php(path: str | None) -> tuple[str, ...]:
    """PHP's stream wrapper."""
    code = (
        "$c = stream_context_create(['http' => ['ignore_errors' => true, 'timeout' => 4, "
        "'follow_location' => 0]]); "
        f"@file_get_contents('http://127.0.0.1:' . getenv('PORT') . {_text(path)}, false, $c); "
        "$s = explode(' ', $http_response_header[0] ?? 'HTTP/1.1 599')[1]; "
        f"exit((int)$s < {_limit(path)} ? 0 : 1);"
    )
    return ("php", "-r", code)


def bash(path: str | None) -> tuple[str, ...]:
    """Bash's built-in sockets: Debian and Ubuntu have bash, their slim images no HTTP client."""
    asked = (path or "/").replace("%", "%%").replace("'", "%27")
    code = (
        'exec 3<>"/dev/tcp/127.0.0.1/$PORT" && '
        f"printf 'GET {asked} HTTP/1.0\\r\\nHost: 127.0.0.1\\r\\n\\r\\n' >&3 && "
        f'read -r -t 4 _ status _ <&3 && [ "$status" -lt {_limit(path)} ]'
    )
    return ("/bin/bash", "-c", code)


def busybox(path: str | None) -> tuple[str, ...]:
    """Busybox's wget, which Alpine has; where only `/` is known, its own 4xx message is read."""
    url = f'"http://127.0.0.1:$PORT{_shell(path or "/")}"'
    if path:
        return ("/bin/sh", "-c", f"wget -q -T 4 -O /dev/null {url}")
    # wget fails for every 4xx and says the status on its error output.
    read = f"said=$(wget -T 4 -O /dev/null {url} 2>&1)"
    return ("/bin/sh", "-c", f'{read} || case "$said" in *" 4"[0-9][0-9]" "*) ;; *) exit 1 ;; esac')


def _text(path: str | None) -> str:
    """A single-quoted text, the same in all these languages."""
    inner = json.dumps(path or "/", ensure_ascii=True)[1:-1].replace('\\"', '"')
    return "'" + inner.replace("'", "%27") + "'"


def _shell(path: str) -> str:
    return "".join(c if c.isalnum() or c in "/-._~?=&%+,:" else f"%{ord(c):02X}" for c in path)

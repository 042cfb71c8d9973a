"""The Caddyfile of a static site: in a container, or a snippet for a Caddy that is there."""

from __future__ import annotations

import re

from pierhead.domain.stack import StaticSite

# Names that build tools give to files whose content never changes, such as `app.3f9a1c2b.js`.
_HASHED = r"[.-][A-Za-z0-9_-]{8,}\.(?:js|mjs|css|woff2?|png|jpe?g|svg|webp|avif|gif|ico|map|wasm)$"
_PLAIN = re.compile(r"[A-Za-z0-9_./:@{}$-]+")


def caddyfile(site: StaticSite, *, address: str | None = None, root: str = "/srv") -> str:
    """The text of a Caddyfile.

    Args:
        site: what is served; its fallback answers paths that do not exist.
        address: the site's address, such as `example.com` (several with commas), for which
            Caddy fetches a certificate; None for a container, which listens on PORT behind
            whoever has the certificate.
        root: the absolute folder of the files where Caddy runs.
    """
    head = [] if address else _CONTAINER
    lines = [
        *head,
        f"{_addresses(address) if address else ':{$PORT:8080}'} {{",
        f"\troot * {token(root)}",
        "\tencode zstd gzip",
        "",
        "\t# Hidden files are not published, but for those that certificates and the like need.",
        "\t@hidden {",
        "\t\tpath_regexp /\\.",
        "\t\tnot path /.well-known/*",
        "\t}",
        "\terror @hidden 404",
        "",
        "\t# Asked about again each time, but for files with a digest in their name.",
        f"\t@hashed path_regexp {_HASHED}",
        f"\t@changing not path_regexp {_HASHED}",
        "\theader @changing Cache-Control no-cache",
        '\theader @hashed Cache-Control "public, max-age=31536000, immutable"',
        "\theader X-Content-Type-Options nosniff",
        "",
        *_missing(site),
        "\tfile_server {",
        "\t\thide Caddyfile Dockerfile",
        "\t}",
        "",
        "\thandle_errors {",
        "\t\t@page file /404.html",
        "\t\thandle @page {",
        "\t\t\trewrite /404.html",
        "\t\t\tfile_server",
        "\t\t}",
        "\t\thandle {",
        '\t\t\trespond "{err.status_code} {err.status_text}"',
        "\t\t}",
        "\t}",
        "}",
    ]
    return "\n".join(lines) + "\n"


_CONTAINER = [
    "{",
    "\t# Nothing is administered, renewed or kept inside a container.",
    "\tadmin off",
    "\tauto_https off",
    "\tpersist_config off",
    "}",
    "",
]


def _missing(site: StaticSite) -> list[str]:
    if site.fallback is None:
        return ["\t# /about is about.html or about/index.html.", "\ttry_files {path} {path}.html"]
    page = token("/" + site.fallback.lstrip("/"))
    return [
        "\t# Paths that are no file belong to the application's own router.",
        f"\ttry_files {{path}} {{path}}/index.html {page}",
    ]


def _addresses(text: str) -> str:
    return ", ".join(token(part.strip()) for part in text.split(","))


def token(text: str) -> str:
    """A word of a Caddyfile."""
    if _PLAIN.fullmatch(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

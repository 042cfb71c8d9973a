"""Writes the reference pages that come from the code: `python docs/generate.py`.

A test compares them with what is on disk, so a change of the code without its page fails.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from pierhead.cli.main import cli
from pierhead.errors import PierheadError

REFERENCE = Path(__file__).parent / "reference"

CLI_HEAD = """\
# Command line

Written by `docs/generate.py` from the code.

stdout holds data and nothing else: an address, a table, or with `--json` a document. Progress,
notes, hints and errors go to stderr. Colours appear on terminals only, and not if `NO_COLOR` is
set.

## Exit codes

| code | meaning |
|---|---|
| 0 | done, or there was nothing to do |
| 1 | a mistake in Pierhead (see `PIERHEAD_HOME/logs/cli.log`), or no was the answer to `delete` |
| 2 | the command line is not valid |
"""

CLI_TAIL = """\
| 130 | interrupted with Ctrl-C; a deployment that had begun goes on |

`pierhead up`, `rollback`, `restart` and `deploy watch` end with the code of the error that the
deployment failed with; the names are in [errors.md](errors.md). A deployment that gave way to a
newer one ends with 5.

## Variables it reads

| variable | meaning |
|---|---|
| `PIERHEAD_HOME` | where everything is kept; `~/.pierhead` otherwise |
| `PIERHEAD_URL` | a server elsewhere, such as `http://10.0.0.5:7081`; none is started then |
| `PIERHEAD_TOKEN` | the token for `PIERHEAD_URL` |
| `NO_COLOR` | no colours, whatever its value |
| `COLUMNS` | width of tables |

## Commands
"""

ERRORS_HEAD = """\
# Errors

Written by `docs/generate.py` from `src/pierhead/errors.py`.

The CLI shows an error as two lines, `error: place: cause` and `hint: next step`, and ends with the
exit code. HTTP answers `application/problem+json` with the status and these members: `type`,
`title`, `status`, `code`, `detail`, and where they are known `hint`, `where`, `details`.

| code | meaning | exit | HTTP | usual advice |
|---|---|---|---|---|
"""


def cli_page() -> str:
    """docs/reference/cli.md."""
    codes = {error.exit_code: error for error in reversed(list(errors())) if error.exit_code > 1}
    rows = [f"| {code} | {_title(codes[code])} |\n" for code in sorted(codes)]
    context = click.Context(cli, info_name="pierhead")
    return CLI_HEAD + "".join(rows) + CLI_TAIL + "".join(_commands(cli, context))


def errors_page() -> str:
    """docs/reference/errors.md."""
    rows = [
        f"| `{e.code}` | {_title(e)} | {e.exit_code} | {e.http_status} | {e.advice} |\n"
        for e in errors()
    ]
    return ERRORS_HEAD + "".join(rows)


PAGES: dict[str, Callable[[], str]] = {"cli.md": cli_page, "errors.md": errors_page}


def errors(of: type[PierheadError] = PierheadError) -> Iterator[type[PierheadError]]:
    """All classes of the family, parents first."""
    yield of
    for child in of.__subclasses__():
        if child.__module__ == PierheadError.__module__:  # a test may have a class of its own
            yield from errors(child)


def _title(error: type[PierheadError]) -> str:
    return (error.__doc__ or "").strip().splitlines()[0].rstrip(".")


def _commands(group: click.Group, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        inner = click.Context(command, info_name=name, parent=context)
        yield _section(command, inner)
        if isinstance(command, click.Group):
            yield from _commands(command, inner)


def _section(command: click.Command, context: click.Context) -> str:
    usage = " ".join(command.collect_usage_pieces(context))
    text = inspect.cleandoc(command.help or "")
    lines = [
        f"\n### `{context.command_path}`\n",
        f"```\n{context.command_path} {usage}\n```\n",
        text,
    ]
    options = [p for p in command.get_params(context) if isinstance(p, click.Option)]
    rows = [row for option in options if (row := option.get_help_record(context))]
    rows = [row for row in rows if "--help" not in row[0]]
    if rows:
        lines.append("\n| option | meaning |\n|---|---|")
        lines += [f"| `{names}` | {_cell(meaning)} |" for names, meaning in rows]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> None:
    """Write every page."""
    REFERENCE.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), "utf-8")


if __name__ == "__main__":
    main()

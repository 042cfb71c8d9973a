"""`pierhead write` and `pierhead check`: in the CLI's own process, no server needed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

UNHEALTHY = 3  # the exit code of `check` for a project with errors


@click.command("write")
@click.argument("bundle", metavar="BUNDLE")
@click.option("--to", type=click.Path(path_type=Path), help="The project's folder.")
@click.option("--name", help="The project's name; by default orchestrated-UUID.")
@click.option(
    "--workspace",
    type=click.Path(path_type=Path),
    envvar="PIERHEAD_WORKSPACE",
    help="Where projects go without --to; by default PIERHEAD_HOME/workspace.",
)
@click.option(
    "--on-conflict",
    type=click.Choice(["refuse", "overwrite", "keep"]),
    default="refuse",
    show_default=True,
    help="What to do if the folder has files.",
)
@click.option("--remove-others", is_flag=True, help="Remove what is not in the bundle.")
@click.option("--expect", type=click.Path(path_type=Path), help="A TOML file of expectations.")
@click.option("--fsync/--no-fsync", default=True, help="Wait for the disk; the default.")
@click.option("--check/--no-check", default=True, help="Run the health step; the default.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
def write(
    *,
    bundle: str,
    to: Path | None,
    name: str | None,
    workspace: Path | None,
    on_conflict: str,
    remove_others: bool,
    expect: Path | None,
    fsync: bool,
    check: bool,
    as_json: bool,
) -> None:
    """Write a bundle of files to disk: whole and checked, or not at all.

    BUNDLE is a .json, .ndjson, .yaml, .zip, .tar, .tar.gz or .tar.zst file, or - for stdin.
    """
    from pierhead.write.expect import load_expectations
    from pierhead.write.formats.choose import open_bundle, read_bundle
    from pierhead.write.project import WriteOptions, write_bundle

    options = WriteOptions(
        to=to,
        name=name,
        on_conflict=on_conflict,  # type: ignore[arg-type]  # click.Choice has checked it
        remove_others=remove_others,
        expect=load_expectations(expect) if expect else None,
        fsync=fsync,
        check=check,
        workspace=workspace,
    )
    report = write_bundle(
        lambda: read_bundle(sys.stdin.buffer) if bundle == "-" else open_bundle(Path(bundle)),
        options,
    )
    click.echo(json.dumps(report.to_document(), indent=2) if as_json else report.to_text())


@click.command("check")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path), default=".")
@click.option("--expect", type=click.Path(path_type=Path), help="A TOML file: its required files.")
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON.")
@click.pass_context
def check(context: click.Context, folder: Path, expect: Path | None, as_json: bool) -> None:
    """Check a project on disk, running nothing of it. Exit code 3 if it has errors."""
    from pierhead.settings import load_settings
    from pierhead.write.expect import load_expectations
    from pierhead.write.health.check import check_project
    from pierhead.write.record import last_failure

    folder = folder.absolute()
    required = load_expectations(expect).required if expect else ()
    health = check_project(folder, required, last_failure(load_settings().home, folder))
    click.echo(json.dumps(health.to_document(), indent=2) if as_json else health.to_text())
    if health.status == "unhealthy":
        context.exit(UNHEALTHY)

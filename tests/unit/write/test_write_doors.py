"""The doors: the command line, and a body that arrives in chunks."""

import io
import json
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from pierhead.cli.commands.write import check, write
from pierhead.errors import InvalidInput, UnsafePath
from pierhead.write.limits import Limits
from pierhead.write.project import WriteOptions
from pierhead.write.receive import receive_bundle


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PIERHEAD_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_write_from_stdin_and_check(tmp_path: Path) -> None:
    root = tmp_path / "p"
    files = json.dumps({"a.py": "import gone\n", "b.md": "x"})
    done = CliRunner().invoke(write, ["-", "--to", str(root), "--json"], input=files)
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report["location"] == str(root)
    assert report["health"]["findings"][0]["line"] == 1
    assert (root / "a.py").read_text() == "import gone\n"

    checked = CliRunner().invoke(check, [str(root)])
    assert checked.exit_code == 3
    assert "a.py:1: error: imports gone" in checked.stdout
    (root / "a.py").write_text("")
    assert CliRunner().invoke(check, [str(root), "--json"]).exit_code == 0


def test_write_from_a_file_with_every_option(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text("a: new\n")
    (tmp_path / "e.toml").write_text('required = ["a"]\n')
    (tmp_path / "w" / "shop").mkdir(parents=True)
    (tmp_path / "w" / "shop" / "old").touch()
    done = CliRunner().invoke(
        write,
        [str(tmp_path / "b.yaml"), "--name", "shop", "--on-conflict", "overwrite",
         "--remove-others", "--no-fsync", "--no-check", "--expect", str(tmp_path / "e.toml")],
        env={"PIERHEAD_WORKSPACE": str(tmp_path / "w")},
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "status       written" in done.stdout
    assert "removed      1" in done.stdout
    assert [path.name for path in (tmp_path / "w" / "shop").iterdir()] == ["a"]


def test_a_failed_write_is_told_by_check(tmp_path: Path) -> None:
    root = tmp_path / "p"
    failed = CliRunner().invoke(write, ["-", "--to", str(root)], input='{"../a": ""}')
    assert isinstance(failed.exception, UnsafePath)
    told = CliRunner().invoke(check, [str(root)])
    assert told.exit_code == 3
    assert "was not written: the path '../a' has '..'" in told.stdout


async def body(raw: bytes, size: int = 100) -> AsyncIterator[bytes]:
    for at in range(0, len(raw), size):
        yield raw[at : at + size]


async def test_a_body_in_chunks(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        info = tarfile.TarInfo("run.sh")
        info.size = 5000
        archive.addfile(info, io.BytesIO(bytes(5000)))
    options = WriteOptions(to=tmp_path / "p")
    report = await receive_bundle(body(out.getvalue()), "application/gzip", options)
    assert (report.bytes, report.executable) == (5000, ("run.sh",))
    assert report.health is not None


async def test_a_body_that_is_refused(tmp_path: Path) -> None:
    options = WriteOptions(to=tmp_path / "p")
    for raw, kind, said in [
        (b"{}", "text/html", "not known"),
        (b"{", "application/json", "not valid JSON"),
        (b'{"a": "' + bytes(2000) + b'"}', None, "holds more than 1,000 bytes"),
    ]:
        with pytest.raises(InvalidInput, match=said):
            await receive_bundle(body(raw), kind, options, Limits(total_bytes=1000))
    assert not (tmp_path / "p").exists()

"""Bundles of every form, good and hostile."""

import base64
import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
import zstandard
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pierhead.errors import InvalidInput, NotFound, UnsafePath
from pierhead.write.bundle import Bundle
from pierhead.write.formats.choose import CONTENT_TYPES, open_bundle, read_bundle
from pierhead.write.formats.mapping import items_of
from pierhead.write.limits import Limits

FILES = {
    "app/main.py": b"print('hi')\n",
    "bin/tool": b"#!/usr/bin/env python\n",
    "data.bin": bytes(range(256)),
    "empty": b"",
    "notes/\xfc 🚢.md": "schön\nzwei".encode(),
    "run.sh": b"echo\r\n",
    "scripts/seed": b"x",
}
LINES = {
    "app/main.py": 1, "bin/tool": 1, "data.bin": 0, "empty": 0, "notes/ü 🚢.md": 2, "run.sh": 1,
    "scripts/seed": 1,
}  # fmt: skip


def as_values(files: dict[str, bytes]) -> dict[str, object]:
    return {path: {"base64": base64.b64encode(raw).decode()} for path, raw in files.items()}


def to_json(files: dict[str, bytes]) -> bytes:
    return json.dumps(as_values(files), indent=1).encode()


def to_ndjson(files: dict[str, bytes]) -> bytes:
    rows = as_values(files).items()
    return b"\n".join(json.dumps({"path": p, **v}).encode() for p, v in rows)  # type: ignore[dict-item]


def to_yaml(files: dict[str, bytes]) -> bytes:
    return yaml.safe_dump(as_values(files)).encode()


def to_zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("app/", b"")
        for path, raw in files.items():
            archive.writestr(path, raw)
    return out.getvalue()


def member(path: str, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 0) -> bytes:
    info = tarfile.TarInfo(path)
    info.type, info.linkname, info.size, info.mode = kind, link, size, 0o644
    return info.tobuf(tarfile.PAX_FORMAT)


def to_tar(files: dict[str, bytes]) -> bytes:
    out = b"".join(member(p, size=len(r)) + r + bytes(-len(r) % 512) for p, r in files.items())
    return member("./", tarfile.DIRTYPE) + out + bytes(1024)


FORMS: dict[str, Callable[[dict[str, bytes]], bytes]] = {
    "json": to_json,
    "ndjson": to_ndjson,
    "yaml": to_yaml,
    "zip": to_zip,
    "tar": to_tar,
    "tar.gz": lambda files: gzip.compress(to_tar(files)),
    "tar.zst": lambda files: zstandard.compress(to_tar(files)),
}


def contents(bundle: Bundle) -> dict[str, bytes]:
    return {f.path: bundle.read(f).read() for f in bundle.manifest.files if f.link is None}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_files(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"bundle.{form}"
    path.write_bytes(FORMS[form](FILES))
    for bundle in (open_bundle(path), read_bundle(io.BytesIO(path.read_bytes()))):
        with bundle:
            assert contents(bundle) == FILES
            assert bundle.lines == LINES
            executable = [f.path for f in bundle.manifest.files if f.mode == 0o755]
            assert executable == ["bin/tool", "run.sh", "scripts/seed"]
            assert all(f.size == len(FILES[f.path]) for f in bundle.manifest.files)


class Dribble(io.RawIOBase):
    """A pipe that gives a few bytes at a time and cannot seek."""

    def __init__(self, raw: bytes) -> None:
        super().__init__()
        self.rest = raw

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        part, self.rest = self.rest[: min(7, len(buffer))], self.rest[min(7, len(buffer)) :]
        buffer[: len(part)] = part
        return len(part)


@pytest.mark.parametrize("form", FORMS)
def test_a_slow_pipe_is_read_to_its_end(form: str) -> None:
    pipe = Dribble(FORMS[form](FILES))
    with read_bundle(pipe) as bundle:  # type: ignore[arg-type]
        assert contents(bundle) == FILES
    assert not pipe.closed


def test_values_of_a_mapping() -> None:
    given_ = {
        "a.txt": "ü\r\n",
        "b": {"base64": "AP8="},
        "c": {"text": "x", "mode": "0755"},
        "d": {"link": "a.txt"},
        "e": b"\x00",
        "f.sh": {"text": "x", "mode": "0644"},
    }
    with Bundle(items_of(given_), Limits()) as bundle:
        assert contents(bundle) == {
            "a.txt": b"\xc3\xbc\r\n", "b": b"\x00\xff", "c": b"x", "e": b"\x00", "f.sh": b"x",
        }  # fmt: skip
        assert bundle.manifest.by_path["c"].mode == 0o755
        assert bundle.manifest.by_path["d"].link == "a.txt"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"{", "not valid JSON.*line 1"),
        (b"[1]", "JSON list, not an object"),
        (b'{"a": 1}', "'a' is int"),
        (b'{"a": {"text": "x", "link": "y"}}', "not exactly one content"),
        (b'{"a": {"txt": "x"}}', "unknown key 'txt'"),
        (b'{"a": {"base64": "!"}}', "not valid base64"),
        (b'{"a": {"text": "x", "mode": "0777"}}', "'0777'"),
        (b'{"a": {"text": "x", "mode": []}}', "mode"),
        (b'{"a": "x", "a": "y"}', "'a' twice"),
        (b'{"a": "\\ud800"}', "not valid unicode at character 0"),
        (b'{"\\ud800": "x"}', "not valid unicode"),
        (b'{"a": {"link": "\\ud800"}}', "symbolic link to what is not valid unicode"),
        (b'{"a": {"link": ""}}', "without a usable target"),
        (b"[" * 100_000, "cannot be read as JSON"),
        (b'{"\xff": "x"}', "not valid UTF-8"),
        (b'{"path": "a", "text": "x"}\n{"text": "y"}', "line 2 of the bundle has no 'path'"),
        (b'{"path": "a", "text": "x"}\n{', "line 2 of the bundle is not valid JSON"),
        (b"a: 1", "'a' is int"),
        (b"a: [", "not valid YAML.*line"),
        (b"a: x\na: y", "is there twice"),
        (b"a: &x hi\nb: *x", "alias is refused"),
        (b"- a", "YAML list"),
        (b"a: !!python/object:os.system x", "not valid YAML"),
        (b"1: x", "no path"),
        (b"", "empty"),
        (b"PK\x03\x04 nothing", "zip archive cannot be read"),
        (b"\x1f\x8b nothing", "tar archive cannot be read"),
        (b"\x28\xb5\x2f\xfd nothing", "tar archive cannot be read"),
        (to_tar(FILES)[:3000], "tar archive cannot be read"),
        (gzip.compress(to_tar(FILES))[:200], "tar archive cannot be read"),
        (to_zip(FILES)[:-40], "zip archive cannot be read"),
    ],
)
def test_a_broken_bundle_is_named(raw: bytes, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        read_bundle(io.BytesIO(raw))


@pytest.mark.parametrize(
    ("block", "rule"),
    [
        (member("a", tarfile.LNKTYPE, "b"), "hard-link"),
        (member("a", tarfile.CHRTYPE), "special-file"),
        (member("a", tarfile.BLKTYPE), "special-file"),
        (member("a", tarfile.FIFOTYPE), "special-file"),
        (member("a", tarfile.SYMTYPE, "/etc/passwd"), "link-out"),
        (member("a", tarfile.SYMTYPE, "../x"), "link-out"),
        (member("/etc/x"), "absolute"),
        (member("../x"), "parent"),
        (member("../x", tarfile.DIRTYPE), "parent"),
        (member("a") + member("a"), "duplicate"),
        (member("a", tarfile.SYMTYPE, "b") + member("a/x"), "file-and-folder"),
        (member("a\\b"), "backslash"),
    ],
)
def test_a_hostile_tar_is_refused(block: bytes, rule: str) -> None:
    with pytest.raises(UnsafePath) as caught:
        read_bundle(io.BytesIO(block + bytes(1024)))
    assert caught.value.details["rule"] == rule


@pytest.mark.parametrize(
    ("name", "kind", "rule"),
    [
        ("../x", 0o100644, "parent"),
        ("/x", 0o100644, "absolute"),
        ("../d/", 0o040755, "parent"),
        ("a\\b", 0o100644, "backslash"),
        ("a", 0o020644, "special-file"),
        ("a", 0o010644, "special-file"),
        ("a", 0o120777, "link-out"),
    ],
)
def test_a_hostile_zip_is_refused(name: str, kind: int, rule: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = kind << 16
        archive.writestr(info, "../../etc/passwd")
    with pytest.raises(UnsafePath) as caught:
        read_bundle(io.BytesIO(out.getvalue()))
    assert caught.value.details["rule"] == rule


def test_a_zip_name_that_hides_behind_a_nul_is_refused() -> None:
    raw = to_zip({"safe.txtX..": b"x"}).replace(b"safe.txtX..", b"safe.txt\0..")
    with pytest.raises(UnsafePath, match="NUL"):
        read_bundle(io.BytesIO(raw))


def test_twice_in_a_zip_is_refused() -> None:
    raw = to_zip({"a1": b"x", "a2": b"y"}).replace(b"a2", b"a1")
    with pytest.raises(UnsafePath, match="is there twice"):
        read_bundle(io.BytesIO(raw))


SMALL = Limits(files=6, total_bytes=1 << 20, ratio=20, free_bytes=1 << 16, document_bytes=500,
               line_bytes=100)  # fmt: skip
ZEROS = {"zeros": bytes(1 << 19)}


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (to_zip(ZEROS), "20 times"),
        (gzip.compress(to_tar(ZEROS)), "20 times"),
        (zstandard.compress(to_tar(ZEROS)), "20 times"),
        (to_tar({"a": bytes(1 << 20), "b": b"x"}), "more than 1,048,576 bytes"),
        (to_tar(FILES), "more than 6 files"),
        (to_zip(FILES), "more than 6 files"),
        (to_json({"a": bytes(1000)}), "one document may have 500"),
        (to_ndjson({"a": bytes(1000)}), "line 1 has more than 100"),
    ],
)
def test_bombs_are_stopped(raw: bytes, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        read_bundle(io.BytesIO(raw), limits=SMALL)


def test_a_huge_tar_header_is_not_read_into_memory() -> None:
    with pytest.raises(InvalidInput, match="header is larger"):
        read_bundle(io.BytesIO(member("x", tarfile.XHDTYPE, size=1 << 30) + bytes(1024)))


def test_names_and_types_that_are_not_known(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        open_bundle(tmp_path / "none.json")
    (tmp_path / "bundle.rar").write_text("")
    with pytest.raises(InvalidInput, match="form cannot be told"):
        open_bundle(tmp_path / "bundle.rar")
    with pytest.raises(InvalidInput, match="content type 'text/html' is not known"):
        read_bundle(io.BytesIO(b""), "text/html")
    with read_bundle(io.BytesIO(b'{"a": "x"}'), "Application/JSON; charset=utf-8") as bundle:
        assert contents(bundle) == {"a": b"x"}


@given(st.binary(max_size=300), st.sampled_from([*CONTENT_TYPES, None]))
@settings(max_examples=400, deadline=None)
@example(to_zip(FILES)[:100], "application/zip")
def test_any_bytes_give_a_bundle_or_a_reason(raw: bytes, form: str | None) -> None:
    try:
        read_bundle(io.BytesIO(raw), form).close()
    except InvalidInput as error:
        error.message.encode()


@given(st.sampled_from(sorted(FORMS)), st.data())
@settings(max_examples=300, deadline=None)
def test_a_damaged_bundle_gives_a_bundle_or_a_reason(form: str, data: st.DataObject) -> None:
    raw = bytearray(FORMS[form](FILES))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_bundle(io.BytesIO(bytes(raw))).close()
    except InvalidInput as error:
        error.message.encode()

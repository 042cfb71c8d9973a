"""How fast a tree is written: against a bare loop of the same durability, and `tar x` + `sync`.

    python bench/write.py [--files 10000] [--rounds 7] [--folder DIR] [--json]

Every round runs each contender once, in turn, on the same file system; the figures are medians over
the rounds, the ratios medians of the ratios within a round. Targets: lay_tree and write_project
within 1.3x of the loop with the same durability, and not slower than `tar x` + `sync`; memory flat
in the number of bytes.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from pierhead.domain.manifest import FileEntry, Manifest
from pierhead.write.project import write_project
from pierhead.write.tree import lay_tree

TOTAL_BYTES = 60_000_000
Contender = Callable[[Path], None]


def make_files(count: int) -> dict[str, bytes]:
    """So many files of 60 MB in all, of sizes as source files have them."""
    chance = random.Random(1)
    weights = [chance.lognormvariate(0, 1) for _ in range(count)]
    scale = TOTAL_BYTES / sum(weights)
    sizes = [int(weight * scale) for weight in weights]
    return {f"p{i % 20}/m{i % 400}/f{i}.py": chance.randbytes(n) for i, n in enumerate(sizes)}


def bare_loop(files: dict[str, bytes], root: Path) -> None:
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            file.write(content)


def loop_with_syncfs(files: dict[str, bytes], root: Path) -> None:
    """The cheapest way to the same durability: everything written, then one syncfs."""
    bare_loop(files, root)
    handle = os.open(root, os.O_RDONLY)
    assert ctypes.CDLL(None).syncfs(handle) == 0
    os.close(handle)


def loop_with_fsync(files: dict[str, bytes], root: Path) -> None:
    """The usual way: fsync of each file, then of each folder."""
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    for folder in {parent for path in files for parent in (root / path).parents}:
        if folder.is_relative_to(root.parent):
            handle = os.open(folder, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)


def tar_and_sync(archive: Path, root: Path) -> None:
    root.mkdir()
    subprocess.run(["tar", "xf", str(archive), "-C", str(root)], check=True)
    subprocess.run(["sync"], check=True)


def contenders(files: dict[str, bytes], archive: Path) -> dict[str, Contender]:
    with tarfile.open(archive, "w") as tar:
        for path, content in files.items():
            info = tarfile.TarInfo(path)
            info.size = len(content)
            tar.addfile(info, BytesIO(content))
    rows = (
        FileEntry(path, 0o644, hashlib.sha256(content).hexdigest(), len(content))
        for path, content in files.items()
    )
    manifest = Manifest.of(rows)
    return {
        "lay_tree": lambda root: lay_tree(manifest, lambda f: BytesIO(files[f.path]), root),
        "write_project": lambda root: void(write_project(files, to=root, check=False)),
        "loop + syncfs": lambda root: loop_with_syncfs(files, root),
        "loop + fsync each": lambda root: loop_with_fsync(files, root),
        "tar x + sync": lambda root: tar_and_sync(archive, root),
    }


def void(_: object) -> None:
    """Drop a result."""


def measure(entries: dict[str, Contender], base: Path, rounds: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in entries}
    names = list(entries)
    for number in range(rounds + 1):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            root = base / "tree"
            os.sync()
            started = time.perf_counter()
            entries[name](root)
            took = time.perf_counter() - started
            shutil.rmtree(root)
            if number:  # the first round warms up
                times[name].append(took)
    return times


def memory(mebibytes: int) -> int:
    """MiB by which a process grows that writes one file of a size; in a process of its own."""
    program = Path(__file__).with_name("write_memory.py")
    done = subprocess.run(
        [sys.executable, str(program), str(mebibytes)], check=True, capture_output=True, text=True
    )
    return int(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--folder", type=Path, help="on the file system to be measured")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    files = make_files(options.files)
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="bench-write-") as folder:
        os.environ["PIERHEAD_HOME"] = folder
        base = Path(folder)
        times = measure(contenders(files, base / "files.tar"), base, options.rounds)
    medians = {name: statistics.median(values) for name, values in times.items()}
    ratios = {
        f"{ours} / {other}": statistics.median(
            one / two for one, two in zip(times[ours], times[other], strict=True)
        )
        for ours in ("lay_tree", "write_project")
        for other in ("loop + syncfs", "loop + fsync each", "tar x + sync")
    }
    grown = {size: memory(size) for size in (16, 64, 256)}
    result = {"seconds": medians, "ratios": ratios, "memory_grown_mib": grown,
              "files": len(files), "bytes": sum(map(len, files.values())),
              "rounds": options.rounds, "peak_mib": resource.getrusage(
                  resource.RUSAGE_SELF).ru_maxrss // 1024}  # fmt: skip
    if options.json:
        print(json.dumps(result, indent=2))
        return
    print(f"{len(files):,} files, {result['bytes']:,} bytes, {options.rounds} rounds")
    for name, seconds in medians.items():
        print(f"  {name:<18} {seconds:7.3f} s")
    for name, ratio in ratios.items():
        print(f"  {name:<36} {ratio:5.2f}")
    for size, grew in grown.items():
        print(f"  one file of {size:>4} MiB: memory grows by {grew} MiB")


if __name__ == "__main__":
    main()

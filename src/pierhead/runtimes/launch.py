"""Becomes the program that a specification names: `python -I -S launch.py SPEC.json`.

Run by supervisord for every instance. It sets what supervisord cannot: an environment with
nothing inherited and limits of this one process; it notes the process id, so that a process
which outlives its supervisor is found again. It imports next to nothing, because its time (about
15 ms) is part of every deployment.
"""

import json
import os
import resource
import signal
import sys

# Codes that shells use for "found but not executable" and "not found".
_CANNOT, _NOT_FOUND = 126, 127


def _say(text: str, code: int) -> None:
    os.write(2, f"pierhead: {text}\n".encode())
    sys.exit(code)


def _limit(which: int, value: int | None) -> None:
    if value is None:
        return
    hard = resource.getrlimit(which)[1]
    most = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (most, most))


def _set_limits(limits: dict[str, int | None]) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _limit(resource.RLIMIT_NOFILE, limits.get("open_files"))
    _limit(resource.RLIMIT_NPROC, limits.get("processes"))
    if nice := limits.get("nice"):
        os.nice(nice)
    # Last: from here on this process itself may not grow.
    _limit(resource.RLIMIT_DATA, limits.get("memory"))


def _note(path: str) -> None:
    """Write down who we are: pid, its start in clock ticks, and how often we were started."""
    try:
        with open(path) as file:  # noqa: PTH123 - pathlib would double the start time
            starts = json.load(file)["starts"]
    except (OSError, ValueError, KeyError):
        starts = 0
    with open("/proc/self/stat", "rb") as file:  # noqa: PTH123
        text = file.read()
    with open("/proc/sys/kernel/random/boot_id") as file:  # noqa: PTH123
        boot = file.read().strip()
    ticks = int(text[text.rindex(b")") + 2 :].split()[19])
    row = {"pid": os.getpid(), "ticks": ticks, "boot": boot, "starts": starts + 1}
    with open(path + ".new", "w") as file:  # noqa: PTH123
        json.dump(row, file)
    os.replace(path + ".new", path)  # noqa: PTH105


def _check_parent() -> None:
    """End if supervisord was killed meanwhile: its successor has read the notes before ours."""
    try:
        with open(f"/proc/{os.getppid()}/cmdline", "rb") as file:  # noqa: PTH123
            supervised = b"supervisor.supervisord" in file.read()
    except OSError:
        supervised = False
    if not supervised:
        _say("supervisord is gone", _CANNOT)


def _become(argv: list[str], environment: dict[str, str]) -> None:
    try:
        os.execvpe(argv[0], argv, environment)  # noqa: S606 - argv, no shell
    except FileNotFoundError:
        places = environment.get("PATH", os.defpath)
        _say(f"cannot start {argv[0]!r}: no such program in {places!r}", _NOT_FOUND)
    except OSError as error:
        _say(f"cannot start {argv[0]!r}: {error.strerror}", _CANNOT)


def main() -> None:
    """Read the specification and become its program."""
    with open(sys.argv[1]) as file:  # noqa: PTH123
        spec = json.load(file)
    _note(sys.argv[2])
    _check_parent()
    try:
        os.chdir(spec["cwd"])
    except OSError as error:
        _say(f"cannot enter the folder {spec['cwd']!r}: {error.strerror}", _CANNOT)
    os.umask(0o022)
    try:
        _set_limits(spec["limits"])
    except (OSError, ValueError) as error:
        _say(f"cannot set the limits {spec['limits']}: {error}", _CANNOT)
    # Python ignores SIGPIPE and SIGXFSZ, and what is ignored stays so after exec.
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    _become(spec["argv"], spec["environment"])


if __name__ == "__main__":
    main()

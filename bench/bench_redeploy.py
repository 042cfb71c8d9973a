"""How long a redeployment takes beyond the application's own start."""

from __future__ import annotations

from measure import Bench, bare_python, rounds, seconds
from subject import NAME, bare_start, subject


def main() -> None:
    """Each round: a bare start, an edit, a bare start, a rollback, and nothing new."""
    python, bare, edits, backs, nothing = [], [], [], [], []
    over_edit, over_back = [], []
    with subject() as notes:
        for _ in range(rounds(7)):
            python.append(bare_python())
            before = bare_start(notes)
            notes.edit()
            edits.append(seconds(notes.up))
            between = bare_start(notes)
            nothing.append(seconds(notes.up))
            backs.append(seconds(lambda: notes.pierhead.run("rollback", NAME)))
            bare += [before, between]
            over_edit.append(edits[-1] - before)
            over_back.append(backs[-1] - between)
    bench = Bench("Redeploy: seconds of the whole command", "the bare start")
    bench.add("bare start of the application", bare, "s", beside=bare)
    bench.add("no-op redeploy", nothing, "s", below=1.0, beside=bare)
    bench.add("one-line redeploy", edits, "s", beside=bare)
    bench.add("  beyond the bare start", over_edit, "s", below=1.5, beside=bare)
    bench.add("rollback to a kept release", backs, "s", beside=bare)
    bench.add("  beyond the bare start", over_back, "s", below=1.0, beside=bare)
    bench.add("an empty Python program", python, "s", beside=bare)
    bench.show()


if __name__ == "__main__":
    main()

"""A program for the engine's tests: carries out chains of three steps and may kill itself."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from pierhead.engine import Engine
from pierhead.settings import load_settings

NEXT = {"one": "two", "two": "three", "three": ""}


class Chain:
    name = "deploy"
    first = "one"
    exclusive = True

    def __init__(self, log: Path, die_in: str) -> None:
        self.log = log
        self.die_in = die_in

    async def step(self, subject: str, step: str) -> str:
        self.note(f"{subject} {step} begins")
        await asyncio.sleep(0.05)
        if f"{subject}:{step}" == self.die_in:
            os.kill(os.getpid(), signal.SIGKILL)
        self.note(f"{subject} {step} ends")
        return NEXT[step]

    def note(self, text: str) -> None:
        with self.log.open("a") as file:
            file.write(text + "\n")


async def main(log: Path, die_in: str, expected: int, subjects: list[str]) -> None:
    engine = Engine(load_settings())
    engine.add(Chain(log, die_in))
    await engine.start()
    for subject in subjects:
        await engine.submit("deploy", subject, partition=subject.partition("-")[0])
    async with asyncio.timeout(30):
        while not log.exists() or log.read_text().count("three ends") < expected:
            await asyncio.sleep(0.05)
    engine.stop()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4:]))

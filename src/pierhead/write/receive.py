"""A bundle that arrives over the network: spooled to a file as it comes, then written."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterable
from typing import IO

from pierhead.write.faults import translated
from pierhead.write.formats.choose import read_bundle
from pierhead.write.limits import Limits
from pierhead.write.project import WriteOptions, write_bundle
from pierhead.write.report import WriteReport
from pierhead.write.spool import spool_folder


async def receive_bundle(
    chunks: AsyncIterable[bytes],
    content_type: str | None,
    options: WriteOptions,
    limits: Limits | None = None,
) -> WriteReport:
    """Take in a bundle as it arrives, in constant memory, and write it.

    Args:
        chunks: the body of a request.
        content_type: such as `application/json` or `application/zip`, one of
            `formats.choose.CONTENT_TYPES`; None lets the first bytes decide.
        options: as the arguments of `write_project`.
        limits: how much there may be.

    Raises:
        PierheadError: as `write_project`, and InvalidInput for a content type that is not known.
    """
    limits = limits or Limits()
    with translated(spool_folder()):
        body = tempfile.TemporaryFile(dir=spool_folder())  # noqa: SIM115  # closed by whoever ends it
    try:
        size = 0
        async for chunk in chunks:
            size += len(chunk)
            limits.check_unpacked(size, size)
            with translated(spool_folder()):
                body.write(chunk)
    except BaseException:
        body.close()
        raise
    # From here the thread owns the file: it goes on to its end even if the caller goes away.
    return await asyncio.to_thread(_write, body, content_type, options, limits)


def _write(
    body: IO[bytes], content_type: str | None, options: WriteOptions, limits: Limits
) -> WriteReport:
    with body:
        body.seek(0)
        return write_bundle(lambda: read_bundle(body, content_type, limits), options)  # type: ignore[arg-type]

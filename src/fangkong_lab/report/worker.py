"""A process that makes one report after the other (where processes cannot be forked: Windows, macOS)."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import BinaryIO

from fangkong_lab.report import snapshot
from fangkong_lab.report.order import Order
from fangkong_lab.report.preload import preload
from fangkong_lab.report.wire import messages, send, take_over_output


def serve(inbox: BinaryIO) -> None:
    """Import, say so, then make the reports that *inbox* orders until it closes; each is answered with its outcome.

    What a report prints goes to its own log. The frozen ledger is read anew for each report: a notebook that changes a
    frame cannot reach the next one.
    """
    outbox = take_over_output()
    preload()
    from fangkong_lab.report.making import make

    send(outbox, {"ready": True})
    for message in messages(inbox):
        order = Order.of(message)
        log = os.open(order.path("log"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(log, 2)
        os.close(log)
        if order.snapshot:
            snapshot.use(snapshot.read(order.snapshot))
        send(outbox, {"outcome": make(order).record()})
        _let_go(Path(order.path("log")))


def _let_go(log: Path) -> None:
    """Close the log, so that Windows lets it be removed."""
    sys.stderr.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


if __name__ == "__main__":
    serve(sys.stdin.buffer)

"""Messages between the batch and its workers: one line of JSON each, on pipes of their own."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import IO, Any, BinaryIO

Message = dict[str, Any]


def take_over_output() -> BinaryIO:
    """Return a writer on the process's standard output and send everything else that prints to standard error.

    A library that prints would otherwise break the messages.
    """
    own = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return own


def send(channel: BinaryIO, message: Message) -> None:
    """Write *message* whole."""
    data = memoryview(json.dumps(message, ensure_ascii=True).encode() + b"\n")
    while data:  # an unbuffered pipe may take only a part
        data = data[channel.write(data):]


def messages(channel: IO[bytes]) -> Iterator[Message]:
    """Give the messages of *channel* until it is closed; a line cut off by a kill is left out."""
    for line in channel:
        if line.endswith(b"\n"):
            yield json.loads(line)

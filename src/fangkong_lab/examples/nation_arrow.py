"""Arrow columns made from numbers without a Python loop over rows, and the streamed writing of one Parquet file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

DIGITS = 8
MARK = {"模拟数据": "是", "generator": "fangkong_lab.examples.nation"}


def code_texts(letter: str, numbers: np.ndarray) -> pa.Array:
    """Return codes such as ``I00000012`` for *numbers* (int, below 10^8) as an Arrow string array."""
    width = 1 + DIGITS
    text = np.empty((len(numbers), width), dtype=np.uint8)
    text[:, 0] = ord(letter)
    rest = numbers.astype(np.int64)
    for place in range(DIGITS, 0, -1):
        rest, digit = np.divmod(rest, 10)
        text[:, place] = 48 + digit
    offsets = np.arange(0, width * (len(numbers) + 1), width, dtype=np.int32)
    return pa.StringArray.from_buffers(len(numbers), pa.py_buffer(offsets), pa.py_buffer(text.reshape(-1)))


def codes_between(letter: str, numbers: np.ndarray, first: int, last: int) -> pa.DictionaryArray:
    """Return codes of *numbers*, all in [*first*, *last*), as a dictionary array over that whole range."""
    return pa.DictionaryArray.from_arrays(pa.array((numbers - first).astype(np.int32)), code_texts(letter, np.arange(first, last)))


def words(places: np.ndarray, known: Sequence[str | None]) -> pa.DictionaryArray:
    """Return the words of *known* at *places* as a dictionary array; None in *known* gives empty cells."""
    listed = [w for w in known if w is not None]
    where = np.array([listed.index(w) if w is not None else -1 for w in known], dtype=np.int16)[places]
    return pa.DictionaryArray.from_arrays(pa.array(where, mask=where < 0), pa.array(listed, pa.string()))


def days(numbers: np.ndarray) -> pa.Array:
    """Return days given as days since 1970-01-01; negative numbers are empty cells."""
    return pa.array(numbers.astype(np.int32), mask=numbers < 0).view(pa.date32())


class TableFile:
    """One Parquet file written in row groups; used as a context, it is closed even when the work is broken off.

    It is written under a provisional name and gets its own when complete: a half-written table is never taken for a whole.
    """

    def __init__(self, folder: Path, table: str) -> None:
        self.path = folder / f"{table}.parquet"
        self._part = folder / f"{table}.parquet.part"
        self._writer: pq.ParquetWriter | None = None
        self.rows = 0

    def __enter__(self) -> TableFile:
        return self

    def write(self, columns: Mapping[str, pa.Array]) -> None:
        """Append *columns* as one row group."""
        batch = pa.table(dict(columns))
        if self._writer is None:
            schema = batch.schema.with_metadata(MARK)
            plain = [f.name for f in schema if pa.types.is_string(f.type)]
            self._writer = pq.ParquetWriter(
                self._part, schema, compression="zstd", compression_level=1, write_statistics=False,
                use_dictionary=[f.name for f in schema if f.name not in plain], dictionary_pagesize_limit=1 << 24)
        self._writer.write_table(batch.cast(self._writer.schema), row_group_size=max(1, len(batch)))
        self.rows += len(batch)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._writer is not None:
            self._writer.close()
            if kind is None:
                self._part.replace(self.path)
        if kind is not None:
            self._part.unlink(missing_ok=True)

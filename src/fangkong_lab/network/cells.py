"""Columns of Arrow tables as numpy arrays: codes as places in a list, numbers, yes/no, closed lists of words.

All arrays are fresh and writable: compiled code is compiled anew for read-only ones.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Column: TypeAlias = pa.Array | pa.ChunkedArray


def whole(column: Column) -> pa.Array:
    """Return a column as one array (dictionaries unified)."""
    if isinstance(column, pa.ChunkedArray):
        if pa.types.is_dictionary(column.type):
            column = column.unify_dictionaries()
        return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    return column


def texts(column: Column) -> pa.Array:
    """Return a column as plain strings."""
    array = whole(column)
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    return array if pa.types.is_string(array.type) else array.cast(pa.string())


def words(column: Column) -> pa.Array:
    """Return strings among which all cells of a column are: its dictionary, or else its distinct cells."""
    array = whole(column)
    return texts(array.dictionary) if pa.types.is_dictionary(array.type) else pc.drop_null(pc.unique(texts(array)))


def decoded(table: pa.Table) -> pa.Table:
    """Return a table with its dictionary columns as plain strings."""
    for i, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(i, field.name, table.column(i).cast(pa.string()))
    return table


def places(column: Column, known: pa.Array) -> np.ndarray:
    """Return the place of every cell in *known* (unique strings) as int64, −1 where it is empty or not there."""
    array = whole(column)
    if not pa.types.is_dictionary(array.type):
        return _filled(pc.index_in(texts(array), known))
    if array.dictionary.equals(known):
        return _filled(array.indices)
    place = np.append(_filled(pc.index_in(texts(array.dictionary), known)), -1)
    return place[_filled(array.indices)]


def labels(column: Column) -> tuple[np.ndarray, list[str]]:
    """Return which word each cell is (−1: empty) and the words."""
    array = whole(column)
    if not pa.types.is_dictionary(array.type):
        array = pc.dictionary_encode(texts(array))
    return _filled(array.indices), array.dictionary.to_pylist()


def _filled(indices: pa.Array) -> np.ndarray:
    """Return indices as int64 with −1 for empty cells."""
    if indices.null_count:
        indices = pc.fill_null(indices.cast(pa.int64()), -1)
    return indices.to_numpy(zero_copy_only=False).astype(np.int64)


def numbers(table: pa.Table, name: str, empty: int) -> np.ndarray:
    """Return a column of whole numbers, or of days as days since 1970, as int64; *empty* where there is none."""
    if name not in table.column_names:
        return np.full(table.num_rows, empty, np.int64)
    array = whole(table[name])
    if pa.types.is_null(array.type):
        return np.full(table.num_rows, empty, np.int64)
    if pa.types.is_timestamp(array.type):
        array = array.cast(pa.date32(), safe=False)
    if pa.types.is_date32(array.type):
        array = array.cast(pa.int32())
    array = array.cast(pa.int64())
    return np.array(pc.fill_null(array, empty) if array.null_count else array)


def flags(table: pa.Table, name: str) -> np.ndarray:
    """Return a 是/否 column as bool, empty and missing ones as False."""
    if name not in table.column_names:
        return np.zeros(table.num_rows, np.bool_)
    array = whole(table[name])
    if pa.types.is_null(array.type):
        return np.zeros(table.num_rows, np.bool_)
    array = array.cast(pa.bool_())
    return np.array(pc.fill_null(array, False) if array.null_count else array)

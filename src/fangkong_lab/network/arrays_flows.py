"""Flows in numbers: from sorted step, sign-off and pair rows to `Charts`."""

from __future__ import annotations

from typing import Any, NamedTuple

import numba as nb
import numpy as np

from fangkong_lab.network.arrays import FLOW, PAIR, SIGN, Charts, ragged
from fangkong_lab.network.kernel_bits import Int

KIND_OTHER, KIND_CHECK, KIND_EXECUTE, KIND_PAY = 0, 1, 2, 3
MANY_ROUTES = 64


class StepRows(NamedTuple):
    """Step rows sorted by flow: *start* (flow → rows), *number*, *kind* (KIND_…), *statutory*.

    *route*: number of the route cell's text, −1 where empty; *names_start*, *names*: ragged text → route names.
    """

    start: np.ndarray
    number: np.ndarray
    kind: np.ndarray
    statutory: np.ndarray
    route: np.ndarray
    names_start: np.ndarray
    names: np.ndarray


SIGN_ROW = np.dtype([("flow", np.int64), ("step", np.int64), ("number", np.int64), ("need", np.int32), ("rule", np.int8),
                     ("own", np.int8)], align=True)
"""A sign-off row: flow, step number, sign number, 至少人数， rule (kernel_item.RULE_…), 1 where it is independent."""


@nb.njit(nogil=True)
def _route_words(route: Any, names_start: Any, names: Any, span: tuple[int, int], words: Any, local: Any) -> Int:
    """Fill *words* (step of the flow → word of its routes) for the step rows *span*; return the number of routes."""
    first, last = span
    count = np.int64(0)
    for row in range(first, last):
        text = route[row]
        word = np.uint64(0)
        if text >= 0:
            for k in range(names_start[text], names_start[text + 1]):
                place = np.int64(0)
                while place < count and local[place] != names[k]:
                    place += 1
                if place >= MANY_ROUTES:
                    return np.int64(MANY_ROUTES + 1)
                if place == count:
                    local[count] = names[k]
                    count += 1
                word |= np.uint64(1) << np.uint64(place)
        words[row - first] = word
    count = max(count, np.int64(1))
    everywhere = ~np.uint64(0) >> np.uint64(64 - count)
    for row in range(first, last):
        if route[row] < 0:
            words[row - first] = everywhere
    return count


@nb.njit(nogil=True)
def _ends(kind: Any, number: Any, span: tuple[int, int], words: Any, routes: int, ends: Any) -> None:
    """Fill *ends*: route → the step number up to which sign-offs come before effect."""
    first, last = span
    for route in range(min(routes, MANY_ROUTES)):
        paid, done = np.int64(-1), np.int64(-1)
        for row in range(first, last):
            if (words[row - first] >> np.uint64(route)) & np.uint64(1):
                if kind[row] == KIND_PAY:
                    paid = max(paid, number[row])
                elif kind[row] == KIND_EXECUTE:
                    done = max(done, number[row])
        ends[route] = paid if paid >= 0 else done if done >= 0 else np.int64(1) << 40


@nb.njit(nogil=True)
def _before(lies: Any, number: int, routes: int, ends: Any) -> Any:
    """Return the routes of word *lies* on which the step *number* lies before effect."""
    word = np.uint64(0)
    for route in range(routes):
        if number <= ends[route]:
            word |= lies & (np.uint64(1) << np.uint64(route))
    return word


@nb.njit(nogil=True)
def _place(number: Any, span: tuple[int, int], wanted: int) -> Int:
    """Return the row of the step *wanted* among the step rows *span*, −1 where there is none."""
    for row in range(span[0], span[1]):
        if number[row] == wanted:
            return np.int64(row)
    return np.int64(-1)


@nb.njit(nogil=True)
def _fill(out: Any, signs: Any, row: int) -> None:
    """Copy the sign-off that begins in *row* to *out* (SIGN)."""
    source = signs[row]
    out.posts = row
    out.step = source.step
    out.need = source.need
    out.rule = source.rule
    out.own = source.own


@nb.njit(cache=True, nogil=True)
def _lay(steps: Any, signs: Any, flows: Any, out: Any) -> Int:
    """Fill *flows* (FLOW) and *out* (SIGN, as many as sign-off rows at most); return the number of sign-offs."""
    start, step_number, kind, statutory, route, names_start, names = steps
    most = np.int64(1)
    for flow in range(len(flows) - 1):
        most = max(most, start[flow + 1] - start[flow])
    words = np.zeros(most, np.uint64)
    local, ends = np.zeros(MANY_ROUTES, np.int64), np.zeros(MANY_ROUTES, np.int64)
    row, sign = np.int64(0), np.int64(0)
    for flow in range(len(flows) - 1):
        span = (start[flow], start[flow + 1])
        routes = _route_words(route, names_start, names, span, words, local)
        _ends(kind, step_number, span, words, routes, ends)
        flows[flow].routes, flows[flow].signs = routes, sign
        while row < len(signs) and signs[row].flow == flow:
            step, number = signs[row].step, signs[row].number
            _fill(out[sign], signs, row)
            place = _place(step_number, span, step)
            if place >= 0 and routes <= MANY_ROUTES:
                lies = words[place - span[0]]
                out[sign].on, out[sign].before = lies, _before(lies, step, routes, ends)
                out[sign].check = kind[place] == KIND_CHECK and not statutory[place] and out[sign].before != 0
            sign += 1
            while row < len(signs) and signs[row].flow == flow and signs[row].step == step and signs[row].number == number:
                row += 1
    flows[len(flows) - 1].signs = sign
    out[sign].posts = len(signs)
    return sign


def lay_flows(steps: StepRows, signs: np.ndarray, posts: np.ndarray,
              pairs: tuple[np.ndarray, np.ndarray, np.ndarray]) -> Charts:
    """Return the flows in numbers.

    *signs* (SIGN_ROW) are sorted by flow, step and number, rows of one sign-off in the order given; *posts* are the
    posts they list. *pairs*: (flow, step_a, step_b), sorted by flow.
    """
    count = len(steps.start) - 1
    flow, sign, pair = np.zeros(count + 1, FLOW), np.zeros(len(signs) + 1, SIGN), np.zeros(len(pairs[0]), PAIR)
    pair["a"], pair["b"] = pairs[1], pairs[2]
    found = _lay(steps, signs, flow, sign)
    flow["pairs"] = ragged(pairs[0], count)
    return Charts(flow, sign[:found + 1], pair, posts)

"""What a national run comes to: a page for the screen, a JSON summary, and lines while it runs."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass

from fangkong_lab.kinds import Verdict
from fangkong_lab.network.influence import PROFILE
from fangkong_lab.network.national import National, Progress, Tally

SCHEMA_VERSION = 1
_PAUSE = 5.0


@dataclass(frozen=True)
class Headline:
    """A run: *how* a nation was judged and the *tally* of its items."""

    how: National
    tally: Tally


def announce(pause: float = _PAUSE) -> Progress:
    """Return a listener that tells on the error channel, *pause* seconds apart at least, how far the run is."""
    begun = last = time.monotonic()

    def listen(done: int, total: int, items: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= pause and done < total:
            last = now
            sys.stderr.write(f"已算 {done}/{total} 批，{items:,} 项，用时 {now - begun:.0f} 秒\n")
            sys.stderr.flush()
    return listen


def document(headline: Headline) -> dict[str, object]:
    """Return the summary (docs/schema/network_nation.schema.json): counts of items by verdict and by highest κ."""
    tally, how = headline.tally, headline.how
    return {
        "schema_version": SCHEMA_VERSION, "as_of": how.as_of.isoformat(), "influence": how.influence.name,
        "target": how.target, "simulated": headline.tally.simulated, "items": tally.items, "distinct_flows": tally.flows,
        "status": {v.value: tally.status.get(v.value, 0) for v in _VERDICTS},
        "kappa_high": {level: {str(k): n for k, n in sorted(found.items())} for level, found in tally.kappa.items()},
    }


_VERDICTS = (Verdict.VIOLATED, Verdict.SATISFIED, Verdict.CANNOT_TELL, Verdict.CANNOT_BE_DONE)


def summary_text(headline: Headline) -> str:
    """Return the summary as JSON text, ending with a newline; the same for the same data."""
    return json.dumps(document(headline), ensure_ascii=False, indent=1) + "\n"


def screen(headline: Headline) -> str:
    """Return the page for the screen."""
    tally, how = headline.tally, headline.how
    lines = ["模拟数据（全部由程序生成，与真实单位和个人无关）"] if headline.tally.simulated else []
    lines += [f"截至{how.as_of}，共 {tally.items:,} 项权力事项（流程与最少经手人数不同的 {tally.flows:,} 种），"
              f"影响关系：{how.influence.label}，目标 {how.target} 人", ""]
    lines += [f"  {v.label}：{tally.status.get(v.value, 0):,} 项" for v in _VERDICTS]
    lines += ["", "最少独立经手人数（取区间高端）："]
    for mode in PROFILE:
        found = sorted(tally.kappa.get(mode.name, {}).items())
        lines.append(f"  {mode.label}：" + "，".join(f"{kappa} 人 {count:,} 项" for kappa, count in found))
    return "\n".join(lines)

"""Where model cards are found: those that come with the product, and a workspace's own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fangkong_lab.errors import WrongCall, did_you_mean
from fangkong_lab.models.card import Card, read_card
from fangkong_lab.shipped import shipped

ROWS = "rows.yaml"
# The five models that the product grew from, in the order of reports.
FIVE = ("shayang", "wuxiao", "yangzhong", "ningguo", "ruian")


@dataclass(frozen=True)
class CardShelf:
    """Where cards are looked up: a workspace's own folder goes before the shipped one."""

    folders: tuple[Path, ...]

    def cards(self) -> tuple[Card, ...]:
        """Return every card: the five models first, then the others by id."""
        found: dict[str, Path] = {}
        for folder in self.folders:
            for path in sorted(folder.glob("*.yaml")):
                if path.name != ROWS:
                    found.setdefault(path.stem, path)
        order = [name for name in FIVE if name in found] + sorted(set(found) - set(FIVE))
        return tuple(_card(found[name], found[name].stat().st_mtime_ns) for name in order)

    def find(self, word: str) -> Card:
        """Return the card whose id, name or short name (沙洋, 五小 …) is *word*; `WrongCall` with the near match."""
        cards = self.cards()
        exact = [card for card in cards if word in (card.id, card.name)]
        near = exact or [card for card in cards if word and word in card.name]
        if len(near) == 1:
            return near[0]
        names = tuple(card.name for card in (near or cards))
        if near:
            raise WrongCall(f"「{word}」对得上几张卡片：{'、'.join(names)}", mend="写全名称或编号")
        raise WrongCall(f"没有模式「{word}」的卡片", mend=did_you_mean(word, names))


@lru_cache(maxsize=128)
def _card(path: Path, changed: int) -> Card:
    return read_card(path)


def shelf(workspace_root: Path | None = None) -> CardShelf:
    """Return the shelf of a workspace (``models/`` in it), or only what comes with the product."""
    own = (workspace_root / "models",) if workspace_root and (workspace_root / "models").is_dir() else ()
    return CardShelf((*own, shipped("data", "models")))

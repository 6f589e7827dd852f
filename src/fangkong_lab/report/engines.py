"""How papermill is told which engine to use: ours, or its own as the reference (both with the typed outputs)."""

from __future__ import annotations

from typing import Any

from papermill.engines import NBClientEngine, papermill_engines

from fangkong_lab.report.inprocess import Watcher, register
from fangkong_lab.report.order import Engine

REFERENCE = "fangkong-reference"


class _Reference(NBClientEngine):  # type: ignore[misc]
    """papermill's own engine with a fresh kernel, which leaves the notebook it ran in the caller's list."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, keep: list[Any] | None = None, **settings: Any) -> Any:
        if keep is not None:
            keep.append(nb_man.nb)
        return super().execute_managed_notebook(nb_man, kernel_name, **settings)


def engine_settings(engine: Engine, keep: list[Any], watch: Watcher) -> dict[str, Any]:
    """Return the keywords for ``papermill.execute_notebook``; *keep* receives the notebook that is run."""
    if engine is Engine.OURS:
        return {"engine_name": register(), "keep": keep, "watch": watch}
    papermill_engines.register(REFERENCE, _Reference)
    return {"engine_name": REFERENCE, "keep": keep,
            "extra_arguments": ["--ext=fangkong_lab.report.typed", "--log-level=CRITICAL"]}

"""Did the pilot change anything: designs, what they rest on, refusals, and how far the evidence carries.

Public names are loaded when first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module

_WHERE = {
    "did": "frames", "permutation": "frames",
    "Panel": "panel", "Columns": "panel", "Settings": "settings", "Controls": "settings", "Nature": "settings",
    "Effect": "effect", "Design": "effect", "Inference": "effect", "Scale": "effect",
    "Assumption": "assumption", "Refusal": "assumption", "State": "assumption", "Evidence": "evidence", "Assignment": "evidence",
    "Trap": "trap", "Plot": "plot", "By": "aggregate", "Base": "group_time",
    "two_by_two": "comparison", "poisson": "comparison", "two_way": "fixed_effects",
    "staggered": "cohorts", "sun_abraham": "cohorts", "imputation": "cohorts", "staggered_counts": "cohorts", "event_study": "cohorts",
    "goodman_bacon": "weights_behind:decompose", "breakdown": "parallel", "leave_one_out": "leave_out",
    "together": "family",
    "its": "interrupted", "ItsOptions": "interrupted", "Reference": "interrupted", "Family": "regression", "before_after": "before_and_after",
    "synthetic": "synthetic_control", "synthetic_gap": "synthetic_control", "SyntheticOptions": "synthetic_control", "Predictor": "predictors",
    "synthetic_did": "sdid", "SyntheticDidOptions": "sdid",
    "PilotPlan": "plan", "power": "pilot_power", "minimum_effect": "pilot_power", "sample_size": "pilot_power", "Direction": "pilot_power", "Vary": "pilot_power",
    "e_value": "evalue", "e_value_of": "evalue", "placebo_dates": "false_dates",
    "evaluate": "chooser", "evaluate_measures": "several", "Question": "question", "Scope": "question", "Chosen": "question",
    "Evaluation": "evaluation", "Verdict": "evaluation", "ledger_panel": "panel_of_ledger",
    "funnel": "fangkong_lab.measure.funnel", "rate_ratio": "fangkong_lab.measure.rates",
}

__all__ = sorted(_WHERE)


def __getattr__(name: str) -> object:
    """Load a public name from its module."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    where, _, inside = _WHERE[name].partition(":")
    module = import_module(where if "." in where else f"{__name__}.{where}")
    return getattr(module, inside or name)

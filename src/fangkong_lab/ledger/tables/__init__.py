"""All tables of the ledger, in the order of the data dictionary: first week (A), first month (B), where it exists (C)."""

from __future__ import annotations

from fangkong_lab.errors import WrongCall, did_you_mean
from fangkong_lab.ledger.columns import Table
from fangkong_lab.ledger.tables.people import (
    INFLUENCES,
    OCCUPANCIES,
    OVERSIGHT,
    PERSONS,
    POSTS,
    UNITS,
    VACANT,
    WARNING_NETWORK,
)
from fangkong_lab.ledger.tables.powers import (
    CASE_LOG,
    DISCLOSURES,
    DISCRETION_STANDARDS,
    FLOWS,
    INCOMPATIBLE_STEPS,
    POWER_ITEMS,
    SIGN_OFFS,
    STEPS,
)
from fangkong_lab.ledger.tables.results import (
    AUDITS,
    CONTRACTS,
    INFO_REPORTS,
    INSPECTIONS,
    OUTCOMES,
    PETITIONS,
    RECOVERIES,
    SURVEYS,
    WARNING_EVENTS,
)
from fangkong_lab.ledger.tables.risks import (
    DUTIES,
    DUTY_RECORDS,
    MEASURES,
    RECTIFICATIONS,
    REGULATIONS,
    RISK_POINTS,
)

__all__ = ["TABLES", "VACANT", "table_named"]

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        UNITS, POSTS, POWER_ITEMS, RISK_POINTS, RECTIFICATIONS, INSPECTIONS, OUTCOMES,
        PERSONS, OCCUPANCIES, FLOWS, STEPS, SIGN_OFFS, INCOMPATIBLE_STEPS, INFLUENCES, DUTIES, DUTY_RECORDS, MEASURES,
        DISCLOSURES, DISCRETION_STANDARDS, REGULATIONS, WARNING_EVENTS, RECOVERIES,
        WARNING_NETWORK, INFO_REPORTS, CONTRACTS, AUDITS, SURVEYS, PETITIONS, OVERSIGHT, CASE_LOG,
    )
}

_BY_WORD = {word: table for table in TABLES.values() for word in (table.name, table.label)}


def table_named(word: str) -> Table:
    """Return the table whose English or Chinese name is *word*; `WrongCall` names the near match otherwise."""
    if word in _BY_WORD:
        return _BY_WORD[word]
    raise WrongCall(f"没有「{word}」这张表", mend=did_you_mean(word, tuple(t.label for t in TABLES.values())))

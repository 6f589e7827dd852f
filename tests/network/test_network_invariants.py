"""Laws that hold for every network, tried on small random ones.

Each law states its conditions: a check that makes a route possible at all (least signers, or a route on which nobody
signed before) may lower κ, so those networks are left out where the law needs it.
"""

from datetime import date

import pandas as pd
from generate import DAY, VACANT, Sizes, seeded, small_network
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import DIRECT, FULL, NONE, Influence
from fangkong_lab.network.routes import routes_of
from fangkong_lab.network.share import shapley_shubik
from fangkong_lab.network.thresholds import measure

seeds = st.integers(1_000_000, 2_000_000)
TRIES = settings(max_examples=60, deadline=None, derandomize=True)


def network_of(tables) -> PowerNetwork:
    return PowerNetwork.from_tables(tables, DAY)


def ends(structure):
    return None if structure.kappa is None else {k: (v.low, v.high) for k, v in structure.kappa.items()}


@TRIES
@given(seeds)
def test_renaming_changes_nothing(seed):
    tables = small_network(seeded(seed))
    persons = {f"R{i}": f"甲{9 - i}" for i in range(1, 9)} | {VACANT: VACANT}
    posts = {f"P{i}": f"岗位{9 - i}" for i in range(1, 9)}
    renamed = {name: frame.copy() for name, frame in tables.items()}
    for name, column, words in (("persons", "person_id", persons), ("occupancies", "person_id", persons),
                                ("occupancies", "post_id", posts), ("posts", "post_id", posts),
                                ("posts", "reports_to", posts), ("sign_offs", "post_id", posts),
                                ("influences", "from_post", posts), ("influences", "to_post", posts)):
        renamed[name][column] = renamed[name][column].map(words)
    for old, new in zip(measure(network_of(tables)), measure(network_of(renamed)), strict=True):
        assert ends(old.structure) == ends(new.structure)
        assert old.structure.eta == new.structure.eta
        assert old.structure.idle == new.structure.idle
        assert sorted(persons[x] for x in old.structure.possible_sole) == list(new.structure.possible_sole)
        assert {frozenset(persons[x] for x in c) for c in old.structure.coalitions.sets} == {
            frozenset(c) for c in new.structure.coalitions.sets}


@TRIES
@given(seeds)
def test_more_influence_never_raises_kappa(seed):
    for each in measure(network_of(small_network(seeded(seed))), Influence(2)):
        profile = each.structure.kappa
        if profile is not None:
            ordered = [profile[name] for name in ("none", "direct", "2", "full")]
            assert [i.low for i in ordered] == sorted((i.low for i in ordered), reverse=True)
            assert [i.high for i in ordered] == sorted((i.high for i in ordered), reverse=True)


@TRIES
@given(seeds, st.integers(0, 100))
def test_a_new_link_never_raises_kappa(seed, pick):
    tables = small_network(seeded(seed))
    posts = sorted(tables["posts"]["post_id"])
    upper, lower = posts[pick % len(posts)], posts[(pick // 7) % len(posts)]
    assume(upper != lower)
    rows = tables["influences"]
    kept = rows[~((rows["from_post"] == upper) & (rows["to_post"] == lower))]
    link = pd.DataFrame({"from_post": [upper], "to_post": [lower], "works": pd.array([True], dtype="boolean")})
    more = tables | {"influences": pd.concat([kept, link], ignore_index=True)}
    for old, new in zip(measure(network_of(tables)), measure(network_of(more)), strict=True):
        assert (old.structure.kappa is None) == (new.structure.kappa is None)
        for name, interval in (old.structure.kappa or {}).items():
            assert new.structure.kappa[name].low <= interval.low
            assert new.structure.kappa[name].high <= interval.high


@TRIES
@given(seeds, st.integers(0, 100))
def test_a_new_check_never_lowers_kappa(seed, pick):
    """Least signers 1, and every route signed before: then a further sign-off on all routes only asks for more."""
    tables = small_network(seeded(seed))
    tables["power_items"]["min_persons"] = pd.array([1] * len(tables["power_items"]), dtype="Int64")
    posts = sorted(tables["posts"]["post_id"])
    steps = pd.DataFrame([{"flow_id": f, "step_no": 0, "name": "新审核", "kind": "审核"} for f in tables["flows"]["flow_id"]])
    signs = pd.DataFrame([{"flow_id": f, "step_no": 0, "sign_no": 1, "post_id": posts[pick % len(posts)], "rule": "任一"}
                          for f in tables["flows"]["flow_id"]])
    more = tables | {"steps": pd.concat([tables["steps"], steps], ignore_index=True),
                     "sign_offs": pd.concat([tables["sign_offs"], signs], ignore_index=True)}
    for old, new in zip(measure(network_of(tables)), measure(network_of(more)), strict=True):
        if old.item.flow_id is None or any(not r.before for r in routes_of(old.structure.flow)):
            continue
        if new.structure.kappa is None:
            continue
        assert old.structure.kappa is not None
        for name, interval in new.structure.kappa.items():
            assert interval.low >= old.structure.kappa[name].low
            if not new.structure.may_be_impossible:
                assert interval.high >= old.structure.kappa[name].high


@TRIES
@given(seeds)
def test_counting_supervision_after_effect_never_lowers_kappa(seed):
    tables = small_network(seeded(seed))
    tables["power_items"]["min_persons"] = pd.array([1] * len(tables["power_items"]), dtype="Int64")
    for each in measure(network_of(tables)):
        structure = each.structure
        if structure.kappa and structure.whole and all(r.before for r in routes_of(structure.flow)):
            assert all(structure.whole[m.name].low >= structure.kappa[m.name].low for m in (NONE, DIRECT, FULL))


@TRIES
@given(seeds, st.integers(0, 100))
def test_filling_in_an_unknown_post_narrows_what_is_open(seed, pick):
    tables = small_network(seeded(seed), Sizes(unknown=3))
    before = network_of(tables)
    assume(before.unknown and before.persons)
    post = sorted(before.unknown)[pick % len(before.unknown)]
    row = pd.DataFrame({"person_id": [before.persons[pick % len(before.persons)]], "post_id": [post],
                        "start": [pd.Timestamp(date(2016, 1, 1))], "end": [pd.NaT]})
    after = network_of(tables | {"occupancies": pd.concat([tables["occupancies"], row], ignore_index=True)})
    for old, new in zip(measure(before), measure(after), strict=True):
        if new.structure.kappa is not None:
            assert old.structure.kappa is not None
            for name, interval in new.structure.kappa.items():
                assert old.structure.kappa[name].low <= interval.low <= interval.high <= old.structure.kappa[name].high
        assert set(old.structure.sole) <= set(new.structure.sole)
        assert set(new.structure.possible_sole) <= set(old.structure.possible_sole)


@TRIES
@given(seeds)
def test_shares_sum_to_one_and_only_signers_of_some_way_have_any(seed):
    for each in measure(network_of(small_network(seeded(seed)))):
        for case in each.structure.cases:
            shares = shapley_shubik(case.game)
            assert (shares is None) == (not case.doable)
            if shares is not None:
                assert abs(sum(shares.values.values()) - 1.0) < 1e-12
                assert min(shares.values.values()) >= 0.0


@TRIES
@given(seeds)
def test_the_order_of_rows_changes_nothing(seed):
    tables = small_network(seeded(seed))
    turned = {name: frame.iloc[::-1].reset_index(drop=True) for name, frame in tables.items()}
    assert network_of(tables) == network_of(turned)

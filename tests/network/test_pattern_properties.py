"""Properties over many small random networks: actions, soundness of the three values, renaming, order of rows.

Witness of soundness: every completion of the unknown posts is tried by hand-filled occupancies; a verdict given in spite of
what is unknown must hold in all of them.
"""

import itertools
import pickle
from dataclasses import fields, replace

import pytest
from generate import DAY, Sizes, seeded, small_network

from fangkong_lab.errors import FangkongError
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.patterns.action import Action, NewPost
from fangkong_lab.network.patterns.actions import (
    ALL_ACTIONS,
    AddCheck,
    Ballot,
    DropSignOff,
    FourLevels,
    FourSeals,
    HeadLast,
    OnePlusTwo,
    RequireSigners,
    Separate,
    SplitPost,
)
from fangkong_lab.network.patterns.compare import before_after
from fangkong_lab.network.patterns.parameter import Choice
from fangkong_lab.network.patterns.pattern import test as run
from fangkong_lab.network.patterns.shelf import find
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.patterns.verdict import BAD, GOOD, OPEN, OUT

SMALL = Sizes(posts=6, persons=4, unknown=2)
ITEM_PATTERNS = {
    "one_plus_x": Choice(values={"categories": "财务管理"}), "one_plus_two": Choice(), "four_seals": Choice(values={"parts": 2}),
    "joint_review": Choice(values={"categories": "财务管理"}), "four_levels": Choice(values={"categories": "财务管理", "levels": 2}),
    "split_posts": Choice(), "incompatible_steps": Choice(), "ballot": Choice(), "last_to_speak": Choice(),
}


def tables_of(seed: int, sizes: Sizes = SMALL) -> dict:
    tables = small_network(seeded(seed), sizes)
    return {**tables, "power_items": tables["power_items"].assign(importance="重大")}


def actions_on(network: PowerNetwork, item_id: str, pick) -> list[Action]:
    """One action of every kind with posts and steps drawn by *pick*, and a new post whose holder is a new person."""
    posts = sorted(network.posts)
    flow = network.flow_of(network.items[item_id])
    steps = [s.step_no for s in flow.steps] or [1]
    post = (str(pick.choice(posts)),)
    new = (NewPost("新", network.items[item_id].unit_id, "新岗", ("新人",)),)
    four = tuple(str(p) for p in pick.choice(posts, 4, replace=False)) if len(posts) >= 4 else None
    sign = flow.sign_offs[int(pick.integers(len(flow.sign_offs)))].key if flow.sign_offs else (1, 1)
    found: list[Action] = [
        AddCheck(posts=post), AddCheck(posts=("新",), posts_added=new, independent=True), RequireSigners(least=2),
        Separate(step_a=steps[0], step_b=steps[-1]), SplitPost(step_no=sign[0], sign_no=sign[1], posts=("新",), posts_added=new),
        Ballot(posts=tuple(posts)), Ballot(posts=tuple(posts), in_place_of=steps[-1]), DropSignOff(step_no=sign[0], sign_no=sign[1]),
        HeadLast(head=posts[0], step_no=steps[0], members=tuple(posts[1:]))]
    if four:
        found += [FourSeals(parts=four), OnePlusTwo(handlers=four[:2], finance_leader=four[2], office_leader=four[3]),
                  FourLevels(levels=tuple((p,) for p in four))]
    return found


def parts(network: PowerNetwork) -> bytes:
    return pickle.dumps([dict(v) if hasattr(v := getattr(network, f.name), "keys") else v for f in fields(network)])


@pytest.mark.parametrize("first", range(50_000, 50_090, 30))
def test_actions_never_edit_their_input_and_added_checks_never_lower_kappa(first):
    tried, refused, raised = set(), 0, 0
    for seed in range(first, first + 30):
        network = PowerNetwork.from_tables(tables_of(seed), DAY)
        held = parts(network)
        for item_id in network.items:
            for action in actions_on(network, item_id, seeded(seed + 7)):
                try:
                    after = action.apply(network, item_id)
                except FangkongError:
                    refused += 1
                    continue
                assert parts(network) == held
                tried.add(type(action))
                (change,) = before_after(network, after, [item_id]).changes
                if action.adds_check or (isinstance(action, Ballot) and action.in_place_of is None):
                    assert change.lost() == (), (seed, item_id, action)
                    raised += change.before.kappa("none") != change.after.kappa("none")
                others = [i for i in network.items if i != item_id]
                assert all(after.items[i] == network.items[i] and after.flow_of(after.items[i]) == network.flow_of(network.items[i]) for i in others)
    assert tried == set(ALL_ACTIONS)
    assert raised > 30
    assert refused < 480


def completions(tables: dict) -> list[dict]:
    """Every way to fill the unknown posts with known persons or new ones; one new person may hold two."""
    network = PowerNetwork.from_tables(tables, DAY)
    unknown = sorted(network.unknown)
    people = [*network.persons, *(f"新{k}" for k in range(len(unknown)))]
    filled = []
    for who in itertools.product(people, repeat=len(unknown)):
        rows = tables["occupancies"].iloc[:0].reindex(range(len(unknown)))
        rows = rows.assign(person_id=list(who), post_id=unknown, start="2016-01-01")
        rows["start"] = rows["start"].astype("datetime64[ns]")
        import pandas as pd
        filled.append({**tables, "occupancies": pd.concat([tables["occupancies"], rows.astype(tables["occupancies"].dtypes.to_dict())])})
    return filled


def verdicts(tables: dict) -> dict:
    study = Study.of(tables, DAY)
    return {(code, i.subject): i.verdict for code, choice in ITEM_PATTERNS.items() for i in run(find(code), study, choice).instances}


def unsound(seed: int) -> tuple[list[str], int, int]:
    tables = tables_of(seed)
    if not PowerNetwork.from_tables(tables, DAY).unknown:
        return [], 0, 0
    told = verdicts(tables)
    seen: dict = {}
    for filled in completions(tables):
        for key, verdict in verdicts(filled).items():
            seen.setdefault(key, set()).add(verdict)
    wrong = [f"seed {seed} {key}: {v.label} ≠ {sorted(x.label for x in seen[key])}" for key, v in told.items()
             if v in (GOOD, BAD) and not seen[key] <= {v, OUT}]
    wrong += [f"seed {seed} {key}: 不适用 ≠ {seen[key]}" for key, v in told.items() if v is OUT and seen[key] != {OUT}]
    mixed = sum(v is OPEN and {GOOD, BAD} <= seen[k] for k, v in told.items())
    return wrong, len(told), mixed


@pytest.mark.parametrize("first", range(60_000, 60_090, 30))
def test_verdicts_hold_in_every_completion(first):
    found = [unsound(seed) for seed in range(first, first + 30)]
    assert [w for wrong, _, _ in found for w in wrong] == []
    assert sum(n for _, n, _ in found) > 200
    assert sum(mixed for _, _, mixed in found) > 1


UNIT_PATTERNS = {"not_in_charge": Choice(values={"areas": "财务、人事"}), "area_concentration": Choice(values={"areas": "财务、人事"}),
                 "incompatible_posts": Choice()}


def staffed(seed: int) -> dict:
    """A small network whose posts have titles of duties and are in charge of areas."""
    tables, pick = small_network(seeded(seed), SMALL), seeded(seed + 13)
    count = len(tables["posts"])
    titles = pick.choice(["会计", "出纳", "稽核员", "股长", "会计兼出纳"], count, p=[0.3, 0.3, 0.15, 0.2, 0.05])
    areas = pick.choice(["财务", "人事", "财务、人事", None], count, p=[0.2, 0.2, 0.1, 0.5])
    return {**tables, "posts": tables["posts"].assign(title=titles, in_charge_of=areas)}


def unit_verdicts(tables: dict) -> dict:
    study = Study.of(tables, DAY)
    return {(code, i.subject): i.verdict for code, choice in UNIT_PATTERNS.items() for i in run(find(code), study, choice).instances}


@pytest.mark.parametrize("seeds", [range(80_000, 80_070), pytest.param(range(81_000, 81_700), marks=pytest.mark.heavy)], ids=["70", "700"])
def test_verdicts_about_units_hold_in_every_completion(seeds):
    counted = dict.fromkeys((GOOD, BAD, OPEN, OUT), 0)
    for seed in seeds:
        tables = staffed(seed)
        told = unit_verdicts(tables)
        for filled in completions(tables):
            for key, verdict in unit_verdicts(filled).items():
                assert told[key] is OPEN or told[key] is verdict, (seed, key, told[key], verdict)
        for verdict in told.values():
            counted[verdict] += 1
    assert min(counted.values()) > len(seeds) // 20, counted


@pytest.mark.heavy
@pytest.mark.parametrize("first", range(61_000, 62_000, 100))
def test_verdicts_hold_in_every_completion_of_a_thousand_networks(first):
    assert [w for seed in range(first, first + 100) for w in unsound(seed)[0]] == []


def renamed(tables: dict) -> dict:
    """Person, post, flow and item codes replaced by others that sort the other way round; titles and words stay."""
    def other(code):
        return code if not isinstance(code, str) or code == "空缺" else "x" + "".join(chr(158 - ord(c)) for c in code)

    columns = ("person_id", "post_id", "reports_to", "from_post", "to_post", "item_id", "flow_id")
    return {name: frame.assign(**{c: frame[c].map(other) for c in columns if c in frame}) for name, frame in tables.items()}


def summary(tables: dict) -> dict:
    study = Study.of(tables, DAY)
    return {code: sorted((study.network.items[i.subject].name, i.verdict.value, len(i.witness.posts), len(i.witness.persons))
                         for i in run(find(code), study, choice).instances) for code, choice in ITEM_PATTERNS.items()}


@pytest.mark.parametrize("seed", range(70_000, 70_040))
def test_names_and_order_of_rows_do_not_matter(seed):
    tables = tables_of(seed)
    expected = summary(tables)
    assert summary(renamed(tables)) == expected
    mixed = {name: frame.sample(frac=1, random_state=seed).reset_index(drop=True) for name, frame in tables.items()}
    assert summary(mixed) == expected


def test_an_unknown_new_holder_gives_an_interval():
    network = PowerNetwork.from_tables(tables_of(70_000), DAY)
    item = next(i for i in network.items.values() if not network.flow_of(i).faults)
    after = AddCheck(posts=("新",), posts_added=(NewPost("新", item.unit_id, "新岗"),)).apply(network, item.item_id)
    assert "新" in after.unknown
    assert replace(after, items=network.items, flows=network.flows).posts.keys() - network.posts.keys() == {"新"}

"""The national driver: every item of a small synthetic nation against the plain implementation, unit by unit.

Witness: `fangkong_lab.network.answer`, given the tables of one unit at a time, as the driver promises to judge them.
"""

from datetime import date

import pandas as pd
import pyarrow.parquet as pq
import pytest
from brute import brute
from generate import DAY, Sizes, seeded, small_network
from kernel_document import TABLES, differences, documents, unit_frames

from fangkong_lab.errors import BadInput, WrongCall
from fangkong_lab.examples.nation import write_nation
from fangkong_lab.network import national
from fangkong_lab.network.answer import Question, answer
from fangkong_lab.network.arrays_tables import from_frames
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import DIRECT, Influence
from fangkong_lab.network.national import National, judge_nation, read_cut

AS_OF = date(2016, 12, 31)
UNITS = 3


def write_tables(folder, frames):
    folder.mkdir(exist_ok=True)
    for name, table in from_frames(frames).items():
        pq.write_table(table, folder / f"{name}.parquet")
    return folder


@pytest.fixture(scope="module")
def nation(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nation")
    write_nation(folder, 70 * UNITS)
    return folder


@pytest.fixture(scope="module")
def judged(nation):
    judge_nation(nation, nation / "judged.parquet", National(AS_OF))
    return documents(nation / "judged.parquet")


@pytest.mark.parametrize("unit", [f"U{n:08d}" for n in range(UNITS)])
def test_units_of_the_nation(nation, judged, unit):
    document = answer(PowerNetwork.from_tables(unit_frames(nation, unit), AS_OF), Question(DIRECT)).document()
    expected = {item["item_id"]: item for item in document["items"]}
    assert len(expected) == 70
    assert any(item["idle_checks"] for item in expected.values())
    mine = {item: judged[item] for item in expected}
    assert differences(mine, expected, unit) == []
    assert {i: mine[i]["status"] for i in mine} == {i: expected[i]["status"] for i in mine}
    assert all(each["exact"] for each in mine.values())


def posts_that_matter(frames, flow):
    """Return the posts that the flow lists and all posts above them."""
    above = dict(zip(frames["posts"]["post_id"], frames["posts"]["reports_to"], strict=True))
    kept, waiting = set(), list(frames["sign_offs"]["post_id"][frames["sign_offs"]["flow_id"] == flow])
    while waiting:
        post = waiting.pop()
        if isinstance(post, str) and post not in kept:
            kept.add(post)
            waiting.append(above[post])
    return kept


def test_idle_checks_of_the_nation(nation, judged):
    """Witness: brute force over the people who sign or stand above a signer (the others bring nothing)."""
    frames = unit_frames(nation, "U00000000")
    compared = 0
    for row in frames["power_items"].to_dict("records"):
        posts = posts_that_matter(frames, row["flow_id"])
        seated = frames["occupancies"][frames["occupancies"]["post_id"].isin(posts)]
        if seated["person_id"].nunique() > 9:
            continue
        less = {name: frame[frame["flow_id"] == row["flow_id"]] for name, frame in frames.items() if "flow_id" in frame}
        less |= {"occupancies": seated, "posts": frames["posts"][frames["posts"]["post_id"].isin(posts)]}
        expected = brute(less, AS_OF)[row["item_id"]]
        found = judged[row["item_id"]]
        if not any(post in posts for post in unknown_posts(frames)):
            assert found["idle_checks"] == expected["idle_checks"], row["item_id"]
            compared += 1
    assert compared >= 20


def unknown_posts(frames):
    return set(frames["posts"]["post_id"]) - set(frames["occupancies"]["post_id"])


def test_counts_rows_and_threads(nation, judged, tmp_path):
    one = judge_nation(nation, tmp_path / "one.parquet", National(AS_OF, threads=1))
    three = judge_nation(nation, tmp_path / "three.parquet", National(AS_OF, threads=3))
    assert one == three
    assert one.items == 70 * UNITS == sum(one.status.values())
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "three.parquet").read_bytes()
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("seed", range(60_000, 60_015))
def test_whole_files_from_any_sender(seed, tmp_path):
    """Files in one row group each; a post above all others makes the network one block, so brute force is the witness."""
    frames = small_network(seeded(seed), Sizes(units=1, posts=5, unknown=1))
    posts = frames["posts"]
    top = pd.DataFrame({"post_id": ["P0"], "unit_id": [posts["unit_id"][0]], "title": ["总"]})
    frames["posts"] = pd.concat([top, posts.assign(reports_to=posts["reports_to"].fillna("P0"))], ignore_index=True)
    frames["occupancies"] = pd.concat([frames["occupancies"], pd.DataFrame(
        {"person_id": ["R9"], "post_id": ["P0"], "start": [pd.Timestamp("2014-01-01")], "end": [pd.NaT]})], ignore_index=True)
    path = tmp_path / "judged.parquet"
    judge_nation(write_tables(tmp_path / "in", frames), path, National(DAY))
    assert differences(documents(path), brute(frames, DAY), f"seed {seed}") == []


def test_a_hundred_persons_at_one_desk(tmp_path):
    """More persons than a word has bits: left to the plain implementation, with the answer one would expect."""
    people = [f"R{i:03d}" for i in range(100)]
    frames = {
        "posts": pd.DataFrame({"post_id": ["P1", "P2"], "unit_id": "U1", "title": ["众", "主任"], "reports_to": ["P2", None]}),
        "occupancies": pd.DataFrame({"person_id": [*people, "R100"], "post_id": ["P1"] * 100 + ["P2"],
                                     "start": pd.Timestamp("2014-01-01"), "end": pd.NaT}),
        "steps": pd.DataFrame({"flow_id": "F1", "step_no": [1, 2], "kind": ["审核", "决定"]}),
        "sign_offs": pd.DataFrame({"flow_id": "F1", "step_no": [1, 2], "sign_no": 1, "post_id": ["P1", "P2"],
                                   "rule": ["任一", "任一"]}),
        "power_items": pd.DataFrame({"item_id": ["I1"], "unit_id": "U1", "flow_id": "F1", "min_persons": [1]}),
    }
    path = tmp_path / "judged.parquet"
    judge_nation(write_tables(tmp_path / "in", frames), path, National(DAY))
    found = documents(path)["I1"]
    assert found["kappa"] == {"none": [2, 2], "direct": [1, 1], "full": [1, 1]}
    assert (found["eta"], found["sole_controllers"], found["status"]) == ([1, 1], ["R100"], "violated")
    assert (found["idle_checks"], found["exact"]) == ([], True)


def test_missing_and_open_files(nation, tmp_path):
    with pytest.raises(BadInput, match=r"posts\.parquet"):
        judge_nation(tmp_path, tmp_path / "out.parquet", National(AS_OF))
    for name in TABLES:
        table = pq.read_table(nation / f"{name}.parquet")
        pq.write_table(table.slice(0, 20) if name == "posts" else table, tmp_path / f"{name}.parquet")
    with pytest.raises(BadInput, match="不在同一批行内"):
        judge_nation(tmp_path, tmp_path / "out.parquet", National(AS_OF))
    assert not list(tmp_path.glob("out.parquet*"))


def test_only_the_three_influences_of_the_profile():
    with pytest.raises(WrongCall, match="2"):
        National(AS_OF, influence=Influence(2))


def test_a_break_in_the_middle_leaves_nothing(nation, tmp_path, monkeypatch):
    """The second of three cuts fails: no result file, no part of one."""
    cuts = iter([0, 0])

    def one_only(sources, cut, as_of):
        if next(cuts, None) is None:
            raise BadInput("坏了")
        return read_cut(sources, 0, as_of)

    monkeypatch.setattr(national, "cuts_of", lambda _: [0, 0, 0])
    monkeypatch.setattr(national, "read_cut", one_only)
    with pytest.raises(BadInput, match="坏了"):
        judge_nation(nation, tmp_path / "out.parquet", National(AS_OF, threads=1))
    assert not list(tmp_path.glob("out.parquet*"))

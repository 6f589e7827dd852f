"""Calibration to counts. Witnesses: counts simulated from known values, Poisson tails on paper, one process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from simulate_worlds import set_to, small

from fangkong_lab.errors import BadInput
from fangkong_lab.simulate.calibrate import DRAWN, Calibration, Search, Told, calibrate, explored
from fangkong_lab.simulate.calibrate_counts import Countable, Counts, read_counts, seen_in
from fangkong_lab.simulate.calibrate_fit import Target, distance_of
from fangkong_lab.simulate.crew import Crew
from fangkong_lab.simulate.figures import PLACE, Figure
from fangkong_lab.simulate.model import Block, Model, model_of, run_rows
from fangkong_lab.simulate.outcome import rounded
from fangkong_lab.simulate.parameter import plain
from fangkong_lab.simulate.robust_words import said
from fangkong_lab.simulate.scenario import DAYS_A_MONTH, Scenario

RATE, UPHELD, HOURS, HARM = ("conduct.kinds.作风问题.rate", "detection.信息员.upheld", "responses.提醒.hours",
                             "conduct.kinds.作风问题.harm")
TRUE = {RATE: 0.012, UPHELD: 0.6}
WANTED = (Countable.RECEIVED, Countable.VERIFIED, Countable.PERSON_WARNINGS)
EFFORT = Search(draws=60, chains=4, sweeps=15, replications=4)


def world(values: Mapping[str, float]) -> Scenario:
    quiet = {"conduct.kinds.违规采购.rate": 0.0005, "conduct.kinds.重大案件.rate": 0.0001, "detection.信访.unfounded": 0.001}
    made = set_to(small(crowds=((10, 40),)), {**quiet, **values})
    wide = {RATE: (0.0005, 0.05), UPHELD: (0.4, 0.95)}
    return replace(made, parameters={a: replace(p, low=wide[a][0], high=wide[a][1]) if a in wide else p for a, p in made.parameters.items()})


def counted(model: Model, seed: int, wanted: tuple[Countable, ...] = WANTED) -> Counts:
    """One simulated history of the scenario, as an office would count it, on random numbers of its own."""
    scenario = replace(model.scenario, seed=seed)
    other = replace(model, scenario=scenario).with_scenario(scenario)
    seen = seen_in(run_rows(other, Block(0, 1))[0], model.layout, wanted)[0]
    last = scenario.end - timedelta(days=1)
    return Counts(wanted, tuple(int(n) for n in seen), scenario.start, last, last, ("模拟",) * len(wanted))


@pytest.fixture(scope="module")
def made() -> Calibration:
    model = model_of(world(TRUE))
    return calibrate(model, counted(model, 99), search=EFFORT, addresses=[RATE, UPHELD, HOURS, HARM])


def test_known_values_lie_in_the_set_and_it_is_narrower_than_the_range(made: Calibration) -> None:
    row = made.table().set_index("地址").loc[RATE]
    assert row["相容值最低"] < TRUE[RATE] < row["相容值最高"]
    assert made.verdicts()[RATE] is Told.NARROWED
    assert row["相容值最高"] < 0.03
    target = Target(made.model.with_arms(made.model.scenario.arms[:1]), made.counts, Block(0, 8))
    assert target.distance(TRUE) == 0
    assert target.distance({**TRUE, RATE: 0.05}) > 1


def test_walks_that_stay_apart_or_are_few_are_not_called_narrow(made: Calibration) -> None:
    """Three walks over the same part are explored; moved apart, cut short or fewer, they are not. Reduction factor by hand."""
    values, origin = np.tile(np.linspace(0.4, 0.5, 20), 3), np.repeat([0, 1, 2], 20)
    assert explored(values, origin)
    apart = values + 0.2 * origin
    walks = apart.reshape(3, 20)
    assert (19 / 20 + walks.mean(axis=1).var(ddof=1) / walks.var(axis=1, ddof=1).mean()) ** 0.5 > 1.2
    assert not explored(apart, origin)
    assert explored(apart, np.full(60, DRAWN))
    assert not explored(values[:40], origin[:40])
    assert not explored(values[:39], np.full(39, DRAWN))
    few = replace(made, kept=made.kept.head(30), origin=made.origin[:30])
    assert few.verdicts()[RATE] is Told.UNCLEAR
    assert Told.NARROWED not in few.verdicts().values()
    assert "收窄到" not in few.sentence()
    assert "「看不清」" in few.sentence()
    assert "是否收窄无法判断" in few.sentence()


def test_what_does_not_enter_the_counts_is_said_to_be_unidentifiable(made: Calibration) -> None:
    told = made.verdicts()
    assert told[HOURS] is told[HARM] is Told.NOT_AT_ALL
    text = made.sentence()
    assert "「不可识别」" in text
    assert said(HOURS) in text.split("「不可识别」")[1]
    assert "推演，不是预测" in text
    assert not made.warnings()
    assert 0 < made.share < 0.5
    assert made.reached()["实际计数"].tolist() == list(made.counts.numbers)


def test_every_kept_value_agrees_when_looked_at_again(made: Calibration) -> None:
    target = Target(made.model.with_arms(made.model.scenario.arms[:1]), made.counts, Block(0, EFFORT.replications))
    assert len(made.kept) > 20
    for row in made.kept.iloc[::7].to_dict("records"):
        assert target.distance({str(a): v for a, v in row.items()}) == 0


def test_executors_do_not_show(made: Calibration) -> None:
    few = Search(draws=20, chains=2, sweeps=3, replications=2)
    alone = calibrate(made.model, made.counts, search=few, addresses=[RATE, HOURS])
    other = calibrate(made.model, made.counts, search=few, addresses=[RATE, HOURS], crew=Crew(workers=2))
    assert alone.kept.equals(other.kept)
    assert alone.share == other.share


def test_a_model_that_fits_anything_is_warned_of(made: Calibration) -> None:
    few = Search(draws=20, chains=2, sweeps=8, replications=2)
    loose = calibrate(made.model, made.counts, search=few, addresses=[HOURS, HARM])
    assert loose.share == 1
    assert "几乎什么数都能凑出" in loose.sentence()
    assert set(loose.verdicts().values()) == {Told.NOT_AT_ALL}


def test_counts_out_of_reach_are_said_to_be_so(made: Calibration) -> None:
    absurd = replace(made.counts, numbers=(90_000, 1, 1))
    none = calibrate(made.model, absurd, search=Search(10, 1, 2, 2), addresses=[RATE, HOURS])
    assert none.kept.empty
    assert none.nearest > 10
    assert "没有找到与全部计数相容的取值" in none.sentence()
    for text in (none.sentence(), none.sentence(warned=False)):
        assert "10 组里没有一组与计数相容。" in text
        assert f"相差 {plain(none.nearest - 1, 3)} 个标准差" in text
        assert "收窄" not in text
        assert "以下是" not in text
    assert set(none.table()["判断"]) == {"没有相容的值"}
    assert set(rounded(none.table(), "—")["相容值最低"]) == {"—"}


def test_ties_name_what_only_the_product_is_told_of() -> None:
    """Reports verified ≈ conduct × share upheld: the rate and that share hang together."""
    model = model_of(set_to(world(TRUE), dict.fromkeys(
        [f"detection.{c}.finds" for c in ("自查", "巡察", "信访", "审计")], 0.0)))
    one = counted(model, 7, (Countable.VERIFIED,))
    effort = Search(draws=60, chains=4, sweeps=40, replications=4)
    made = calibrate(model, one, search=effort, addresses=[RATE, UPHELD])
    kept = made.kept.rank().corr().iloc[0, 1]
    assert kept < -0.3
    told = made.verdicts()
    assert (len(made.ties()) == 1) == (kept <= -0.6 and Told.NOT_AT_ALL not in told.values())


def test_tails_are_those_of_poisson_on_paper() -> None:
    """Many equal replications of mean 100: agreeing counts are the 95 % acceptance region of Poisson(100)."""
    seen = np.full((10_000, 1), 100)
    agreeing = [n for n in range(60, 140) if distance_of(seen, np.array([n])) == 0]
    low, high = stats.poisson.ppf([0.025, 0.975], 100)
    assert (agreeing[0], agreeing[-1]) == (low, high)
    assert distance_of(seen, np.array([150])) == pytest.approx(6, abs=0.01)


def test_the_share_that_agrees_is_the_exact_interval_of_a_poisson_mean() -> None:
    """Nothing happens but unfounded petitions at one rate: reports are Poisson, their mean the rate times person-months. The
    rates that agree with n reports are then the exact 95 % interval for a Poisson mean (Garwood 1936), on paper.
    """
    quiet = {a: 0.0 for a in small().parameters if a.endswith((".unfounded", ".rate")) and "grades" not in a}
    false = "detection.信访.unfounded"
    scenario = set_to(small(crowds=((10, 30),)), {**quiet, "conduct.leader_unfounded": 1.0, false: 0.01})
    low, high = 0.005, 0.015
    ranged = replace(scenario, parameters={**scenario.parameters, false: replace(scenario.parameters[false], low=low, high=high)})
    last, months = scenario.end - timedelta(days=1), scenario.days / DAYS_A_MONTH
    number = round(0.01 * 300 * months)
    counts = Counts((Countable.RECEIVED,), (number,), scenario.start, last, last, ("纸上",))
    made = calibrate(model_of(ranged), counts, search=Search(400, 1, 1, 100), addresses=[false])
    ends = np.array([stats.chi2.ppf(0.025, 2 * number), stats.chi2.ppf(0.975, 2 * number + 2)]) / 2 / (300 * months)
    share = float(np.diff(ends)[0]) / (high - low)
    assert 0.4 < share < 0.5
    assert made.share == pytest.approx(share, abs=4 * (share * (1 - share) / 400) ** 0.5)
    drawn = made.kept[false].to_numpy()
    assert [drawn.min(), drawn.max()] == pytest.approx(ends.tolist(), rel=0.05)
    assert made.reach["受理的反映"].mean() == pytest.approx(0.01 * 300 * months, rel=0.03)


def test_verified_is_what_the_office_takes_for_true(made: Calibration) -> None:
    rows = run_rows(made.model, Block(0, 3))[0]
    seen = seen_in(rows, made.model.layout, (Countable.VERIFIED, Countable.RECEIVED))
    assert np.array_equal(seen[:, 0], rows[:, PLACE[Figure.UPHELD]] + rows[:, PLACE[Figure.WRONGLY]])
    assert (seen[:, 1] >= seen[:, 0]).all()


HEAD = "指标,数,自,至,截至,来源\n"
GOOD = "查实的事项,42,2012-01-01,2013-12-31,2014-01-15,县纪委年报\n"


def written(folder: Path, text: str, coding: str = "utf-8-sig") -> Path:
    path = folder / "计数.csv"
    path.write_bytes(text.encode(coding))
    return path


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-8", "gb18030"])
def test_counts_are_read(tmp_path: Path, coding: str) -> None:
    found = read_counts(written(tmp_path, HEAD + GOOD + GOOD.replace("查实的事项,42", "受理的反映,\"1,200\""), coding))
    assert found.wanted == (Countable.VERIFIED, Countable.RECEIVED)
    assert found.numbers == (42, 1200)
    assert (found.start, found.end, found.as_of) == (date(2012, 1, 1), date(2013, 12, 31), date(2014, 1, 15))
    assert found.sources[0] == "县纪委年报"


@pytest.mark.parametrize(("text", "words"), [
    (GOOD + GOOD.replace("查实的事项", "申诉").replace("2014-01-15", "2014-06-30"),
     ["统计日不同", "2014-01-15", "2014-06-30", "查实的事项", "申诉", "第3行"]),
    (GOOD + GOOD.replace("查实的事项", "申诉").replace("2012-01-01", "2012-07-01"), ["起始日不同", "2012-01-01", "2012-07-01"]),
    (GOOD + GOOD.replace("查实的事项", "申诉").replace("2013-12-31", "2012-12-31"), ["终止日不同", "2012-12-31"]),
    (GOOD + GOOD, ["写了两次"]), (GOOD.replace("查实的事项", "发生的行为"), ["没有人数得到"]),
    (GOOD.replace("查实的事项", "查实的事象"), ["没有名为", "查实的事项"]), (GOOD.replace("42", "40余"), ["不是非负整数", "第2行"]),
    (GOOD.replace("42", "4²"), ["不是非负整数"]), (GOOD.replace("42", "9" * 10), ["数太大（至多 9 位）", "第2行 › 数"]), (GOOD.replace("42", '"4,2"'), ["不是非负整数", "千位"]),
    (GOOD.replace("42", '"1,0420"'), ["不是非负整数"]), (GOOD.replace("42", '"1，234，567，890"'), ["数太大"]), (GOOD.replace("42", "-1"), ["不是非负整数"]),
    ('"' + "x" * 200_000 + '"', ["读不成表格", "第2行"]), (GOOD.replace("2012-01-01", "2012-13-01"), ["第2行 › 自", "2012-13-01"]),
    (GOOD.replace("县纪委年报", ""), ["没有写来源"]), (GOOD.replace("2012-01-01", "年初"), ["第2行 › 自"]), ("", ["没有一行计数"]),
])
def test_counts_that_do_not_belong_together_are_refused(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        read_counts(written(tmp_path, HEAD + text))
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_what_excel_or_a_chinese_keyboard_makes_is_understood_or_refused_plainly(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + GOOD)
    path.write_bytes((HEAD + GOOD).encode("gbk"))
    assert read_counts(path).numbers == (42,)
    path.write_bytes(("\ufeff" + HEAD + GOOD.replace("42", "４２")).encode())
    assert read_counts(path).numbers == (42,)
    path.write_bytes((HEAD + GOOD.replace("42", '"1,042"')).replace("\n", "\r\n").encode())
    assert read_counts(path).numbers == (1042,)
    for raw in ((HEAD + GOOD).replace(",", "，").encode(), (HEAD + GOOD).encode("utf-16"), b"PK\x03\x04" + bytes(range(256))):
        path.write_bytes(raw)
        with pytest.raises(BadInput, match="缺少列「指标」") as caught:
            read_counts(path)
        assert "CSV UTF-8" in caught.value.mend


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="缺少列「截至」"):
        read_counts(written(tmp_path, HEAD.replace(",截至", "") + GOOD))


def test_counts_of_other_months_or_too_early_are_refused(made: Calibration) -> None:
    other = replace(made.counts, end=made.counts.end + timedelta(days=31))
    with pytest.raises(BadInput, match="情景推演的是"):
        calibrate(made.model, other, search=EFFORT)
    early = replace(made.counts, as_of=made.counts.end - timedelta(days=40))
    with pytest.raises(BadInput, match="早于"):
        calibrate(made.model, early, search=EFFORT)

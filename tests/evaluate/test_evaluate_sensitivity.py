"""What the chooser asks of its own answer, and both readings of supervisors' activity wherever the answer is shown."""

import ast
import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import jsonschema
import nbformat
import numpy as np
import pandas as pd
import pytest

from fangkong_lab.cli.main import main
from fangkong_lab.errors import WrongCall
from fangkong_lab.evaluate.chooser import evaluate
from fangkong_lab.evaluate.designs import ASKED as ASKED_FOR
from fangkong_lab.evaluate.designs import run_design
from fangkong_lab.evaluate.effect import Design, Inference
from fangkong_lab.evaluate.evaluation_json import as_json
from fangkong_lab.evaluate.facts import facts_of
from fangkong_lab.evaluate.panel_of_ledger import ledger_panel
from fangkong_lab.evaluate.parallel import breakdown
from fangkong_lab.evaluate.question import Question
from fangkong_lab.evaluate.readings import REPORTED
from fangkong_lab.evaluate.sensitivity import ALONE, TRENDS, sensitivity_of
from fangkong_lab.evaluate.settings import Nature, Settings
from fangkong_lab.evaluate.several import evaluate_measures
from fangkong_lab.evaluate.wording import DETECTION
from fangkong_lab.examples.pilots import PilotScene, pilot_region
from fangkong_lab.show.pilot_chapter import PilotChapter

ROOT = Path(__file__).parents[2]
AS_OF = date(2017, 12, 31)
SCHEMA = json.loads((ROOT / "docs" / "schema" / "evaluation.schema.json").read_text(encoding="utf-8"))
SMALL = PilotScene(counties=16, batches=((6, date(2014, 1, 1)),), months=12)
ASKED = Question("信访举报", AS_OF)


@pytest.fixture(scope="module")
def region():
    return pilot_region(1, SMALL)


@pytest.fixture(scope="module")
def answer(region):
    return evaluate(region.tables, ASKED)


def check(made, name):
    return next(a for a in made.checks if a.name == name)


# Breakdown and units left out.

def test_each_unit_is_left_out_by_dropping_its_rows(region, answer):
    """Again by hand: the ledger without the unit's rows, the same design asked for."""
    rows = answer.sensitivity.without.frame.set_index("去掉的单位")["效应"]
    assert len(rows) == 16
    outcomes, units = region.tables["outcomes"], region.tables["units"]
    for name in (rows.index[0], rows.index[-1]):
        gone = {**region.tables, "outcomes": outcomes[outcomes["unit_id"] != name], "units": units[units["unit_id"] != name]}
        again = evaluate(gone, replace(ASKED, design=answer.effect.design))
        assert rows[name] == pytest.approx(again.effect.estimate, rel=1e-9)
    assert check(answer, ALONE).state.value == "passed"
    assert "方向不变" in check(answer, ALONE).text


def test_an_effect_that_hangs_on_one_unit_fails_and_costs_a_level(region):
    """One pilot whose reports all but vanish carries the whole difference; without it the others' are what they were."""
    tables = {**region.tables, "outcomes": region.tables["outcomes"].copy()}
    outcomes, units = tables["outcomes"], tables["units"]
    pilots = sorted(units.loc[units["adopted_on"].notna(), "unit_id"])
    late = pd.to_datetime(outcomes["period_start"]).dt.date >= date(2014, 1, 1)
    own = outcomes["unit_id"].isin(pilots) & (outcomes["measure"] == "信访举报") & late
    outcomes.loc[own, "value"] = (outcomes.loc[own, "value"].astype(float) / 0.66).round()  # the planted 0.7 undone, and a little more
    outcomes.loc[own & (outcomes["unit_id"] == pilots[0]), "value"] = 1.0
    question = replace(ASKED, design=Design.POISSON)
    made = evaluate(tables, question)
    found = made.sensitivity.without
    assert found.turned == (pilots[0],)
    assert not made.effect.separate, "one unit that moves alone makes the clustered error as large as the effect"
    assert check(made, ALONE).state.value == "informational"


def test_an_effect_told_from_none_that_one_unit_turns_fails():
    """100 → 60 a year in one pilot, 10 → 11 in the two others: 82 ÷ 120 together, told from 1; without the first 22 ÷ 20."""
    tables = pilot_region(1, PilotScene(counties=3, batches=((3, date(2014, 1, 1)),), months=12)).tables
    outcomes = tables["outcomes"].copy()
    late, own = pd.to_datetime(outcomes["period_start"]).dt.date >= date(2014, 1, 1), outcomes["measure"] == "信访举报"
    for name, before, after in (("C01", 100.0, 60.0), ("C02", 10.0, 11.0), ("C03", 10.0, 11.0)):
        here = own & (outcomes["unit_id"] == name)
        outcomes.loc[here, "value"] = np.where(late[here], after, before)
    made = evaluate({**tables, "outcomes": outcomes}, replace(ASKED, design=Design.BEFORE_AFTER))
    assert made.effect.estimate == pytest.approx(82 / 120)
    assert made.effect.separate
    assert made.sensitivity.without.turned == ("C01",)
    assert made.sensitivity.without.frame["效应"].tolist() == pytest.approx([71 / 110, 71 / 110, 22 / 20])
    assert check(made, ALONE).state.value == "failed"


@pytest.mark.parametrize(("turned", "said"), [(1, "去掉甲0后方向改变"), (5, "去掉甲0、甲1、甲2、甲3、甲4中的任一个后方向改变"),
                                              (120, "去掉甲0、甲1、甲2、甲3、甲4等120个单位中的任一个后方向改变")])
def test_no_more_than_five_units_are_named(turned, said):
    from fangkong_lab.evaluate.leave_out import LeaveOneOut

    frame = pd.DataFrame({"去掉的单位": [f"甲{k}" for k in range(turned)], "试点": True, "效应": 1.1})
    assert said in LeaveOneOut(0.9, 1.0, frame).sentence()


def test_an_inference_that_cannot_be_asked_for_is_not_swapped(region):
    ledger = ledger_panel(region.tables, ASKED)
    for inference in set(Inference) - ASKED_FOR:
        with pytest.raises(WrongCall, match=f"「{inference.label}」不能指定") as told:
            run_design(Design.DID, ledger, facts_of(ledger), ASKED, inference=inference)
        assert told.value.where.startswith(Design.DID.label)
        assert all(one.label in told.value.mend for one in ASKED_FOR)
    for inference in ASKED_FOR:
        assert run_design(Design.DID, ledger, facts_of(ledger), ASKED, inference=inference, draws=99).inference is inference


def test_breakdown_is_that_of_the_panel_and_passes_from_one_on(region, answer):
    panel = ledger_panel(region.tables, ASKED).panel()
    assert answer.sensitivity.trends.value == breakdown(panel, Settings()).value
    from fangkong_lab.evaluate.sensitivity import _trends

    for value, state in ((0.4, "informational"), (1.0, "passed"), (np.inf, "passed")):
        assert _trends(replace(answer.sensitivity.trends, value=value), answer.effect).state.value == state
    assert "按率之差" in check(answer, TRENDS).text


def test_what_a_design_does_not_bear_is_not_run():
    lone = pilot_region(2, PilotScene(counties=24, batches=((1, date(2014, 1, 1)),))).tables
    mixture = evaluate(lone, replace(ASKED, design=Design.SYNTHETIC))
    assert mixture.sensitivity.trends is None
    assert all(not pilot for pilot in mixture.sensitivity.without.frame["试点"]), "one pilot left out of one leaves nothing"
    few = evaluate(pilot_region(2, replace(SMALL, batches=((3, date(2014, 1, 1)),))).tables, replace(ASKED, design=Design.DID))
    assert few.effect.inference is Inference.PERMUTATION
    assert few.sensitivity.trends is None
    assert check(few, TRENDS).state.value == "informational"
    assert few.sensitivity.without.lost == 0
    alone = evaluate(pilot_region(1, PilotScene(counties=6, batches=((6, date(2014, 1, 1)),), months=12)).tables, ASKED)
    assert alone.sensitivity.trends is None
    assert len(alone.sensitivity.without.frame) == 6
    assert not any(a.name == TRENDS for a in alone.checks)


def test_mixtures_are_left_one_donor_less_as_by_hand():
    from fangkong_lab.evaluate.synthetic_control import synthetic

    tables = pilot_region(2, PilotScene(counties=10, batches=((1, date(2014, 1, 1)),))).tables
    ledger = ledger_panel(tables, ASKED)
    frame = ledger.frame
    named = {"outcome": "count", "unit": "unit", "time": "period", "treated_from": "adopted", "exposure": ledger.exposure}
    whole = synthetic(frame, **named)
    found = sensitivity_of(whole, ledger, facts_of(ledger), replace(ASKED, design=Design.SYNTHETIC)).without.frame.set_index("去掉的单位")["效应"]
    for unit in found.index[:3]:
        assert found[unit] == pytest.approx(synthetic(frame[frame["unit"] != unit], **named).estimate, rel=1e-9)


def test_json_has_both_and_follows_the_schema(region, answer):
    made = as_json(evaluate_measures(region.tables, ASKED, ["信访举报"]))
    jsonschema.validate(made, SCHEMA)
    one = made["measures"][0]
    assert one["breakdown"]["curve"][0]["allowed"] == 0
    assert {row["unit"] for row in one["leave_one_out"]["units"]} == set(answer.sensitivity.without.frame["去掉的单位"])
    alone = evaluate_measures(pilot_region(1, PilotScene(counties=6, batches=((6, date(2014, 1, 1)),), months=12)).tables, ASKED, ["信访举报"])
    assert as_json(alone)["measures"][0]["breakdown"] is None


# Both readings.

@pytest.fixture(scope="module")
def activity(region):
    return evaluate_measures(region.tables, ASKED, ["信访举报", "立案", "提醒谈话"])


def shown_as(made, way):
    """The text that a reader has before them."""
    return {"paragraph": made.paragraph, "html": made._repr_html_, "caveats": lambda: "".join(made.caveats),
            "effect": lambda: made.effect._repr_html_()}[way]()


@pytest.mark.parametrize("way", ["paragraph", "html", "caveats", "effect"])
def test_every_way_of_showing_an_activity_has_both_readings(activity, way):
    for made in activity.evaluations[1:]:
        shown = shown_as(made, way).replace("&amp;", "&")
        assert DETECTION in shown
        assert "问题增减" in shown
        assert "发现能力" in shown
    assert REPORTED in shown_as(activity.evaluations[0], way)


def test_a_refusal_has_them_too():
    lone = pilot_region(1, PilotScene(counties=12, batches=((1, date(2014, 1, 1)),), months=12)).tables
    made = evaluate(lone, Question("立案", AS_OF, design=Design.DID))
    assert made.effect is None
    assert DETECTION in made.caveats
    assert DETECTION in made._repr_html_().replace("&amp;", "&")
    assert as_json(evaluate_measures(lone, Question("立案", AS_OF, design=Design.DID), ["立案"]))["measures"][0]["readings"] == [DETECTION]


def test_json_has_the_readings_of_each_measure(activity):
    measures = as_json(activity)["measures"]
    assert [m["readings"] for m in measures] == [[REPORTED], [DETECTION], [DETECTION]]
    assert all(m["readings"][0] in m["caveats"] for m in measures)


@pytest.fixture(scope="module")
def chapter(region):
    return PilotChapter(region.tables, AS_OF)


@pytest.mark.parametrize("part", ["opening", "limits"])
def test_the_chapter_says_them_with_the_measures(chapter, part):
    said = getattr(chapter, part)().sentence()
    assert f"立案、提醒谈话：{DETECTION}。" in said
    assert f"信访举报：{REPORTED}。" in said
    assert said.count(DETECTION) == 1


def results(path, names, held):
    """Run the code cells of a notebook that use one of *names*, all else in them given by *held*: what each prints, and the text of its last expression."""
    found = []
    for cell in nbformat.read(ROOT / "notebooks" / path, 4).cells:
        body = ast.parse(cell.source).body if cell.cell_type == "code" else []
        if not body or not isinstance(body[-1], ast.Expr) or not any(isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load) and n.id in names for n in ast.walk(body[-1])):
            continue
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(compile(ast.Module(body[:-1], []), path, "exec"), held)
            shown = eval(compile(ast.Expression(body[-1].value), path, "eval"), held)
        found.append(printed.getvalue() + (shown.sentence() if hasattr(shown, "sentence") else ""))
    return found


def test_the_annual_report_says_them_where_it_opens_and_where_it_ends(chapter):
    said = results("reports/annual_report.ipynb", {"pilots"}, {"pilots": chapter})
    assert [k for k, text in enumerate(said) if f"立案、提醒谈话：{DETECTION}。" in text] == [0, len(said) - 1]


def test_the_notebook_of_pilots_says_them_of_each_measure(region):
    said = "".join(results("04_pilot_evaluation.ipynb", {"several"}, {"region": region, "asked": ASKED}))
    assert f"立案：{DETECTION}" in said
    assert f"提醒谈话：{DETECTION}" in said
    assert f"信访举报：{REPORTED}" in said


def test_the_screen_has_them(region, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    book = tmp_path / "台账.xlsx"
    with pd.ExcelWriter(book, engine="xlsxwriter") as writer:
        region.tables["units"].to_excel(writer, sheet_name="单位", index=False)
        region.tables["outcomes"].replace({False: "否", True: "是"}).to_excel(writer, sheet_name="监督执纪统计", index=False)
    assert main(["evaluate", str(book), "--outcome", "立案", "--as-of", "2017-12-31"]) == 0
    screen = capsys.readouterr().out
    assert f"限制1：{DETECTION}。" in screen
    assert ALONE in screen
    assert TRENDS in screen


@pytest.mark.parametrize("nature", list(Nature))
def test_plain_functions_know_an_activity_by_its_name(nature):
    """Whoever says what the outcome is decides; who does not is told by the name."""
    from fangkong_lab.evaluate.frames import did

    rng = np.random.default_rng(0)
    frame = pd.DataFrame([(u, t, float(rng.normal()), 3.0 if u < 6 else np.nan) for u in range(12) for t in range(6)], columns=["u", "t", "立案", "since"])
    made = did(frame, outcome="立案", unit="u", time="t", treated_from="since", settings=Settings(nature=nature))
    assert any(DETECTION in c for c in made.caveats) is (nature is not Nature.OTHER)


# Neither order, names nor the hash seed.

PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[1])
from evaluate_panels import frame
from fangkong_lab import evaluate as ev
made = frame(units=10, starts=(5,), periods=8)
made["n"] = (made["y"] * 3 + 20).round()
names = dict(outcome="y", unit="unit", time="year", treated_from="start")
out = {}
for shuffle in (False, True):
    used = made
    if shuffle:
        used = made.sample(frac=1, random_state=3).assign(unit=made["unit"].map({u: f"z{99 - k}" for k, u in enumerate(sorted(set(made["unit"])))}))
    rows = []
    for name in ("synthetic", "synthetic_did", "before_after", "did", "permutation"):
        a = getattr(ev, name)(used, **names)
        rows.append([name, a.estimate, a.low, a.high, a.p, a.standard_error])
    panel = ev.Panel.read(used, ev.Columns("y", "unit", "year", "start"))
    rows.append(["breakdown", ev.breakdown(panel, ev.Settings()).value])
    left = ev.leave_one_out(panel, ev.two_by_two).frame["效应"].tolist()
    rows.append(["left out", *left])
    rows.append(["bacon", ev.goodman_bacon(panel).estimate])
    out[str(shuffle)] = rows
from datetime import date
from fangkong_lab.evaluate.evaluation_json import as_json
from fangkong_lab.examples.pilots import PilotScene, pilot_region
tables = pilot_region(3, PilotScene(counties=9, batches=((3, date(2014, 1, 1)),), months=12)).tables
out["answer"] = as_json(ev.evaluate_measures(tables, ev.Question("立案", date(2017, 12, 31)), ["立案"]))
print(json.dumps(out))
"""


def test_order_names_and_hash_seed_change_nothing():
    runs = [subprocess.run([sys.executable, "-c", PROGRAM, os.path.dirname(__file__)], env={**os.environ, "PYTHONHASHSEED": seed},
                           capture_output=True, text=True, check=True).stdout for seed in ("0", "77")]
    assert runs[0] == runs[1]
    made = json.loads(runs[0])
    for plain, mixed in zip(made["False"], made["True"], strict=True):
        assert plain[0] == mixed[0]
        for a, b in zip(plain[1:], mixed[1:], strict=True):
            assert (a is None and b is None) or a == pytest.approx(b, rel=1e-9, abs=1e-12, nan_ok=True)

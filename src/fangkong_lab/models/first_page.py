"""Page one of the model comparison: five sentences, each with its number and its caveat."""

from __future__ import annotations

from fangkong_lab.models.comparison import Comparison, Run
from fangkong_lab.models.observed import observed
from fangkong_lab.models.practice import Reading

ORDERED, ALONE, IMPOSSIBLE = "单人可令办结", "单人可办结", "无法办结"
SIGNED = "平均每项签字"
# Likeness over fewer rows would be chance; our choice.
FEWEST_ROWS = 5


def five_sentences(comparison: Comparison) -> tuple[str, ...]:
    """Return what may be said: rules, who could act alone, what it costs, what each leaves open, what cannot be compared."""
    return (_rules(comparison), _alone(comparison), _cost(comparison), _open(comparison), _outcomes(comparison))


def _rules(comparison: Comparison) -> str:
    frame = comparison.features.similarity().dropna(subset=["相似度"])
    frame = frame[frame["可比做法的项目"] >= FEWEST_ROWS]
    if not len(frame):
        return f"双方都写明做法的项目不足{FEWEST_ROWS}项，不能说哪两个模式更相近。{comparison.features.sentence()}"
    most = frame.sort_values(["相似度", "模式甲", "模式乙"], ascending=[False, True, True]).iloc[0]
    return (f"规则上最相近的是{most['模式甲']}与{most['模式乙']}，{most['可比做法的项目']}项都写明的做法中相似度{most['相似度']:.2f}；"
            "只比较双方文件都写明的内容，未载不等于没有。")


def _alone(comparison: Comparison) -> str:
    if not comparison.runs:
        return "所选模式都不改变办事流程，不计算最少独立经手人数；巡察模式只看覆盖和整改。"
    said = "；".join(f"{r.card.name}{ALONE}{r.range(ALONE).text()}、{ORDERED}{r.range(ORDERED).text()}" for r in comparison.runs)
    now = comparison.as_is.figures
    return (f"同一个县现状{ALONE}{now[ALONE].text()}、{ORDERED}{now[ORDERED].text()}，套用后：{said}；"
            "区间一端只按文件写明的做法，另一端按最宽的读法，反映制度设计，不代表实际运行。")


def _cost(comparison: Comparison) -> str:
    if not comparison.runs:
        return "不改变签批的模式没有签字和时限上的代价可算。"
    now = comparison.as_is.figures
    said = "；".join(f"{r.card.name}平均每项签字{r.range(SIGNED).text()}{_stuck(r)}" for r in comparison.runs)
    return (f"代价：现状平均每项签字{now[SIGNED].text()}、{IMPOSSIBLE}{now[IMPOSSIBLE].text()}，套用后：{said}；"
            "新增环节的时限文件多数未载，工作日没有计入。")


def _stuck(run: Run) -> str:
    return f"、{IMPOSSIBLE}{run.range(IMPOSSIBLE).text()}"


def _open(comparison: Comparison) -> str:
    frame = comparison.left_open()
    if not len(frame):
        return "只有一个模式改变办事流程，没有可以互相补上的缺口。"
    most = frame.sort_values(["其中对照模式已管住", "模式", "对照模式"], ascending=[False, True, True]).iloc[0]
    never = frozenset.intersection(*(run.county[Reading.GENEROUS].open_items() for run in comparison.runs))
    return (f"按最宽的读法，{most['模式']}仍有{most['仍可由单人令办结']}项可由单人令办结，其中{most['其中对照模式已管住']}项"
            f"{most['对照模式']}已管住；有{len(never)}项各模式都没有管住，须另想办法。")


def _outcomes(comparison: Comparison) -> str:
    return observed(comparison.features.cards).sentence()

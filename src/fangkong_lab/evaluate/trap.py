"""The ten traps of evaluations of few units: what is refused or warned of, and whose paper says so."""

from __future__ import annotations

from fangkong_lab.kinds import Kind


class Trap(Kind):
    """A way to be wrong with confidence; the label is what a reader is told, `reference` the paper that shows it."""

    FEW_TREATED_CLUSTERS = "few_treated_clusters", "试点单位太少，聚类标准误不可信"
    UNCLUSTERED = "unclustered", "同一单位各期的数相关，不聚类的标准误过小"
    WILD_FEW_TREATED = "wild_few_treated", "试点单位太少，野自助法没有检验力"
    STAGGERED_TWO_WAY = "staggered_two_way", "分批试点的双向固定效应用已试点单位作对照"
    NAIVE_ITS = "naive_its", "间断时间序列未中心化斜率、忽略过度离散或季节"
    OPTIMISER_LUCK = "optimiser_luck", "合成控制的权重随求解起点变动"
    CHOSEN_AT_EXTREME = "chosen_at_extreme", "试点选在异常高（低）的时点，会自行回落（回升）"
    LEAGUE_TABLE = "league_table", "按点估计给单位排名"
    FLAT_PRE_TREND = "flat_pre_trend", "把试点前看不出差异当作平行趋势的证明"
    LOG_OF_SPARSE = "log_of_sparse", "对稀疏计数取 log(1+y)"
    MANY_OUTCOMES = "many_outcomes", "同时检验许多指标"
    ACTIVITY_AS_LEVEL = "activity_as_level", "把监督机关的工作量读作问题的多少"

    @property
    def reference(self) -> str:
        """Return the paper, author and year as cited."""
        return _REFERENCES[self]


_REFERENCES = {
    Trap.FEW_TREATED_CLUSTERS: "Conley & Taber 2011",
    Trap.UNCLUSTERED: "Bertrand, Duflo & Mullainathan 2004",
    Trap.WILD_FEW_TREATED: "MacKinnon & Webb 2017",
    Trap.STAGGERED_TWO_WAY: "Goodman-Bacon 2021",
    Trap.NAIVE_ITS: "Lopez Bernal, Cummins & Gasparrini 2017",
    Trap.OPTIMISER_LUCK: "Abadie 2021",
    Trap.CHOSEN_AT_EXTREME: "Barnett, van der Pols & Dobson 2005",
    Trap.LEAGUE_TABLE: "Spiegelhalter 2005",
    Trap.FLAT_PRE_TREND: "Roth 2022；Rambachan & Roth 2023",
    Trap.LOG_OF_SPARSE: "Chen & Roth 2024",
    Trap.MANY_OUTCOMES: "Benjamini & Hochberg 1995",
    Trap.ACTIVITY_AS_LEVEL: "Olken & Pande 2012",
}

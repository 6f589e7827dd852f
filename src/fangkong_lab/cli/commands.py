"""The list of commands: name, one Chinese line, and the module that carries it out.

A command's module has ``add_arguments(parser)`` and ``run(args) -> int`` (the exit code). It is imported only when
its command is called, so that ``fangkong --help`` stays fast.
"""

from __future__ import annotations

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("新建工作目录", "fangkong_lab.cli.init"),
    "demo-data": ("生成带答案的模拟数据（县级，或全国规模）", "fangkong_lab.cli.demo_data"),
    "template": ("写出给单位填报的空白台账", "fangkong_lab.cli.template"),
    "import": ("导入单位送交的台账，生成退回核对表", "fangkong_lab.cli.import_"),
    "data": ("查看台账、追溯来源、备份", "fangkong_lab.cli.data"),
    "policy": ("查看、检查、测试、比较规则", "fangkong_lab.cli.policy"),
    "grade": ("按规则给风险点等定级", "fangkong_lab.cli.grade"),
    "score": ("按规则给预警事件记分，看单位和个人的等级", "fangkong_lab.cli.score"),
    "network": ("计算权力网络：每个事项最少几人可办结、谁可单人办结", "fangkong_lab.cli.network"),
    "convert": ("把 BPMN 流程图、权限名单转成台账，或把权力网络导出给 Gephi", "fangkong_lab.cli.convert"),
    "netpage": ("生成可搜索、可点击的权力网络网页（离线单文件）", "fangkong_lab.cli.netpage"),
    "outcomes": ("监督执纪与整改：按口径合计、归类、比率、漏斗图、整改、款项", "fangkong_lab.cli.outcomes"),
    "report": ("生成评估报告", "fangkong_lab.cli.report"),
}

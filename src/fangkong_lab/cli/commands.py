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
    "findings": ("列出待核实事项：按金额、裁量、等级排序，逐项说明", "fangkong_lab.cli.findings"),
    "accept": ("接受一项检验结果至某日（写明理由和接受人），或撤回", "fangkong_lab.cli.accept"),
    "patterns": ("制约模式库：有出处的制约做法，逐项检验", "fangkong_lab.cli.patterns"),
    "convert": ("把 BPMN 流程图、权限名单转成台账，或把权力网络导出给 Gephi", "fangkong_lab.cli.convert"),
    "netpage": ("生成可搜索、可点击的权力网络网页（离线单文件）", "fangkong_lab.cli.netpage"),
    "outcomes": ("监督执纪与整改：按口径合计、归类、比率、漏斗图、整改、款项", "fangkong_lab.cli.outcomes"),
    "due": ("本周到期清单和各单位催办单", "fangkong_lab.cli.due"),
    "trace": ("领导问数：报告里的一个数从哪些行来、去年是多少", "fangkong_lab.cli.trace"),
    "compare": ("比较各县模式：规则对照，套用在同一个县上", "fangkong_lab.cli.compare"),
    "lab": ("在 JupyterLab 里打开工作目录（单独的环境，中文界面）", "fangkong_lab.cli.lab"),
    "simulate": ("推演记分预警规则：会发出多少预警、漏多少、冤多少、费多少工时", "fangkong_lab.cli.simulate"),
    "evaluate": ("试点评估：数据承受得起的方法、结论、拒绝的理由、至少需要多少", "fangkong_lab.cli.evaluate"),
    "report": ("生成评估报告", "fangkong_lab.cli.report"),
    "verify": ("核验报告：文件、数据、规则、程序与生成时是否一致", "fangkong_lab.cli.verify"),
}

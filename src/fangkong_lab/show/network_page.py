"""The interactive page of a network: one HTML file with its library and data inside, which asks nothing of any network.

Library: sigma 3.0.3 and graphology 0.26.0 (MIT, licences beside them under assets/), as published, without the line that
points to a source map. Data go in as JSON with every < escaped; our script sets text only as text.
"""

from __future__ import annotations

import json
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from fangkong_lab.errors import WrongCall
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.show.network_data import Asked, page_data
from fangkong_lab.show.simulated import SIMULATED
from fangkong_lab.whole import write_whole

_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
_START = """
const data = JSON.parse(document.getElementById("fkn-data").textContent);
const page = fangkongNetwork(document.getElementById("fkn"), data, fangkongLibrary);
function follow() {
  const asked = new URLSearchParams(location.hash.slice(1)).get("q");
  if (!asked) return;
  page.search.value = asked;
  page.look(asked);
  const first = page.hits.querySelector("button");
  if (first) first.click();
}
addEventListener("hashchange", follow);
follow();
"""


@cache
def asset(name: str) -> str:
    """Return the text of a file under assets/."""
    return files("fangkong_lab.show").joinpath("assets", name).read_text(encoding="utf-8")


def library() -> str:
    """Return JavaScript that defines fangkongLibrary = {Graph, Sigma, rendering} without touching names of the page it runs in."""
    parts = []
    for constant, name in (("Graph", "graphology.umd.min.js"), ("Sigma", "sigma.min.js")):
        code = "\n".join(line for line in asset(name).splitlines() if not line.startswith("//# sourceMappingURL"))
        parts.append(f"const {constant} = (function () {{ const module = {{exports: {{}}}}, exports = module.exports, define = undefined;\n"
                     f"{code}\nreturn module.exports; }}).call(globalThis);")
    return ("const fangkongLibrary = (function () {\n" + "\n".join(parts) +
            "\nreturn {Graph: Graph.Graph || Graph, Sigma: Sigma.Sigma || Sigma, rendering: Sigma.rendering}; })();\n")


def as_json(data: dict[str, Any]) -> str:
    """Return *data* as JSON that may stand inside a script element: no <, no line separators."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def page_text(data: dict[str, Any], title: str) -> str:
    """Return the whole HTML file for the document of `page_data`."""
    mark = f"【{SIMULATED}】" if data["simulated"] else ""
    return f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{mark}{escape(title)}</title>
<style>body {{ margin: 12px; background: #f5f6f7; }} h1 {{ font: bold 20px/1.4 "Noto Sans SC", "Microsoft YaHei", sans-serif; margin: 0 0 6px; }}
{asset("network_page.css")}</style>
</head>
<body>
<main>
<h1>{mark}{escape(title)}</h1>
<div id="fkn"></div>
</main>
<script type="application/json" id="fkn-data">{as_json(data)}</script>
<script>
{library()}
{asset("network_page.js")}
{_START}
</script>
</body>
</html>
"""


def write_page(network: PowerNetwork, path: Path, asked: Asked | None = None, *, force: bool = False) -> Path:
    """Write the interactive page of *network* to *path* and return it.

    Raises `WrongCall` where the file exists (unless *force*), the unit is unknown, or the audience needs one.
    """
    asked = asked or Asked()
    if path.exists() and not force:
        raise WrongCall("文件已存在", where=str(path), mend="加上 --force 覆盖，或改写到别处")
    data = page_data(network, asked)
    whose = "" if asked.unit is None else network.units[asked.unit].name
    text = page_text(data, f"{whose}权力网络")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text)
    return path

"""The interactive network inside a report page: what a notebook shows, and how the page carries it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from fangkong_lab.kinds import Audience
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.report.content import Network

if TYPE_CHECKING:
    from fangkong_lab.show.prose import Prose
    from fangkong_lab.show.unit import UnitPages

NETWORK_MIME = "application/vnd.fangkong.network+json"
_PLACE = """
.fk-network { width: min(1180px, 94vw); margin: 16px 0 16px 50%; transform: translateX(-50%); }
.fk-network .fkn-body { height: 600px; min-height: 0; }
@media print { .fk-network { display: none; } }
"""
_START = """
document.querySelectorAll(".fk-network").forEach(function (box) {
  const data = JSON.parse(box.querySelector("script").textContent);
  fangkongNetwork(box.querySelector("div"), data, fangkongLibrary);
});
"""


@dataclass(frozen=True)
class InteractiveNetwork:
    """One unit's network for the screen: *document* (JSON of `show.network_data.page_data`) under *title*.

    In JupyterLab it shows a line of text; the HTML report shows the network; paper leaves it out, where the drawn
    network (`show.unit_network`) stands.
    """

    document: str
    title: str

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        line = f"{self.title}：在 HTML 报告中可搜索、可点击。"
        return {"text/plain": line, "text/html": f"<p>{escape(line)}</p>", NETWORK_MIME: {"document": self.document, "title": self.title}}


def interactive_network(network: PowerNetwork, unit_id: str, audience: Audience) -> InteractiveNetwork:
    """Return the interactive network of *unit_id* as *audience* may see it; errors as `show.network_data.page_data`."""
    from fangkong_lab.show.network_data import Asked, page_data
    from fangkong_lab.show.network_page import as_json

    document = as_json(page_data(network, Asked(unit=unit_id, audience=audience)))
    return InteractiveNetwork(document, f"{network.units[unit_id].name}权力网络")


def unit_network_for_screen(pages: UnitPages) -> InteractiveNetwork | Prose:
    """Return the interactive network of the report's unit; the public copy says why it has none (posts tell who is meant)."""
    from fangkong_lab.show.prose import Prose

    if pages.audience is Audience.PUBLIC:
        return Prose(("公开册不含岗位网络。",))
    network = PowerNetwork.from_tables(pages.tables, pages.as_of)
    return interactive_network(network, pages.unit_id, pages.audience)


def network_html(network: Network) -> str:
    """Return the place of one network in the page, with its data in a script element that is not run."""
    inert = network.data.replace("<", "\\u003c")
    return (f'<figure class="fk-network" aria-label="{escape(network.title)}"><figcaption>{escape(network.title)}</figcaption>'
            f'<script type="application/json">{inert}</script><div></div></figure>')


def network_style() -> str:
    """Return the style of the network; on paper it is left out."""
    from fangkong_lab.show.network_page import asset

    return asset("network_page.css") + _PLACE


def network_script(networks: Sequence[Network]) -> str:
    """Return the script that draws all networks of a page, or an empty text where there are none."""
    from fangkong_lab.show.network_page import asset, library

    return f"{library()}\n{asset('network_page.js')}\n{_START}" if networks else ""

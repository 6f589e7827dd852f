"""The interactive network in JupyterLab: the same script and data in an anywidget (an optional extra)."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from fangkong_lab.errors import WrongCall
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.show.network_data import Asked, page_data
from fangkong_lab.show.network_page import as_json, asset, library

_RENDER = """
function render({ model, el }) {
  const root = document.createElement("div");
  el.append(root);
  const page = fangkongNetwork(root, JSON.parse(model.get("document")), fangkongLibrary);
  return () => page.close();
}
export default { render };
"""


def widget_script() -> str:
    """Return the widget's module: the library, our script, and the function that anywidget calls."""
    return f"{library()}\n{asset('network_page.js')}\n{_RENDER}"


def network_widget(network: PowerNetwork, asked: Asked | None = None) -> Any:
    """Return *network* as an `anywidget.AnyWidget` that shows itself in a notebook cell; what it shows is the page's (`page_data`).

    Raises `WrongCall` where anywidget is not installed.
    """
    try:
        base, traitlets = import_module("anywidget").AnyWidget, import_module("traitlets")
    except ImportError as error:
        raise WrongCall("没有安装 anywidget，不能在 JupyterLab 中显示交互网络",
                        mend="安装 fangkong-lab[widget];或用 fangkong netpage 生成网页") from error
    members: dict[str, Any] = {"_esm": widget_script(), "_css": asset("network_page.css"), "document": traitlets.Unicode().tag(sync=True)}
    return type("NetworkWidget", (base,), members)(document=as_json(page_data(network, asked or Asked())))

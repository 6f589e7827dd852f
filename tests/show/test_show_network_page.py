"""The interactive page: one file that asks nothing of any network, runs nothing that stands in the data, and tells no copy too much."""

import json
import re
import subprocess
import sys
import types
from datetime import date

import pytest

from fangkong_lab.errors import WrongCall
from fangkong_lab.examples.county import synthetic_county
from fangkong_lab.kinds import Audience, Verdict
from fangkong_lab.network.explain import explain
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.thresholds import measure
from fangkong_lab.show.network_data import Asked, page_data
from fangkong_lab.show.network_page import library, page_text, write_page
from fangkong_lab.show.network_widget import network_widget, widget_script

DAY = date(2016, 12, 31)
EVIL = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"


@pytest.fixture(scope="module")
def tables():
    return synthetic_county(seed=1, units=3).tables


@pytest.fixture(scope="module")
def network(tables):
    return PowerNetwork.from_tables(tables, DAY)


@pytest.fixture(scope="module")
def evil(tables):
    """The county with a unit and an item whose names are markup."""
    units, items = tables["units"].copy(), tables["power_items"].copy()
    units.loc[units["unit_id"] == "U01", "name"] = EVIL
    items.loc[items["item_id"] == "S01001", "name"] = EVIL
    return PowerNetwork.from_tables({**tables, "units": units, "power_items": items}, DAY)


def lines_of(data, key: str) -> list[str]:
    at = data["nodes"]["key"].index(key)
    return [data["texts"][k] for k in data["nodes"]["lines"][at]]


def test_nodes_and_edges_are_the_network(network):
    data = page_data(network, Asked())
    nodes = data["nodes"]
    assert set(nodes["key"]) == {f"post:{p}" for p in network.posts} | {f"item:{i}" for i in network.items}
    verdicts = dict(zip(nodes["key"], nodes["status"], strict=True))
    assert all(verdicts[f"item:{e.item.item_id}"] == e.status.value for e in measure(network))
    pairs = {(nodes["key"][a], nodes["key"][b]) for a, b, _ in zip(*data["edges"], strict=True)}
    signing = {(f"post:{p}", f"item:{i}") for i, x in network.items.items() for s in network.flow_of(x).sign_offs for p in s.posts}
    assert pairs == signing | {(f"post:{a}", f"post:{b}") for a, b in network.links}
    assert len(set(zip(nodes["x"], nodes["y"], strict=True))) == len(nodes["key"])  # no node lies on another


def test_reasons_are_those_of_explain(network):
    data = page_data(network, Asked())
    bad = next(e for e in measure(network) if e.status is Verdict.VIOLATED)
    shown = lines_of(data, f"item:{bad.item.item_id}")
    assert set(explain(network, bad.item.item_id).lines[1:-1]) <= set(shown)
    assert any("不达标" in line for line in shown)


@pytest.mark.parametrize("audience", [Audience.UNIT, Audience.PUBLIC])
def test_other_copies_name_nobody(network, audience):
    text = json.dumps(page_data(network, Asked("U01", audience)), ensure_ascii=False)
    assert not any(person in text for person in network.persons)
    assert "即可办结" not in text
    assert ("U02" in text) is False  # a unit's copy holds nothing of another unit
    assert ("post:" in text) is (audience is Audience.UNIT)


def test_a_units_copy_needs_its_unit(network):
    with pytest.raises(WrongCall, match="只能含该单位"):
        page_data(network, Asked(None, Audience.UNIT))
    with pytest.raises(WrongCall, match="没有单位"):
        page_data(network, Asked("U0l"))


@pytest.mark.parametrize(("most", "detail"), [(260, "岗位与事项类别"), (60, "单位与事项类别")])
def test_large_networks_are_put_together_and_say_so(network, most, detail):
    data = page_data(network, Asked(most=most))
    assert data["detail"] == detail
    assert f"{len(network.items)}项事项" in data["aggregated"]
    groups = [k for k, kind in zip(data["nodes"]["key"], data["nodes"]["kind"], strict=True) if kind == "group"]
    counted = sum(int(re.match(r"事项(\d+)项", lines_of(data, k)[0])[1]) for k in groups)
    assert counted == len(network.items)
    assert not any(k.startswith("item:") for k in data["nodes"]["key"])


def test_the_file_holds_everything(evil, tmp_path):
    path = write_page(evil, tmp_path / "页.html")
    text = path.read_text(encoding="utf-8")
    assert "<img" not in text
    assert text.count("</script>") == 2  # data and code: nothing in the data ends them
    assert not re.search(r'(src|href)\s*=\s*["\']?(https?:)?//', text)
    assert not re.search(r"https?://", text)
    assert "sourceMappingURL" not in text
    assert "【模拟数据】" in text
    data = json.loads(re.search(r'id="fkn-data">(.*?)</script>', text, re.DOTALL)[1])
    assert data["units"][0][1] == EVIL
    with pytest.raises(WrongCall, match="已存在"):
        write_page(evil, path)


def test_the_library_is_small_enough():
    assert len(library().encode()) <= 350_000


def test_bytes_do_not_depend_on_the_run(network):
    one, two = (page_text(page_data(network, Asked()), "t") for _ in range(2))
    assert one == two


def test_widget_says_what_is_missing(network, monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(WrongCall, match=r"widget"):
        network_widget(network)


def test_widget_carries_the_same_document(network, monkeypatch):
    import traitlets

    class AnyWidget(traitlets.HasTraits):
        """Stands for anywidget's base class: an object with traits."""

    monkeypatch.setitem(sys.modules, "anywidget", types.SimpleNamespace(AnyWidget=AnyWidget))
    widget = network_widget(network, Asked("U01"))
    assert json.loads(widget.document) == json.loads(json.dumps(page_data(network, Asked("U01"))))
    assert widget._esm == widget_script()
    assert widget_script().rstrip().endswith("export default { render };")


def opened(chromium, address: str, folder) -> tuple[str, str, list[str]]:
    """Return the page's DOM, what the browser said, and the addresses the page asked for (from Chromium's network log)."""
    folder.mkdir()
    log = folder / "net.json"
    done = subprocess.run(
        [chromium, "--headless", "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-quic",
         "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
         f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}", "--enable-logging=stderr",
         "--virtual-time-budget=3000", "--dump-dom", address], capture_output=True, text=True, check=True, timeout=120)
    text = log.read_text(encoding="utf-8", errors="replace")
    events = json.loads(text if text.rstrip().endswith("}") else text.rstrip().rstrip(",") + "]}")["events"]
    params = [event.get("params", {}) for event in events]
    asked = sorted({p["url"] for p in params if str(p.get("url", "")).startswith("http")
                    and (str(p.get("initiator", "")).startswith("file") or p.get("initiator") == "null")})
    return done.stdout, done.stderr, asked


@pytest.mark.chromium
def test_search_and_click_in_a_browser(chromium, evil, tmp_path):
    path = write_page(evil, tmp_path / "页.html")
    dom, said, asked = opened(chromium, path.as_uri() + "#q=S01001", tmp_path / "one")
    assert asked == []
    assert "CONSOLE" not in said, said
    assert 'data-drawn="yes"' in dom
    panel = re.search(r'<div class="fkn-panel">(.*?)</div>', dom, re.DOTALL)[1]
    for words in ("事项编码 S01001", "结论：", "最少独立经手人数", "相连"):
        assert words in panel, words
    assert '<h3 class="fkn-title">&lt;img src=x onerror=alert(1)&gt;' in panel  # the name is shown as text
    assert "<img" not in dom
    side = re.search(r'<div class="fkn-side">(.*?)</div>', dom, re.DOTALL)[1]
    assert "共 1 个" in side
    assert re.findall(r'<option value="0">(.*?)</option>', side)[0].startswith("&lt;img")
    for word in ("达标(", "不达标(", "不能判定(", "无法办结("):
        assert word in side
    assert '<p class="fkn-simulated">模拟数据' in dom


@pytest.mark.chromium
@pytest.mark.parametrize("most_lines", [20_000, 10])
def test_the_chosen_node_is_in_the_picture(chromium, network, tmp_path, most_lines):
    """Above *most_lines* lines are drawn for the chosen node only; the camera must still find it (blue and red are there)."""
    from PIL import Image

    path = tmp_path / "p.html"
    path.write_text(page_text({**page_data(network, Asked()), "most_lines": most_lines}, "t"), encoding="utf-8")
    picture = tmp_path / "p.png"
    subprocess.run([chromium, "--headless", "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
                    f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1400,900", "--virtual-time-budget=3000",
                    f"--screenshot={picture}", path.as_uri() + "#q=S01001"], capture_output=True, check=True, timeout=120)
    stage = Image.open(picture).convert("RGB").crop((280, 130, 1020, 700))
    colours = {colour for _, colour in stage.getcolors(1_000_000)}
    assert {(0x2F, 0x5D, 0x8A), (0xA8, 0x32, 0x2D)} <= colours


@pytest.mark.chromium
def test_the_widgets_script_runs(chromium, network, tmp_path):
    """The module that anywidget loads, called as anywidget calls it."""
    document = json.dumps(page_data(network, Asked("U01")))
    script = widget_script().replace("export default { render };", "")
    call = f'render({{model: {{get: () => {json.dumps(document)}}}, el: document.querySelector("main")}});'
    path = tmp_path / "w.html"
    path.write_text(f'<!DOCTYPE html><meta charset="utf-8"><main></main><script type="module">{script}\n{call.replace("<", chr(92) + "u003c")}</script>',
                    encoding="utf-8")
    dom, said, asked = opened(chromium, path.as_uri(), tmp_path / "two")
    assert asked == []
    assert "CONSOLE" not in said, said
    assert 'data-drawn="yes"' in dom
    assert '<option value="0">模拟县城关镇</option>' in dom
    assert "点一个节点，或在左边搜索</h3>" in dom


@pytest.mark.chromium
def test_the_browser_test_can_fail(chromium, tmp_path):
    bad = tmp_path / "bad.html"
    bad.write_text('<main>x</main><img src="http://127.0.0.1:9/x.png"><script>console.error("no")</script>', encoding="utf-8")
    _, said, asked = opened(chromium, bad.as_uri(), tmp_path / "bad")
    assert asked == ["http://127.0.0.1:9/x.png"]
    assert "CONSOLE" in said

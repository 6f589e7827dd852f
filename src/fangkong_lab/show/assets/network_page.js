// The interactive network: search, click for reasons, filters. Shared by the offline page and the JupyterLab widget.
// Everything shown goes in through textContent: names in the data are never read as markup.
function fangkongNetwork(root, data, library) {
  "use strict";
  const COLOURS = { violated: "#a8322d", cannot_tell: "#c98a1b", satisfied: "#3d7a57", cannot_be_done: "#66727f" };
  const PLAIN = { post: "#2f5d8a", unit: "#1f2933", item: "#66727f", group: "#66727f" };
  const SIZE = { post: 4, unit: 9, item: 4, group: 6 };
  const nodes = data.nodes, count = nodes.key.length;
  const statusName = Object.fromEntries(data.statuses), kindName = Object.fromEntries(data.kinds);
  const chosen = { unit: -1, statuses: new Set(data.statuses.map((s) => s[0])), node: -1, near: new Set() };
  const near = neighbours();
  const heavy = data.edges[0].length > data.most_lines; // then lines are drawn for the chosen unit or node only

  function make(tag, name, text) {
    const element = document.createElement(tag);
    if (name) element.className = name;
    if (text !== undefined) element.textContent = text;
    return element;
  }
  function put(parent, ...children) { parent.append(...children); return parent; }
  function neighbours() {
    const found = Array.from({ length: count }, () => []);
    for (let e = 0; e < data.edges[0].length; e++) {
      found[data.edges[0][e]].push(data.edges[1][e]);
      found[data.edges[1][e]].push(data.edges[0][e]);
    }
    return found;
  }
  function colour(k) { return COLOURS[nodes.status[k]] || PLAIN[nodes.kind[k]]; }
  function visible(k) {
    return (chosen.unit < 0 || nodes.unit[k] === chosen.unit) && (!nodes.status[k] || chosen.statuses.has(nodes.status[k]));
  }

  // ---- what stands around the picture
  root.replaceChildren();
  root.classList.add("fkn");
  if (data.simulated) root.append(make("p", "fkn-simulated", "模拟数据：单位、岗位、人员和事项均为软件生成，与任何真实单位和个人无关"));
  const total = nodes.kind.filter((k) => k === "item").length;
  root.append(make("p", "fkn-head", `评估日期 ${data.as_of} · 读者 ${data.audience} · 目标 ${data.target} 人 · 显示 ${data.detail}` +
    (total ? ` · 事项 ${total} 项` : "")));
  if (data.aggregated) root.append(make("p", "fkn-note", data.aggregated));
  const body = make("div", "fkn-body"), side = make("div", "fkn-side"), stage = make("div", "fkn-stage"), panel = make("div", "fkn-panel");
  put(root, put(body, side, stage, panel), make("p", "fkn-note", data.caveat));
  const search = make("input", "fkn-search");
  search.type = "search";
  search.placeholder = "搜索事项、岗位的名称或编码";
  search.setAttribute("aria-label", "搜索");
  const hits = make("ul", "fkn-hits");
  const units = make("select", "fkn-units");
  units.setAttribute("aria-label", "单位");
  units.append(new Option("全部单位", "-1"), ...data.units.map((u, k) => new Option(u[1], String(k))));
  put(side, search, hits, make("h3", "", "单位"), units, make("h3", "", "结论"));
  const tally = {};
  nodes.status.forEach((s) => { tally[s] = (tally[s] || 0) + 1; });
  for (const [code, label] of data.statuses) {
    const box = make("input");
    box.type = "checkbox";
    box.checked = true;
    box.value = code;
    box.addEventListener("change", () => {
      if (box.checked) chosen.statuses.add(code); else chosen.statuses.delete(code);
      refresh();
    });
    const dot = make("span", "fkn-dot");
    dot.style.background = COLOURS[code];
    side.append(put(make("label", "fkn-status"), box, dot, make("span", "", `${label}(${tally[code] || 0})`)));
  }
  side.append(make("h3", "", "图例"));
  const kinds = new Set(nodes.kind);
  for (const [code, label] of data.kinds) {
    if (!kinds.has(code)) continue;
    const dot = make("span", "fkn-dot");
    dot.style.background = code === "item" || code === "group" ? "linear-gradient(90deg,#a8322d,#c98a1b,#3d7a57)" : PLAIN[code];
    side.append(put(make("p", "fkn-key"), dot, make("span", "", label + (code === "item" || code === "group" ? "(按结论着色)" : ""))));
  }
  side.append(make("p", "fkn-key", "蓝线：可决定；灰线：其他签批、领导或隶属" + (heavy ? "。线条过多，选定单位或节点后才画" : "")));
  const shown = make("p", "fkn-key fkn-shown");
  side.append(shown);
  welcome();

  function welcome() {
    panel.replaceChildren(make("h3", "", "点一个节点，或在左边搜索"), make("p", "", "这里会列出它的结论和理由。拖动可平移，滚轮可缩放。"));
  }
  function tell(k) {
    const title = make("h3", "fkn-title", nodes.label[k]);
    const sub = make("p", "fkn-sub", `${kindName[nodes.kind[k]]} · ${data.units[nodes.unit[k]][1]}` +
      (nodes.status[k] ? ` · ${statusName[nodes.status[k]]}` : ""));
    sub.style.color = colour(k);
    panel.replaceChildren(title, sub, ...nodes.lines[k].map((t) => make("p", data.texts[t].startsWith("  ") ? "fkn-line fkn-deep" : "fkn-line", data.texts[t])));
    const others = [...new Set(near[k])].filter(visible);
    if (!others.length) return;
    panel.append(make("h3", "", `相连 ${others.length} 个`));
    put(panel, put(make("ul", "fkn-hits"), ...others.slice(0, 60).map(entry)));
    if (others.length > 60) panel.append(make("p", "fkn-key", `另有 ${others.length - 60} 个未列`));
  }
  function entry(k) {
    const button = make("button", "fkn-hit", nodes.label[k]);
    button.type = "button";
    button.style.borderLeftColor = colour(k);
    button.append(make("small", "", ` ${kindName[nodes.kind[k]]} · ${data.units[nodes.unit[k]][1]}`));
    button.addEventListener("click", () => pick(k));
    return put(make("li"), button);
  }
  function look(text) {
    const words = text.trim().toLowerCase();
    const found = [];
    for (let k = 0; words && k < count; k++) {
      if (visible(k) && (nodes.label[k].toLowerCase().includes(words) || nodes.key[k].toLowerCase().includes(words))) found.push(k);
    }
    hits.replaceChildren(...found.slice(0, 30).map(entry));
    if (words) hits.append(make("li", "fkn-key", found.length > 30 ? `共 ${found.length} 个,列出前 30 个` : found.length ? `共 ${found.length} 个` : "没有找到"));
    return found;
  }
  function pick(k) {
    chosen.node = k;
    chosen.near = new Set(k < 0 ? [] : near[k]);
    if (k < 0) welcome(); else tell(k);
    if (renderer) {
      const spot = k >= 0 && renderer.getNodeDisplayData(String(k)); // before lines change: then places are raw until the next refresh
      if (heavy) wire();
      if (k >= 0) {
        const camera = renderer.getCamera();
        if (spot) camera.animate({ x: spot.x, y: spot.y, ratio: Math.min(camera.getState().ratio, 0.35) }, { duration: 300 });
      }
      renderer.refresh({ skipIndexation: !heavy });
    }
  }
  function refresh() {
    let seen = 0;
    for (let k = 0; k < count; k++) if (visible(k)) seen++;
    shown.textContent = `显示 ${seen} / ${count} 个节点`;
    if (chosen.node >= 0 && !visible(chosen.node)) pick(-1);
    look(search.value);
    if (renderer && heavy) wire();
    if (renderer) renderer.refresh();
  }

  function frame() {
    if (!renderer) return;
    let left = Infinity, right = -Infinity, low = Infinity, high = -Infinity;
    for (let k = 0; k < count; k++) {
      const spot = visible(k) && renderer.getNodeDisplayData(String(k));
      if (!spot) continue;
      left = Math.min(left, spot.x); right = Math.max(right, spot.x); low = Math.min(low, spot.y); high = Math.max(high, spot.y);
    }
    if (left > right) return;
    const all = chosen.unit < 0;
    renderer.getCamera().animate(all ? { x: 0.5, y: 0.5, ratio: 1 } :
      { x: (left + right) / 2, y: (low + high) / 2, ratio: Math.max(0.05, 1.2 * Math.max(right - left, high - low)) }, { duration: 300 });
  }

  // ---- the picture
  let renderer = null;
  function nameUnits(graph) {
    const box = data.units.map(() => [Infinity, -Infinity]);
    for (let k = 0; k < count; k++) {
      const own = box[nodes.unit[k]];
      own[0] = Math.min(own[0], nodes.x[k]);
      own[1] = Math.max(own[1], nodes.y[k]);
    }
    data.units.forEach((unit, n) => {
      if (box[n][0] < Infinity) graph.addNode(`u${n}`, { x: box[n][0], y: box[n][1] + 0.6, size: 0.5, color: "#ffffff", label: unit[1], forceLabel: true, unit: n });
    });
  }
  function addLine(graph, e) {
    const decides = data.edges[2][e];
    graph.addDirectedEdge(String(data.edges[0][e]), String(data.edges[1][e]), { size: decides ? 1 : 0.5, color: decides ? "#9db7d1" : "#dfe3e7" });
  }
  function wire() {
    const graph = renderer.getGraph();
    graph.clearEdges();
    for (let e = 0; e < data.edges[0].length; e++) {
      const a = data.edges[0][e], b = data.edges[1][e];
      if (chosen.node >= 0 ? a === chosen.node || b === chosen.node : chosen.unit >= 0 && nodes.unit[a] === chosen.unit) addLine(graph, e);
    }
  }
  function draw() {
    const graph = new library.Graph({ type: "directed", multi: true });
    for (let k = 0; k < count; k++) {
      graph.addNode(String(k), { x: nodes.x[k], y: nodes.y[k], size: count > 3000 ? SIZE[nodes.kind[k]] * 0.6 : SIZE[nodes.kind[k]],
        color: colour(k), label: nodes.label[k] });
    }
    if (data.units.length > 1 && data.units.length <= 80) nameUnits(graph);
    if (!heavy) for (let e = 0; e < data.edges[0].length; e++) addLine(graph, e);
    // Points are a third of the vertices of circles; they look the same while they are small.
    const many = count > 3000 && library.rendering ? { nodeProgramClasses: { circle: library.rendering.NodePointProgram } } : {};
    const made = new library.Sigma(graph, stage, {
      ...many,
      allowInvalidContainer: true, labelFont: "sans-serif", labelSize: 12, labelDensity: 0.6, labelRenderedSizeThreshold: 7,
      hideEdgesOnMove: data.edges[0].length > 5000, zIndex: true,
      nodeReducer: (key, attributes) => {
        const k = Number(key);
        if (key[0] === "u") return { ...attributes, hidden: chosen.unit >= 0 && chosen.unit !== attributes.unit };
        if (!visible(k)) return { ...attributes, hidden: true };
        if (chosen.node < 0) return attributes;
        if (k === chosen.node) return { ...attributes, size: attributes.size * 1.8, zIndex: 2, forceLabel: true };
        return chosen.near.has(k) ? { ...attributes, zIndex: 1, forceLabel: chosen.near.size < 30 } : { ...attributes, color: "#e3e6e9", label: "" };
      },
      edgeReducer: (key, attributes) => {
        if (chosen.node < 0) return attributes;
        const touches = graph.extremities(key).includes(String(chosen.node));
        return touches ? { ...attributes, color: "#2f5d8a", size: 1.5, zIndex: 1 } : { ...attributes, hidden: true };
      },
    });
    made.on("clickNode", (event) => { if (event.node[0] !== "u") pick(Number(event.node)); });
    made.on("clickStage", () => pick(-1));
    return made;
  }
  try {
    renderer = draw();
    stage.dataset.drawn = "yes";
  } catch (error) {
    stage.replaceChildren(make("p", "fkn-note", "本机浏览器不能画图（需要 WebGL）。搜索、筛选和理由仍可使用。"));
  }
  search.addEventListener("input", () => look(search.value));
  search.addEventListener("keydown", (event) => {
    const found = event.key === "Enter" ? look(search.value) : [];
    if (found.length) pick(found[0]);
  });
  units.addEventListener("change", () => { chosen.unit = Number(units.value); refresh(); frame(); });
  refresh();
  return { look, pick, search, hits, panel, renderer, close() { if (renderer) renderer.kill(); root.replaceChildren(); } };
}

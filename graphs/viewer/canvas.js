// The graph itself, drawn by Sigma. The page is of use without it: every fact is in the list.
"use strict";

const hidden = new Set();
const chosen = { id: null, near: new Set() };

// A drawn label is measured and painted whole, however long it is.
const LONGEST = 80;
const short = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);

function ink(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function hasWebGL() {
  return Boolean(document.createElement("canvas").getContext("webgl2"));
}

function buildGraph() {
  const graph = new graphology.MultiDirectedGraph();
  for (const node of data.nodes) {
    const degree = data.edges.filter((edge) => edge.head === node.id || edge.tail === node.id).length;
    graph.addNode(node.id, {
      x: node.x, y: node.y, label: short(node.name), color: colourOf(node.type), kind: node.type,
      size: Math.min(18, 5 + 2 * Math.sqrt(degree)),
    });
  }
  for (const edge of data.edges) {
    graph.addEdgeWithKey(edge.id, edge.head, edge.tail, { label: short(edge.type), size: 2, kind: edge.kind });
  }
  return graph;
}

function draw() {
  const graph = buildGraph();
  const view = new Sigma(graph, byId("canvas"), {
    defaultEdgeType: "arrow",
    enableEdgeEvents: true,
    renderEdgeLabels: true,
    labelFont: "system-ui, DejaVu Sans, sans-serif",
    labelDensity: 2,
    labelRenderedSizeThreshold: 5,
    labelColor: { color: ink("--ink") },
    edgeLabelColor: { color: ink("--soft") },
    edgeLabelSize: 11,
    zIndex: true,
    nodeReducer: (id, shown) => {
      const faded = chosen.id && !chosen.near.has(id);
      return {
        ...shown,
        hidden: hidden.has(shown.kind),
        color: faded ? ink("--line") : shown.color,
        label: faded ? "" : shown.label,
        highlighted: id === chosen.id,
        zIndex: faded ? 0 : 1,
      };
    },
    edgeReducer: (id, shown) => {
      const near = !chosen.id || chosen.near.has(id);
      return {
        ...shown,
        color: id === chosen.id ? ink("--accent") : near ? ink("--soft") : ink("--line"),
        size: id === chosen.id ? 4 : shown.size,
        label: near ? shown.label : "",
        zIndex: near ? 1 : 0,
      };
    },
    // A chosen node's label is drawn on a plate of its own.
    defaultDrawNodeHover: (context, node, settings) => {
      context.font = `600 ${settings.labelSize}px ${settings.labelFont}`;
      const width = context.measureText(node.label ?? "").width;
      context.fillStyle = ink("--surface");
      context.fillRect(node.x + node.size + 1, node.y - settings.labelSize, width + 8, 1.8 * settings.labelSize);
      context.fillStyle = ink("--ink");
      context.fillText(node.label ?? "", node.x + node.size + 5, node.y + settings.labelSize / 3);
    },
  });
  view.on("clickNode", ({ node }) => select(node));
  view.on("clickEdge", ({ edge }) => select(edge));
  view.on("clickStage", () => mark(view, graph, null));
  onSelect((id) => mark(view, graph, id));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    view.setSetting("labelColor", { color: ink("--ink") });
    view.setSetting("edgeLabelColor", { color: ink("--soft") });
  });
  return { graph, view };
}

function mark(view, graph, id) {
  chosen.id = id;
  chosen.near = new Set();
  if (id && graph.hasEdge(id)) chosen.near = new Set([id, ...graph.extremities(id)]);
  if (id && graph.hasNode(id)) chosen.near = new Set([id, ...graph.neighbors(id), ...graph.edges(id)]);
  view.refresh();
}

function addLegend(view) {
  for (const type of types) {
    const dot = make("span", { className: "dot" });
    dot.style.background = colourOf(type);
    const button = make("button", { type: "button", className: "type" }, dot, type);
    button.setAttribute("aria-pressed", "true");
    button.onclick = () => {
      if (!hidden.delete(type)) hidden.add(type);
      button.setAttribute("aria-pressed", !hidden.has(type));
      view?.refresh();
    };
    byId("legend").append(make("li", {}, button));
  }
}

function addSearch(view) {
  for (const node of data.nodes) byId("names").append(make("option", { value: node.name }));
  byId("search").onchange = (event) => {
    const said = event.target.value.trim().toLowerCase();
    const found = data.nodes.find((node) => node.name.toLowerCase() === said)
      ?? data.nodes.find((node) => said && node.name.toLowerCase().includes(said));
    if (!found) return;
    select(found.id);
    const place = view?.getNodeDisplayData(found.id);
    if (place) view.getCamera().animate({ x: place.x, y: place.y, ratio: 0.5 }, { duration: 300 });
  };
  byId("fit").onclick = () => view?.getCamera().animatedReset({ duration: 300 });
}

function say(text) {
  byId("note").hidden = false;
  byId("note").textContent = text;
}

const drawn = data.nodes.length && hasWebGL() ? draw() : null;
if (!data.nodes.length) say("There is nothing to draw: no claim was admitted to the graph.");
else if (!drawn) say("This browser draws no graph (WebGL is off). All facts are in the list.");
addLegend(drawn?.view);
addSearch(drawn?.view);

// For tests and for extensions: where an edge is on the screen.
window.questgraph = {
  data,
  select,
  edgePoint(id) {
    const [head, tail] = drawn.graph.extremities(id).map((node) => drawn.view.graphToViewport(drawn.graph.getNodeAttributes(node)));
    const box = byId("canvas").getBoundingClientRect();
    return { x: box.x + (head.x + tail.x) / 2, y: box.y + (head.y + tail.y) / 2 };
  },
};

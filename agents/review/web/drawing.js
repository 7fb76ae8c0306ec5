// The neighbourhood, drawn by Sigma. The page is of use without it: every fact stands in a list.
"use strict";

const drawing = (() => {
  const COLOURS = ["#0b7a6f", "#c2571a", "#5b5fc7", "#b03a78", "#7a8b12", "#1f78b4", "#8c5a2b", "#6a6f76"];
  let view = null;

  const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function colourOf(type) {
    let sum = 0;
    for (const letter of type) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
    return COLOURS[sum % COLOURS.length];
  }

  function build(data) {
    const graph = new graphology.MultiDirectedGraph();
    for (const node of data.nodes) {
      graph.addNode(node.id, {
        x: node.x, y: node.y, size: node.size, label: node.label, color: colourOf(node.type), highlighted: node.centre,
      });
    }
    for (const edge of data.edges) {
      graph.addEdgeWithKey(edge.id, edge.head, edge.tail, { label: edge.label, size: 2, color: ink("--soft") });
    }
    return graph;
  }

  function plate(context, node, settings) {
    context.font = `600 ${settings.labelSize}px ${settings.labelFont}`;
    const width = context.measureText(node.label ?? "").width;
    context.fillStyle = ink("--surface");
    context.fillRect(node.x + node.size + 1, node.y - settings.labelSize, width + 8, 1.8 * settings.labelSize);
    context.fillStyle = ink("--ink");
    context.fillText(node.label ?? "", node.x + node.size + 5, node.y + settings.labelSize / 3);
  }

  function say(text) {
    document.getElementById("drawing-note").textContent = text;
  }

  async function draw() {
    view?.kill();
    view = null;
    const place = document.getElementById("drawing");
    if (!place) return;
    const answer = await fetch(place.dataset.near);
    if (!answer.ok) return;
    const data = await answer.json();
    // Somebody may have gone on in the meantime.
    if (!place.isConnected) return;
    if (!data.nodes.length) return say("Nothing of it is in the graph.");
    if (!document.createElement("canvas").getContext("webgl2")) return say("This browser draws no graph (WebGL is off).");
    view = new Sigma(build(data), place, {
      defaultEdgeType: "arrow",
      stagePadding: 70,
      renderEdgeLabels: true,
      labelFont: "system-ui, DejaVu Sans, sans-serif",
      labelRenderedSizeThreshold: 4,
      labelColor: { color: ink("--ink") },
      edgeLabelColor: { color: ink("--soft") },
      edgeLabelSize: 11,
      defaultDrawNodeHover: plate,
    });
    view.on("clickNode", ({ node }) => htmx.ajax("GET", `/things/${node}`, { target: "#desk", swap: "innerHTML" }));
    place.dataset.drawn = data.nodes.length;
    say(data.left_out ? `${data.left_out} neighbours are left out.` : "");
  }

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  return { draw };
})();

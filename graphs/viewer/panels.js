// What stands beside the graph: the list of facts, the selected one with its evidence and the
// dialogue behind it, and the documents. Data reaches the screen as text only.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const nodes = new Map(data.nodes.map((node) => [node.id, node]));
const edges = new Map(data.edges.map((edge) => [edge.id, edge]));
const byId = (id) => document.getElementById(id);

const COLOURS = ["#0b7a6f", "#c2571a", "#5b5fc7", "#b03a78", "#7a8b12", "#1f78b4", "#8c5a2b", "#6a6f76"];
const types = [...new Set(data.nodes.map((node) => node.type))].sort();
const colourOf = (type) => COLOURS[types.indexOf(type) % COLOURS.length];

// Tell the canvas, once it is there.
const listeners = [];
const onSelect = (listener) => listeners.push(listener);

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function link(text, action, attributes = {}) {
  const button = make("button", { type: "button", className: "link", textContent: text, onclick: action });
  for (const [name, value] of Object.entries(attributes)) button.setAttribute(name, value);
  return button;
}

function showTab(name) {
  for (const tab of document.querySelectorAll("[role=tab]")) {
    const chosen = tab.id === `tab-${name}`;
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
    byId(tab.getAttribute("aria-controls")).hidden = !chosen;
  }
}

function moveBetweenTabs(event) {
  const tabs = [...document.querySelectorAll("[role=tab]")];
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const next = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length];
  next.focus();
  next.click();
}

function select(id) {
  const panel = byId("fact");
  panel.replaceChildren(...(edges.has(id) ? edgeView(edges.get(id)) : nodeView(nodes.get(id))));
  panel.scrollTop = 0;
  showTab("fact");
  for (const row of document.querySelectorAll("[aria-current]")) row.removeAttribute("aria-current");
  document.querySelector(`[data-edge="${CSS.escape(id)}"]`)?.setAttribute("aria-current", "true");
  for (const listener of listeners) listener(id);
}

function edgeView(edge) {
  const [head, tail] = [nodes.get(edge.head), nodes.get(edge.tail)];
  const siblings = data.edges.filter(
    (other) => other.id !== edge.id && new Set([other.head, other.tail, edge.head, edge.tail]).size <= 2,
  );
  const qualifiers = Object.entries(edge.qualifiers).map(([role, values]) => `${role}: ${values.join(", ")}`);
  const view = [
    make("h2", {}, link(head.name, () => select(head.id)), ` ${edge.type} `, link(tail.name, () => select(tail.id))),
    make("p", { className: "about", textContent: [`${head.type} → ${tail.type}`, ...qualifiers].join("; ") }),
    ...edge.support.flatMap(evidenceView),
  ];
  if (siblings.length) view.push(make("h3", { textContent: "Also between these two" }), factTable(siblings));
  return view;
}

function nodeView(node) {
  const around = data.edges.filter((edge) => edge.head === node.id || edge.tail === node.id);
  const view = [
    make("h2", { textContent: node.name }),
    make("p", { className: "about", textContent: [node.type, ...node.aliases.map((name) => `also “${name}”`)].join("; ") }),
  ];
  if (around.length) view.push(factTable(around));
  if (node.support.length) view.push(make("h3", { textContent: `Named ${node.support.length} times` }));
  return view.concat(node.support.flatMap(evidenceView));
}

function evidenceView(record) {
  const quote = make("blockquote", {}, ...record.quote.map(([text, roles]) =>
    roles.length ? make("mark", { textContent: text, title: roles.join(", ") }) : text));
  quote.dataset.testid = "evidence";
  const place = link(`${record.document}, characters ${record.start} to ${record.end}`, () => showPlace(record));
  const verdict = make("span", { className: record.verdict, textContent: record.verdict + (record.reason ? ` (${record.reason})` : "") });
  return [quote, make("p", { className: "about" }, place, " · ", verdict), dialogueView(record)];
}

function dialogueView(record) {
  const turns = data.turns[record.unit] ?? [];
  const details = make("details", {}, make("summary", { textContent: "The questions and answers it came from" }));
  details.dataset.testid = "dialogue";
  details.open = edges.size > 0;
  for (const index of record.turns) {
    const turn = turns[index];
    if (!turn) continue;
    details.append(make("div", { className: "turn" },
      make("span", { className: "stage", textContent: turn.stage }),
      make("p", { textContent: turn.question }),
      make("p", { className: "answer", textContent: turn.answer })));
  }
  return details;
}

function factTable(facts) {
  const rows = facts.map((edge) => make("tr", {},
    make("td", { textContent: nodes.get(edge.head).name }),
    make("td", {}, link(edge.type, () => select(edge.id), { "data-edge": edge.id })),
    make("td", { textContent: nodes.get(edge.tail).name }),
    make("td", { textContent: edge.support.length })));
  const head = ["Head", "Fact", "Tail", "Said"].map((text) => make("th", { scope: "col", textContent: text }));
  return make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows));
}

function showDocument(id) {
  const found = data.documents.find((one) => one.id === id);
  byId("which").value = id;
  byId("document").replaceChildren(...found.segments.map(([text, marks, start]) => {
    if (!marks.length || !nodes.has(marks[0])) {
      const plain = make("span", { textContent: text });
      plain.dataset.start = start;
      return plain;
    }
    const node = nodes.get(marks[0]);
    const mention = make("button", { type: "button", className: "mention", textContent: text, title: `${node.name}: ${node.type}`, onclick: () => select(node.id) });
    mention.dataset.start = start;
    mention.style.borderColor = colourOf(node.type);
    return mention;
  }));
}

function showPlace(record) {
  showTab("text");
  showDocument(record.document);
  const pieces = [...byId("document").children].filter((piece) =>
    Number(piece.dataset.start) >= record.start && Number(piece.dataset.start) < record.end);
  for (const piece of pieces) piece.classList.add("here");
  pieces[0]?.scrollIntoView({ block: "center" });
}

byId("title").textContent = document.title = data.title;
for (const [name, value] of Object.entries(data.summary)) {
  byId("summary").append(make("div", {}, make("dt", { textContent: name }), make("dd", { textContent: value })));
}
byId("facts").append(data.edges.length
  ? factTable(data.edges)
  : make("p", { textContent: "No facts were found. The documents and their names are still here." }));
for (const one of data.documents) byId("which").append(make("option", { value: one.id, textContent: one.id }));
byId("which").onchange = (event) => showDocument(event.target.value);
for (const tab of document.querySelectorAll("[role=tab]")) {
  tab.onclick = () => showTab(tab.id.slice("tab-".length));
  tab.onkeydown = moveBetweenTabs;
}
byId("fact").append(make("p", { className: "about", textContent: "Choose a node or an edge in the graph, a fact in the list, or a name in a document." }));
if (data.documents.length) showDocument(data.documents[0].id);
showTab("facts");

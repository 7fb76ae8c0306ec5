// Selecting words in the document, with the mouse or with keys. Places are counted in code points
// from the beginning of the whole document, as the server counts.
"use strict";

const spans = (() => {
  const one = (selector) => document.querySelector(selector);
  const pane = () => one("#document");
  const pieces = () => [...pane().querySelectorAll("[data-start]")];
  const points = (text) => [...text].length;
  let chosen = null;

  // All words on show, each with its beginning and end.
  function words() {
    const text = pieces().map((piece) => piece.textContent).join("");
    const found = [];
    let at = Number(pane().dataset.start);
    for (const part of new Intl.Segmenter(undefined, { granularity: "word" }).segment(text)) {
      const length = points(part.segment);
      if (part.segment.trim()) found.push({ start: at, end: at + length });
      at += length;
    }
    return found;
  }

  // A place of the document as a place of the page.
  function domPlace(at) {
    const all = pieces();
    const piece = all.findLast((each) => Number(each.dataset.start) <= at) ?? all[0];
    const before = [...piece.textContent].slice(0, at - Number(piece.dataset.start)).join("");
    return [piece.firstChild, before.length];
  }

  // A place of the page as a place of the document.
  function place(node, offset) {
    const piece = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest("[data-start]");
    if (!piece || piece === pane() || !pane().contains(piece)) return null;
    const before = node.nodeType === Node.TEXT_NODE ? node.textContent.slice(0, offset) : offset ? piece.textContent : "";
    return Number(piece.dataset.start) + points(before);
  }

  function textOf({ start, end }) {
    const text = [...pieces().map((piece) => piece.textContent).join("")];
    const first = Number(pane().dataset.start);
    return text.slice(start - first, end - first).join("");
  }

  function choose(range, { show = true } = {}) {
    const first = Number(pane().dataset.start);
    if (range.start < first || range.end > first + points(pane().textContent)) return;
    chosen = range;
    one("#start").value = range.start;
    one("#end").value = range.end;
    one("#chosen").textContent = textOf(range);
    if (show) {
      getSelection().setBaseAndExtent(...domPlace(range.start), ...domPlace(range.end));
      getSelection().focusNode.parentElement.scrollIntoView({ block: "nearest" });
    }
    announce(`Selected: ${textOf(range)}`);
  }

  function choosePart(radio) {
    radio.checked = true;
    const { start, end } = radio.dataset;
    if (start !== undefined) choose({ start: Number(start), end: Number(end) });
    else if (!chosen) choose(words()[0]);
  }

  function begin() {
    if (!pane() || !words().length) return;
    document.body.classList.add("spanning");
    pane().focus();
    chosen = null;
    choosePart(one("#span input[name=part]:checked"));
  }

  function end() {
    document.body.classList.remove("spanning");
    one("#correct-span")?.focus();
  }

  // Where a border goes: over the next word on either side.
  function moved(range, key, shift) {
    const all = words();
    const step = key === "ArrowRight" || key === "ArrowDown" ? 1 : -1;
    if (key === "ArrowUp" || key === "ArrowDown") {
      return step > 0 ? all.find((word) => word.start >= range.end) : all.findLast((word) => word.end <= range.start);
    }
    const borders = all.map((word) => (shift ? word.end : word.start));
    const now = shift ? range.end : range.start;
    const border = step > 0 ? borders.find((at) => at > now) : borders.findLast((at) => at < now);
    const next = shift ? { start: range.start, end: border } : { start: border, end: range.end };
    return border !== undefined && next.start < next.end ? next : null;
  }

  document.addEventListener("keydown", (event) => {
    if (!document.body.classList.contains("spanning") || event.target !== pane()) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const radio = one(`#span input[name=part][value="${CSS.escape(event.key)}"]`);
    if (radio) choosePart(radio);
    else if (event.key.startsWith("Arrow") && chosen) choose(moved(chosen, event.key, event.shiftKey) ?? chosen);
    else if (event.key === "Enter") one("#save-span").click();
    else if (event.key === "Escape") end();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  document.addEventListener("mouseup", () => {
    const picked = getSelection();
    if (!pane() || picked.isCollapsed || !pane().contains(picked.anchorNode)) return;
    const range = picked.getRangeAt(0);
    const [start, end_] = [place(range.startContainer, range.startOffset), place(range.endContainer, range.endOffset)];
    if (start !== null && end_ !== null && start < end_) choose({ start, end: end_ }, { show: false });
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("#correct-span")) begin();
  });

  document.addEventListener("htmx:afterSettle", () => {
    document.body.classList.remove("spanning");
    chosen = null;
  });

  return { begin };
})();

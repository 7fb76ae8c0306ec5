// Keys, what is told, and where the focus goes. Each key clicks, or goes to, what names it.
"use strict";

const keysOn = document.getElementById("keys-on");
const help = document.getElementById("help");

function announce(text) {
  document.getElementById("said").textContent = text;
}

function press(key) {
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!target) return false;
  target.focus();
  if (target.matches("button, a")) target.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (!keysOn.checked || event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  if (event.target.matches("input:not([type=radio]):not([type=checkbox]), select, textarea")) return;
  if (press(event.key === "?" ? "h" : event.key.toLowerCase())) event.preventDefault();
});

document.getElementById("open-help").addEventListener("click", () => help.showModal());
keysOn.checked = localStorage.getItem("keys") !== "off";
keysOn.addEventListener("change", () => localStorage.setItem("keys", keysOn.checked ? "on" : "off"));

document.body.addEventListener("said", (event) => announce(event.detail.value));
document.body.addEventListener("htmx:sendError", () => announce("The review does not answer: is the command still running?"));
document.body.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status === 403) announce("This page is out of date: open the link that the command printed.");
  if (event.detail.xhr.status === 404) announce("It is not there any more.");
});

// A link can lead to a part of the page: it gets the focus, and nothing is done yet.
function begin() {
  const key = { merge: "m", split: "p" }[document.getElementById("title").dataset.do];
  if (key) document.querySelector(`[data-key="${key}"]`)?.focus();
}

document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target.id !== "desk") return;
  // What had the focus is gone with the old item, unless somebody was faster.
  if (document.activeElement === document.body) document.getElementById("title").focus();
  drawing.draw();
  begin();
});

drawing.draw();
begin();

/**
 * What the page does by itself: it hides the rules that had nothing to judge until they are asked for, filters, opens what a link points at, and opens everything for the printer. Without it
 * the page is whole; only the filter is not shown.
 */
export const SCRIPT = `
"use strict";
const form = document.getElementById("filter");
const result = document.getElementById("result");
const rules = [...document.querySelectorAll("details.rule")].map((rule) => ({
  rule,
  section: rule.dataset.section,
  standing: rule.dataset.standing,
  text: rule.querySelector("summary").textContent.toLowerCase(),
  findings: [...rule.querySelectorAll("[data-finding]")].map((row) => ({
    row, standing: row.dataset.finding, text: row.textContent.toLowerCase(),
  })),
}));
const chapters = [...document.querySelectorAll("section[data-chapter]")];

function filter() {
  const { verdict, section, words } = Object.fromEntries(new FormData(form));
  const wanted = words.toLowerCase().split(/\\s+/).filter(Boolean);
  const says = (text) => wanted.every((word) => text.includes(word));
  let shownRules = 0;
  let shownFindings = 0;
  for (const one of rules) {
    const named = says(one.text);
    let matches = 0;
    for (const finding of one.findings) {
      const shown = (verdict === "" || verdict === "every" || verdict === finding.standing) && (named || says(finding.text));
      finding.row.hidden = !shown;
      if (shown) matches += 1;
    }
    const asked = verdict === "every" || verdict === one.standing || (verdict === "" && wanted.length > 0);
    const empty = one.findings.length === 0 && named && asked;
    one.rule.hidden = (section !== "" && section !== one.section) || (matches === 0 && !empty);
    for (const list of one.rule.querySelectorAll("[data-list]"))
      list.hidden = !list.querySelector("[data-finding]:not([hidden])");
    if (one.rule.hidden) continue;
    shownRules += 1;
    shownFindings += matches;
  }
  for (const chapter of chapters)
    chapter.hidden = (section !== "" && section !== chapter.dataset.chapter) ||
      (verdict !== "" || wanted.length > 0) && !chapter.querySelector("details.rule:not([hidden])");
  result.textContent = "Shown: " + shownRules + " of " + rules.length + " rules, " + shownFindings + " findings";
}

form.hidden = false;
filter();
form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
function showAll() {
  for (const field of form.querySelectorAll("select, input")) field.value = "";
  form.elements.verdict.value = "every";
  filter();
}
document.getElementById("none").addEventListener("click", showAll);
const all = document.getElementById("all");
all.addEventListener("click", () => {
  const open = all.getAttribute("aria-pressed") !== "true";
  all.setAttribute("aria-pressed", String(open));
  for (const details of document.querySelectorAll("details")) details.open = open;
});

function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target || target.tagName !== "DETAILS") return;
  if (target.hidden) showAll();
  target.open = true;
  target.querySelector("summary").focus();
}
addEventListener("hashchange", openTarget);
openTarget();

let closed = [];
let chosen = "";
addEventListener("beforeprint", () => {
  chosen = form.elements.verdict.value;
  if (chosen === "") form.elements.verdict.value = "every";
  filter();
  closed = [...document.querySelectorAll("details:not([open])")];
  for (const details of closed) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of closed) details.open = false;
  form.elements.verdict.value = chosen;
  filter();
});
`;

/** The page's style: its colours have a contrast of 4.5 or more in the light and in the dark. */
export const STYLE = `
:root { color-scheme: light dark; --ground: #fff; --paper: #f5f6f8; --ink: #1b1f24; --soft: #4d555e; --line: #c9ced6; --link: #0b57b0;
  --broken: #ac1219; --warning: #764a00; --unknown: #0b57b0; --exempt: #6a3fa0; --pass: #17622f; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171a; --paper: #1e2226; --ink: #eceff2; --soft: #b3bbc4; --line: #454c54; --link: #8ec5ff;
  --broken: #ff9f98; --warning: #f2c260; --unknown: #8ec5ff; --exempt: #d2b8ff; --pass: #82d89d; } }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0 auto; padding: 1rem 1.25rem 3rem; max-width: 76rem; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100vw; padding: .5rem 1rem; background: var(--ground); }
.skip:focus { left: 1rem; }
h1 { margin: .5rem 0; font-size: 1.8rem; line-height: 1.2; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.35rem; border-bottom: 2px solid var(--line); }
h3 { margin: 1.5rem 0 0; font-size: 1rem; font-weight: 600; }
summary h3 { display: inline; }
summary code { white-space: nowrap; }
time, .day { white-space: nowrap; }
.lead { font-size: 1.15rem; }
.verdict { padding: .1rem 1rem; border-left: .5rem solid var(--pass); background: var(--paper); }
.verdict.broken { border-color: var(--broken); }
.verdict.unknown { border-color: var(--unknown); }
.chip { display: inline-block; padding: 0 .5em; border: 1px solid currentColor; border-radius: 1em; font-size: .85rem; font-weight: 600; white-space: nowrap; color: var(--soft); }
.chip.broken { color: var(--broken); }
.chip.warning { color: var(--warning); }
.chip.unknown { color: var(--unknown); }
.chip.exempt, .chip.optedOut { color: var(--exempt); }
.chip.pass { color: var(--pass); }
.soft { color: var(--soft); }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; list-style: none; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
caption { padding: .25rem 0; text-align: left; color: var(--soft); }
th, td { padding: .35rem .5rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
td pre { min-width: 14em; }
thead th::first-letter { text-transform: uppercase; }
.numbers td { font-variant-numeric: tabular-nums; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
pre { margin: 0; padding: .5rem .75rem; background: var(--paper); white-space: pre-wrap; overflow-wrap: anywhere; }
details.rule { margin: .5rem 0; border: 1px solid var(--line); border-radius: .4rem; }
summary { padding: .5rem .75rem; cursor: pointer; }
details.rule > div { padding: 0 .75rem .75rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: .5rem 0; }
dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
form { display: flex; flex-wrap: wrap; gap: .75rem 1.25rem; align-items: end; padding: .75rem 1rem; background: var(--paper); border: 1px solid var(--line); border-radius: .4rem; }
form label { display: grid; gap: .15rem; font-weight: 600; }
select, input, button { height: 2.4rem; padding: .35rem .5rem; border: 1px solid var(--soft); border-radius: .25rem; background: var(--ground); color: var(--ink); font: inherit; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: .5rem; } }
@page { size: landscape; margin: 12mm; }
@media print {
  :root { color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 9pt; }
  nav, form, .skip { display: none !important; }
  details::details-content { display: block; content-visibility: visible; block-size: auto; }
  h2 { break-after: avoid; }
  section.chapter { break-before: page; }
  tr, li, summary, pre { break-inside: avoid; }
  summary { break-after: avoid; }
  .scroll { overflow: visible; }
}
`;

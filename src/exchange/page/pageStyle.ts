/** Looks of a trace's page: light and dark by what the reader's system asks for. */
export const HTML_STYLE = `
:root { --bg: #fff; --fg: #1f2328; --dim: #59636e; --line: #d1d9e0; --soft: #f6f8fa; --blue: #0969da; --green: #1a7f37; --red: #c4262e; --amber: #9a6700; --violet: #8250df; }
@media (prefers-color-scheme: dark) { :root { --bg: #16191d; --fg: #dfe3e8; --dim: #9aa4af; --line: #343a42; --soft: #1f242a; --blue: #58a6ff; --green: #56b56a; --red: #ff7b72; --amber: #d8a32b; --violet: #b692f6; } }
* { box-sizing: border-box; }
body { background: var(--bg); color: var(--fg); font: 14px/1.5 system-ui, sans-serif; margin: 0; }
main { margin: 0 auto; max-width: 1080px; padding: 24px 20px 60px; }
h1 { font-size: 22px; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { border-bottom: 1px solid var(--line); font-size: 17px; margin: 30px 0 10px; padding-bottom: 4px; }
h3 { font-size: 14px; margin: 14px 0 2px; overflow-wrap: anywhere; }
h4 { font-size: 13px; margin: 0; }
h4 span { font-weight: normal; }
p { margin: 2px 0; overflow-wrap: anywhere; }
a { color: var(--blue); }
nav a { margin-right: 12px; }
.dim { color: var(--dim); font-size: 13px; }
.tiles { display: grid; gap: 8px; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); margin: 12px 0; }
.tiles div { border: 1px solid var(--line); border-radius: 6px; padding: 6px 10px; }
.tiles dt { color: var(--dim); font-size: 12px; }
.tiles dd { margin: 0; overflow-wrap: anywhere; }
.tiles small { color: var(--dim); display: block; }
.finding { border-left: 3px solid var(--line); margin: 10px 0; padding: 2px 12px; }
.finding.error { border-color: var(--red); } .finding.warning { border-color: var(--amber); } .finding.info { border-color: var(--blue); }
.finding.error .sign { color: var(--red); } .finding.warning .sign { color: var(--amber); } .finding.info .sign { color: var(--blue); }
svg { background: var(--soft); border-radius: 6px; display: block; margin: 8px 0; width: 100%; }
svg text { fill: var(--dim); font: 10px system-ui, sans-serif; }
svg .tick { stroke: var(--line); stroke-width: 0.6; }
svg rect { fill: var(--blue); } svg .speech { fill: var(--green); } svg .turn { fill: var(--dim); opacity: 0.55; }
svg .call, svg .mcp { fill: var(--violet); } svg .transcription { fill: var(--green); opacity: 0.6; } svg .heard { fill: var(--blue); }
svg rect.failed { fill: var(--red); } svg rect.cancelled, svg rect.incomplete { fill: var(--amber); }
svg .unheard { fill: none; stroke: var(--dim); stroke-dasharray: 2 2; stroke-width: 0.8; }
svg .mark { fill: var(--bg); font-size: 11px; }
svg path.error { fill: var(--red); } svg path.warning { fill: var(--amber); } svg path.info { fill: var(--blue); }
details { margin: 6px 0; } details details { margin-left: 16px; }
summary { color: var(--blue); cursor: pointer; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 5px; font: 12px/1.45 ui-monospace, monospace; margin: 4px 0; max-height: 360px; overflow: auto; padding: 6px 10px; white-space: pre-wrap; overflow-wrap: anywhere; }
.talk article { margin: 8px 0; max-width: 760px; padding: 2px 12px; }
.talk .user { background: var(--soft); border: 1px solid var(--line); border-radius: 8px; padding: 6px 12px; }
.talk .end { border-bottom: 1px solid var(--line); font-size: 12px; padding: 0 12px 4px; }
.words { overflow-wrap: anywhere; white-space: pre-wrap; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--line); padding: 3px 10px 3px 0; text-align: left; vertical-align: top; }
thead th, tbody th { color: var(--dim); font-weight: normal; }
tbody th { color: var(--fg); white-space: nowrap; }
.n { text-align: right; white-space: nowrap; }
.turns tbody tr:not(:last-child) > * { border-bottom: 0; padding-bottom: 0; }
.turns { width: 100%; }
.said th { color: var(--dim); }
.said td { max-width: 0; overflow-wrap: break-word; }
@media (max-width: 760px) { main { padding: 16px 12px 40px; } th, td { padding-right: 7px; } }
.mono { font-family: ui-monospace, monospace; font-size: 12px; }
@media print { main { max-width: none; } details > *:not(summary) { display: block; } }
`;

/**
 * Stylesheet of the page. Light or dark mode follows the reader's system. The two data colours are distinguishable with every
 * common form of colour blindness, and panels have titles, so that no information depends on colour alone.
 *
 * Source: https://jfly.uni-koeln.de/color/ (Okabe and Ito)
 */
export const style = `
:root{--page:#fff;--card:#f6f8fa;--ink:#1b1f24;--quiet:#57606a;--rule:#d0d7de;--faint:#eaeef2;--bars:#0072b2;--line:#b65500;--bad:#b3261e;--repair:#7b3fa0}
@media (prefers-color-scheme:dark){:root{--page:#0d1117;--card:#161b22;--ink:#e6edf3;--quiet:#9aa5b1;--rule:#3b434c;--faint:#21262d;--bars:#56b4e9;--line:#e69f00;--bad:#ff7b72;--repair:#d2a8ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:64rem;margin:0 auto;padding:2rem 1rem 4rem}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 .25rem;overflow-wrap:anywhere}
h2{font-size:1.25rem;margin:0 0 .25rem;overflow-wrap:anywhere}
p{margin:.25rem 0 .75rem}
small{font-size:.8em;color:var(--quiet);font-weight:400}
code{font:.9em ui-monospace,monospace}
.project{margin:0;color:var(--quiet);overflow-wrap:anywhere}
.quiet{color:var(--quiet);font-size:.875rem}
.note{border-left:4px solid var(--line);padding-left:.75rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;margin:1.25rem 0}
.tiles div{background:var(--card);border:1px solid var(--faint);border-radius:8px;padding:.75rem 1rem}
.tiles dt{color:var(--quiet);font-size:.875rem}
.tiles dd{margin:0;font-size:1.6rem;line-height:1.3;font-weight:600;font-variant-numeric:tabular-nums}
.tiles small{display:block;font-size:.8rem}
.tiles .warn small,.warn{color:var(--bad)}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;margin:0 0 1rem;padding:0;font-size:.8rem;color:var(--quiet)}
.legend svg{display:inline-block;width:14px;height:14px;margin-right:.35rem;vertical-align:-2px}
section{border-top:1px solid var(--rule);padding-top:1.5rem;margin-top:1.5rem}
figure{margin:1rem 0}
figcaption{font-size:.8rem;color:var(--quiet)}
figure svg{display:block;width:100%;height:auto}
.at-narrow{display:none}
svg text{font:12px system-ui,sans-serif;fill:var(--ink)}
svg .panel{font-weight:600;font-size:13px}
svg .axis{fill:var(--quiet)}
svg .value{font-weight:600;paint-order:stroke;stroke:var(--page);stroke-width:3px}
svg .grid{stroke:var(--faint)}
svg .base{stroke:var(--rule)}
svg .bar{fill:var(--bars)}
svg .bar.failed{fill:none;stroke:var(--bad);stroke-width:1.5;stroke-dasharray:3 2}
svg .line{fill:none;stroke:var(--line);stroke-width:2}
svg .dot{fill:var(--line);stroke:var(--page);stroke-width:1.5}
svg .hover{fill:transparent}
svg .hover:hover{fill:var(--ink);fill-opacity:.06}
svg .mark-failed{fill:none;stroke:var(--bad);stroke-width:2}
svg .mark-repair{fill:var(--repair)}
svg .mark-other{fill:none;stroke:var(--quiet);stroke-width:1.5}
table{border-collapse:collapse;font-size:.875rem;width:100%}
caption{text-align:left;color:var(--quiet);padding:.25rem 0}
th,td{padding:.4rem .6rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--faint)}
th:first-child{padding-left:0}
td:last-child,thead th:last-child{padding-right:0}
thead th{border-bottom-color:var(--rule);color:var(--quiet);font-weight:600}
tbody th{font-weight:600}
td{overflow-wrap:anywhere}
time,.badge,.n{white-space:nowrap}
.n{text-align:right;font-variant-numeric:tabular-nums}
.zero{color:var(--quiet)}
details{font-size:.8rem;color:var(--quiet);max-width:24rem}
summary{cursor:pointer;color:var(--bad)}
.badge{border:1px solid var(--rule);border-radius:1em;padding:0 .6em}
.badge.failed{border-color:var(--bad);color:var(--bad)}
.badge.repair{border-color:var(--repair);color:var(--repair)}
.badge.other{color:var(--quiet)}
@media (max-width:44rem){
.at-wide{display:none}
.at-narrow{display:block}
thead{position:absolute;clip-path:inset(50%)}
table,caption,tbody,tr,th,td{display:block}
tbody tr{display:grid;grid-template-columns:1fr 1fr;gap:.1rem 1rem;border-bottom:1px solid var(--faint);padding:.6rem 0}
tbody th,tbody td{border:0;padding:0}
tbody td{display:flex;justify-content:space-between;gap:.5rem}
tbody th{grid-row:1}
td[data-name="When"]{grid-column:2;grid-row:1;justify-content:flex-end}
td[data-name="What"],td[data-name="Who and commit"]{grid-column:1/-1;justify-content:flex-start;flex-wrap:wrap;align-items:baseline}
td.none{display:none!important}
td.n::before{content:attr(data-name);color:var(--quiet)}
}
@media print{section{break-inside:avoid}}
`;

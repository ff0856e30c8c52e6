/**
 * Stylesheet of the page. Light or dark mode follows the reader's system. The two data colours are distinguishable with every
 * common form of colour blindness, and panels have titles, so that no information depends on colour alone.
 *
 * Source: https://jfly.uni-koeln.de/color/ (Okabe and Ito)
 */
export const style = `
:root{--page:#fff;--ink:#1b1f24;--quiet:#57606a;--rule:#d0d7de;--faint:#eaeef2;--bars:#0072b2;--line:#d55e00}
@media (prefers-color-scheme:dark){:root{--page:#0d1117;--ink:#e6edf3;--quiet:#9aa5b1;--rule:#3b434c;--faint:#21262d;--bars:#56b4e9;--line:#e69f00}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.6rem;margin:0 0 .25rem;overflow-wrap:anywhere}
h2{font-size:1.25rem;margin:2.5rem 0 .25rem;overflow-wrap:anywhere}
p{margin:.25rem 0 .75rem}
.note{border-left:4px solid var(--line);padding-left:.75rem}
code{font:0.9em ui-monospace,monospace}
figure{margin:1rem 0;overflow-x:auto}
svg{display:block;width:100%;min-width:36rem;height:auto}
svg text{font:12px system-ui,sans-serif;fill:var(--ink)}
svg .panel{font-weight:600;font-size:13px}
svg .axis{fill:var(--quiet)}
svg .value{font-size:11px;paint-order:stroke;stroke:var(--page);stroke-width:3px}
svg .grid{stroke:var(--faint)}
svg .base{stroke:var(--rule)}
svg .bar{fill:var(--bars)}
svg .line{fill:none;stroke:var(--line);stroke-width:2}
svg .dot{fill:var(--line);stroke:var(--page);stroke-width:1.5}
.wide{overflow-x:auto}
.wide:focus-visible{outline:2px solid var(--bars)}
table{border-collapse:collapse;font-size:.875rem;width:100%}
caption{text-align:left;color:var(--quiet);padding:.25rem 0}
th,td{padding:.3rem .6rem;text-align:left;border-bottom:1px solid var(--faint);white-space:nowrap}
thead th{border-bottom-color:var(--rule)}
tbody th{font-weight:400}
.n{text-align:right;font-variant-numeric:tabular-nums}
@media print{figure,.wide{overflow:visible}section{break-inside:avoid}}
`;

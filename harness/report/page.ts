/** The frame and the style sheet of every page: a self-contained HTML file that needs no network and is legible in light and dark, wide and narrow. */
import { html, joinLines, rawHtml, type Html } from './html.ts';

export interface PageSection {
  /** Unique on the page; links point to it. */
  id: string;
  title: string;
  body: Html;
}

export interface PageOptions {
  title: string;
  /** Stands between the title and the links to the sections. */
  intro?: Html;
  sections: readonly PageSection[];
  /** Last line of the page, which names the source of its numbers. */
  footer?: string;
}

/** The text of a whole HTML document. Throws a RangeError if two sections share an id, since links between them would then lie. */
export function renderPage({ title, intro, sections, footer = SIMULATED }: PageOptions): string {
  const ids = new Set(sections.map((s) => s.id));
  if (ids.size !== sections.length) {
    throw new RangeError(`renderPage: expected ${sections.length} distinct section ids, found ${ids.size}`);
  }
  const links = sections.map((s) => html`<li><a href="#${s.id}">${s.title}</a></li>`);
  const bodies = sections.map(
    (s) =>
      html`<section id="${s.id}" aria-labelledby="${s.id}-title"><h2 id="${s.id}-title">${s.title}</h2>\n${s.body}\n</section>`,
  );
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${rawHtml(STYLE)}</style>
</head>
<body>
<header><h1>${title}</h1>${intro ?? ''}</header>
<nav aria-label="Sections"><ul>${links}</ul></nav>
<main>
${joinLines(bodies)}
</main>
<footer><p>Hundredblock. ${footer}</p></footer>
</body>
</html>
`;
  return page.text;
}

// --- internal ---

const SIMULATED = 'Everything on this page is simulated: no person, place or call is real.';

/** Hues after Okabe and Ito, darker on light paper and lighter on dark, so that each keeps 3:1 against its ground. */
const STYLE = `
:root{color-scheme:light dark;--paper:#fff;--panel:#f4f5f7;--ink:#1b1f24;--soft:#57606a;--line:#d5d9de;--street:#c3c9d0;
--blue:#0067a5;--sky:#2c87bd;--green:#007a5a;--orange:#a86a00;--red:#c14a00;--purple:#a8507f;--grey:#6b7280;--ok-bg:#e3f4ec;--bad-bg:#fdebe1;--note-bg:#fff5dc}
@media (prefers-color-scheme:dark){:root{--paper:#14171b;--panel:#1e2329;--ink:#e8eaed;--soft:#a5adb6;--line:#363d45;--street:#3f4751;
--blue:#5eb1ec;--sky:#8fd0f5;--green:#35c295;--orange:#f0aa2f;--red:#ff8247;--purple:#e39cc3;--grey:#9aa3ad;--ok-bg:#12332a;--bad-bg:#43210f;--note-bg:#3a3014}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0 auto;max-width:1080px;padding:0 20px 40px;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
h1{font-size:1.6rem;line-height:1.25;margin:28px 0 8px;overflow-wrap:anywhere}
h2{font-size:1.3rem;margin:0 0 8px;padding-top:20px;border-top:1px solid var(--line)}
h3{font-size:1.05rem;margin:24px 0 2px}
section{margin-top:28px}
p{margin:6px 0;max-width:75ch}
a{color:var(--blue)}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:4px 16px;margin:0;padding:0;font-size:.9rem}
nav a{display:inline-block;padding:4px 0}
footer{margin-top:40px;border-top:1px solid var(--line);color:var(--soft);font-size:.9rem}
code,.mono{font-family:ui-monospace,"SFMono-Regular",Menlo,Consolas,monospace;font-size:.88em;overflow-wrap:anywhere}
pre{background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:10px 12px;overflow-x:auto;font-size:.85rem;line-height:1.45}
.soft{color:var(--soft)}
.banner{border-radius:8px;padding:12px 16px;margin:8px 0;border-left:6px solid}
.banner strong{font-size:1.15rem}
.banner ul{margin:6px 0 0;padding-left:20px}
.banner.ok{background:var(--ok-bg);border-color:var(--green)}
.banner.bad{background:var(--bad-bg);border-color:var(--red)}
.banner.note{background:var(--note-bg);border-color:var(--orange)}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(200px,1fr));gap:12px;margin:12px 0;padding:0}
.tile{background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:10px 14px;margin:0;display:flex;flex-direction:column}
.tile dt{color:var(--soft);font-size:.9rem;order:1}
.tile dd{margin:0}
.tile .figure{order:2;font-size:1.55rem;font-weight:600;line-height:1.3;font-variant-numeric:tabular-nums}
.tile .aside{order:3;color:var(--soft);font-size:.82rem;line-height:1.35}
dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:4px 18px;margin:12px 0}
dl.facts dt{color:var(--soft)}
dl.facts dd{margin:0;min-width:0;overflow-wrap:anywhere}
.scroll{overflow-x:auto;margin:12px 0}
table{border-collapse:collapse;font-size:.9rem;min-width:min(100%,420px)}
caption{text-align:left;color:var(--soft);padding:0 0 6px}
th,td{text-align:left;vertical-align:top;padding:5px 16px 5px 0;border-bottom:1px solid var(--line);font-weight:400}
thead th{font-weight:600;border-bottom-width:2px;white-space:nowrap}
tbody th{font-weight:600}
td.num,th.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td{min-width:5ch}
details{margin:10px 0}
summary{cursor:pointer;color:var(--blue);padding:4px 0}
figure{margin:18px 0 8px}
figcaption{margin-bottom:8px}
figcaption h3{margin-top:0}
.plot svg{display:block;max-width:100%;height:auto;overflow:visible}
.plot svg text{fill:var(--ink)}
.multiples{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,320px),1fr));gap:4px 24px}
.multiples figure{margin:10px 0;display:flex;flex-direction:column;justify-content:space-between}
.multiples h3{font-size:.95rem}
.multiples p{font-size:.88rem;color:var(--soft)}
.narrow{display:none}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 18px;padding:0;margin:8px 0;font-size:.88rem}
.legend li{display:flex;align-items:center;gap:6px}
.legend svg{flex:none;width:18px;height:18px}
.maps{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,480px),1fr));gap:20px}
.maps figure{margin:0}
.bar{height:.8em;margin-top:.35em;background:var(--blue);border-radius:2px}
td:has(>.bar){width:40%;min-width:120px}
table.hours th,table.hours td{padding:2px 4px;text-align:center;font-size:.8rem;min-width:1.9em}
.map{display:block;width:100%;height:auto;background:var(--panel);border:1px solid var(--line);border-radius:6px}
@media (max-width:720px){.wide{display:none}.narrow{display:block}body{padding:0 14px 32px}
.tiles{grid-template-columns:repeat(2,minmax(0,1fr));gap:8px}.tile{padding:8px 10px}.tile .figure{font-size:1.25rem}
td:not(.num){min-width:14ch}td.num~td.num~td.num~td:not(.num){min-width:38ch}dl.facts{grid-template-columns:1fr;gap:0}dl.facts dd{margin-bottom:8px}nav a{padding:8px 0}}
@media print{nav{display:none}details{display:block}}
`;

/** The page of a replay: what was read, what became of it, and where, as coarsely as residents may know it. Needs no network and no script. */
import { CATEGORY_LABELS, type Category } from '../../contract/catalogue.ts';
import { formatIso } from '../../contract/time.ts';
import { escapeHtml } from '../report/markup.ts';
import type { ReplayRecord } from './record.ts';

/** A whole HTML document; every figure in it is the record's. */
export function reportHtml(record: ReplayRecord): string {
  const title = `Replay: ${record.mapping.agency}`;
  const sections: [string, string][] = [
    ['What was read', readSection(record)],
    ['By category', categorySection(record)],
    ['Alerts by weekday and hour', hourSection(record)],
    ['Why records made no alert', suppressedSection(record)],
    ['Places that are none', shapesSection(record)],
    ['Natures that no rule names', naturesSection(record)],
    ['Map', mapSection(record)],
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>${escapeHtml(title)}</h1>
${record.partial ? '<p class="note"><strong>Interrupted.</strong> Every figure counts what was read until then.</p>' : ''}
<p>What a neighbourhood alert service would have published from these rows. No alert was sent to anybody. Places are cut to the hundred-block, and the map shows cells of a coarse grid only.</p></header>
<main>
${sections.map(([name, body]) => `<section><h2>${name}</h2>\n${body}\n</section>`).join('\n')}
</main>
</body>
</html>
`;
}

// --- internal ---

const STYLE = `
:root{--paper:#fff;--ink:#1b1f24;--soft:#57606a;--line:#d5d9de;--panel:#f4f5f7;--bar:#0067a5;--mark:#c14a00;--rgb:0,103,165}
@media (prefers-color-scheme:dark){:root{--paper:#14171b;--ink:#e8eaed;--soft:#a5adb6;--line:#363d45;--panel:#1e2329;--bar:#5eb1ec;--mark:#ff8247;--rgb:94,177,236}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1000px;padding:0 16px 40px;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.6rem;overflow-wrap:anywhere}
h2{font-size:1.25rem;border-top:1px solid var(--line);padding-top:18px;margin:26px 0 6px}
p{max-width:75ch;margin:6px 0}
.soft,caption{color:var(--soft);font-size:.9rem}
.note{border-left:6px solid var(--mark);background:var(--panel);padding:8px 12px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;margin:8px 0}
caption{text-align:left;padding-bottom:4px}
th,td{padding:3px 12px 3px 0;text-align:left;border-bottom:1px solid var(--line)}
td:first-child{overflow-wrap:anywhere}
th{white-space:nowrap}
td.n,th.n{text-align:right}
td.bar{width:40%;min-width:120px}
.bar div{height:.8em;background:var(--bar);border-radius:2px}
code{font-size:.9em;overflow-wrap:anywhere}
table.hours td,table.hours th{padding:2px 4px;text-align:center;font-size:.8rem;min-width:1.9em}
svg{max-width:100%;height:auto;background:var(--panel);border:1px solid var(--line)}
svg .cell{fill:var(--bar)}
svg .alert{fill:none;stroke:var(--mark);stroke-width:2}
`;

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** What each reason means, in words; keys are of contract/policy.ts. */
const REASONS: Readonly<Record<string, string>> = {
  'alerts-off': 'alerts were off',
  'unmapped-nature': 'no rule of the mapping names the nature',
  'not-eligible': 'the nature is of no category of the preset',
  'not-community': 'a domestic or in-custody matter',
  cancelled: 'cancelled, unfounded or a duplicate by its status',
  'future-dated': 'dated more than five minutes ahead of the clock',
  'too-old': 'an hour old or older when it arrived',
  unlocatable: 'no block or crossing could be made of the place',
  'same-event': 'another record of the same event has the alert',
};

function n(value: number): string {
  return value.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

function table(caption: string, head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cell = (value: string | number, tag: 'td' | 'th') =>
    `<${tag}${typeof value === 'number' ? ' class="n"' : ''}>${typeof value === 'number' ? n(value) : escapeHtml(value)}</${tag}>`;
  const numbers = (rows[0] ?? []).map((v) => typeof v === 'number');
  const heads = head.map((h, i) => `<th scope="col"${numbers[i] ? ' class="n"' : ''}>${escapeHtml(h)}</th>`).join('');
  const lines = rows.map((r) => `<tr>${r.map((v) => cell(v, 'td')).join('')}</tr>`).join('\n');
  return `<div class="scroll"><table><caption>${escapeHtml(caption)}</caption><thead><tr>${heads}</tr></thead><tbody>\n${lines}\n</tbody></table></div>`;
}

/** A table whose last column draws the first number as a bar; the number itself stands beside it. */
function bars(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly [name: string, count: number, note: string])[],
): string {
  if (rows.length === 0) return '<p>None.</p>';
  const max = Math.max(1, ...rows.map((r) => r[1]));
  const lines = rows.map(
    ([name, count, note]) =>
      `<tr><td>${escapeHtml(name)}</td><td class="n">${n(count)}</td><td class="bar"><div style="width:${((100 * count) / max).toFixed(1)}%"></div></td><td>${escapeHtml(note)}</td></tr>`,
  );
  const heads = head.map((h, i) => `<th scope="col"${i === 1 ? ' class="n"' : ''}>${escapeHtml(h)}</th>`).join('');
  return `<div class="scroll"><table><caption>${escapeHtml(caption)}</caption><thead><tr>${heads}</tr></thead><tbody>\n${lines.join('\n')}\n</tbody></table></div>`;
}

function readSection(record: ReplayRecord): string {
  const { counts, mapping, span, times, coordinates } = record;
  const facts: [string, string][] = [
    ['Rows', `${n(counts.rows)} = ${n(counts.parsed)} parsed + ${n(counts.rejected)} rejected`],
    [
      'Records',
      `${n(counts.records)} ids; ${n(counts.duplicates)} rows were duplicates, ${n(counts.updates)} updates (${n(counts.superseded)} of them older than what was known)`,
    ],
    ['Eligible records', n(counts.eligible)],
    ['Alerts', `${n(counts.alerts)}, ${n(counts.alertUpdates)} updated, ${n(counts.alertCancels)} cancelled`],
    [
      'Clock',
      span === null
        ? 'no row was replayed'
        : `${formatIso(span.firstMs)} to ${formatIso(span.lastMs)} (${mapping.clock} time${mapping.clock === 'incident' ? ` + ${n(record.delayMs / 1000)} s` : ''}, ${mapping.order})`,
    ],
    [
      'Wall-clock times',
      `${n(times.gaps)} that a change of the clock skipped, ${n(times.overlaps)} that came twice, ${n(times.backwards)} rows out of order`,
    ],
    ['Coordinates', `${n(coordinates.rows)} rows have them; ${n(coordinates.outsideBox)} lay outside the box`],
    [
      'Mapping',
      `${mapping.name} (SHA-256 ${mapping.sha256.slice(0, 16)}), zone ${mapping.zone}, preset ${record.preset}`,
    ],
    [
      'Ran',
      `${record.startedAt}, ${(record.wallMs / 1000).toFixed(1)} s, ${n(record.rowsPerSecond)} rows/s, ${n(record.maxRssMiB)} MiB, Hundredblock ${record.code.version} on Node ${record.code.node}`,
    ],
  ];
  const files = record.files.map((f) => [f.name, f.bytes, f.rows, f.parsed, f.rejected]);
  const rejected = Object.entries(record.rejectedBy).map(([code, count]) => [code, count, ''] as const);
  return `<p>To replay: <code>${escapeHtml(record.command)}</code></p>
${record.warnings.map((w) => `<p class="note">${escapeHtml(w)}</p>`).join('\n')}
${table('What was read', ['What', 'Figure'], facts)}
${table('Files, in the order read', ['File', 'Bytes', 'Rows', 'Parsed', 'Rejected'], files)}
${rejected.length === 0 ? '' : bars('Rows rejected by reason; rejects.jsonl has their numbers', ['Reason', 'Rows', '', ''], rejected)}`;
}

function categorySection(record: ReplayRecord): string {
  const rows = Object.entries(record.byCategory).map(
    ([c, v]) => [CATEGORY_LABELS[c as Category], v.eligible, `${n(v.alerts)} alerts`] as const,
  );
  return bars(
    'Eligible records by category of the preset, and the alerts they made',
    ['Category', 'Eligible', '', 'Alerts'],
    rows,
  );
}

function hourSection(record: ReplayRecord): string {
  if (record.counts.alerts === 0) return '<p>No alerts.</p>';
  const max = Math.max(...record.alertsByHour.flat());
  const head = Array.from({ length: 24 }, (_, h) => `<th scope="col">${h}</th>`).join('');
  const rows = record.alertsByHour.map((hours, day) => {
    const cells = hours
      .map(
        (count) =>
          `<td style="background:rgba(var(--rgb),${((0.55 * count) / max).toFixed(2)})">${count === 0 ? '' : n(count)}</td>`,
      )
      .join('');
    return `<tr><th scope="row">${DAYS[day]}</th>${cells}</tr>`;
  });
  return `<div class="scroll"><table class="hours"><caption>Alerts by weekday and hour of the incident, the agency's wall clock (${escapeHtml(record.mapping.zone)})</caption><thead><tr><td></td>${head}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table></div>`;
}

function suppressedSection(record: ReplayRecord): string {
  const rows = Object.entries(record.suppressedBy)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => [reason, count, REASONS[reason] ?? ''] as const);
  return bars(
    'Records by the rule that owes them no alert; a record counts again when its reason changes',
    ['Reason', 'Records', '', 'Meaning'],
    rows,
  );
}

function naturesSection(record: ReplayRecord): string {
  const { rows, natures } = record.unmapped;
  if (rows === 0) return '<p>None: every nature is named by a rule or by the ignore list.</p>';
  const list = record.unmappedNatures.map((u) => [u.nature, u.count, ''] as const);
  if (list.length === 0) return `<p>${n(natures)} natures in ${n(rows)} rows, none of them in two rows.</p>`;
  return bars(
    `${n(natures)} natures in ${n(rows)} rows; the ${n(list.length)} most frequent of those in two rows or more. Add each to natures or to ignore.`,
    ['Nature', 'Rows', '', ''],
    list,
  );
}

function shapesSection(record: ReplayRecord): string {
  const list = record.unlocatableShapes.map((s) => [s.shape, s.count, ''] as const);
  if (list.length === 0)
    return '<p>None: every place of a record that could make an alert was a block or a crossing.</p>';
  return bars(
    'What unlocatable places look like: A for letters, 9 for digits; the most frequent',
    ['Shape', 'Records', '', ''],
    list,
  );
}

const MAP_WIDTH = 900;

function mapSection(record: ReplayRecord): string {
  const { cells, cellDegrees, recordsMin, alertsNotShown } = record.map;
  if (cells.length === 0)
    return `<p>Nothing to draw: no cell of the grid holds ${recordsMin} records with coordinates or more.</p>`;
  const south = cells.reduce((min, c) => Math.min(min, c.south), Infinity);
  const north = cells.reduce((max, c) => Math.max(max, c.south + 1), -Infinity);
  const west = cells.reduce((min, c) => Math.min(min, c.west), Infinity);
  const east = cells.reduce((max, c) => Math.max(max, c.west + 1), -Infinity);
  // A degree of longitude is shorter than one of latitude by the cosine of the latitude.
  const shrink = Math.max(0.05, Math.cos((((south + north) / 2) * cellDegrees * Math.PI) / 180));
  const size = Math.min(MAP_WIDTH / ((east - west) * shrink), (MAP_WIDTH * 1.2) / (north - south), 40);
  const width = size * shrink;
  const most = cells.reduce((max, c) => Math.max(max, c.records), 1);
  const at = (value: number) => value.toFixed(1);
  const squares = cells.map((c) => {
    const shade = (0.1 + 0.6 * Math.sqrt(c.records / most)).toFixed(2);
    return `<rect class="cell" x="${at((c.west - west) * width)}" y="${at((north - 1 - c.south) * size)}" width="${at(width)}" height="${at(size)}" opacity="${shade}"/>`;
  });
  const circles = cells
    .filter((c) => c.alerts > 0)
    .map((c) => {
      const radius = Math.min(size, 2 + Math.sqrt(c.alerts) * 2);
      return `<circle class="alert" cx="${at((c.west - west + 0.5) * width)}" cy="${at((north - 0.5 - c.south) * size)}" r="${at(radius)}"><title>${n(c.alerts)} alerts among ${n(c.records)} records</title></circle>`;
    });
  const label = `${n(cells.length)} cells of ${cellDegrees} degrees: darker where more records lie; a circle grows with the alerts of its cell`;
  return `<p>${label}. Only cells with ${recordsMin} records or more are drawn; ${n(alertsNotShown)} alerts lie elsewhere or have no coordinates.</p>
<svg viewBox="0 0 ${at((east - west) * width)} ${at((north - south) * size)}" width="${at((east - west) * width)}" role="img" aria-label="${escapeHtml(label)}">
${squares.join('')}
${circles.join('')}
</svg>`;
}

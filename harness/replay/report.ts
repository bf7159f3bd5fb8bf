/** A replay for people: its page (the rows read, what became of them, and where, as coarsely as residents may know it), and its summary for the terminal. */
import { CATEGORY_LABELS, type Category } from '../../contract/catalogue.ts';
import { formatIso } from '../../contract/time.ts';
import { countText, durationText, nounText } from '../records/number-text.ts';
import { html, joinLines, type Html } from '../report/html.ts';
import { banner, factList, paragraph, table } from '../report/markup.ts';
import { renderPage } from '../report/page.ts';
import type { ReplayRecord } from './record.ts';

/** The text of a whole HTML document; every number in it is the record's. */
export function replayPage(record: ReplayRecord): string {
  const interrupted = banner('note', html`<strong>Interrupted.</strong> Every number counts what was read until then.`);
  const intro = paragraph(
    'What a neighbourhood alert service would have published from these rows. No alert was sent to anybody. Places are cut to the hundred-block, and the map shows cells of a coarse grid only.',
  );
  return renderPage({
    title: `Replay: ${record.mapping.agency}`,
    intro: joinLines(record.partial ? [interrupted, intro] : [intro]),
    sections: [
      { id: 'read', title: 'What was read', body: readSection(record) },
      { id: 'categories', title: 'By category', body: categorySection(record) },
      { id: 'hours', title: 'Alerts by weekday and hour', body: hourSection(record) },
      { id: 'suppressed', title: 'Why records made no alert', body: suppressedSection(record) },
      { id: 'unlocatable', title: 'Places that could not be located', body: shapesSection(record) },
      { id: 'natures', title: 'Natures that no rule names', body: naturesSection(record) },
      { id: 'map', title: 'Map', body: mapSection(record) },
    ],
    footer: "Counts come from the agency's own records; no single record, address or person is shown.",
  });
}

/** The summary that the terminal shows at the end of a replay: about twenty lines of plain text. */
export function summaryLines(record: ReplayRecord): string[] {
  const { counts, span } = record;
  const n = countText;
  const list = (entries: [string, number][]) => entries.map(([name, count]) => `${name} ${n(count)}`).join(', ');
  const categories = Object.entries(record.byCategory).map(
    ([c, v]) =>
      `  ${CATEGORY_LABELS[c as Category].padEnd(27)} ${n(v.eligible).padStart(8)} ${n(v.alerts).padStart(8)}`,
  );
  const unmapped = record.unmappedNatures.slice(0, 5).map((u) => `${JSON.stringify(u.nature)} ${n(u.count)}`);
  const shapes = record.unlocatableShapes.slice(0, 5).map((s) => `${JSON.stringify(s.shape)} ${n(s.count)}`);
  return [
    `Replay of ${record.files.map((f) => f.name).join(', ')} through the mapping ${record.mapping.name}${record.partial ? ', INTERRUPTED: partial figures' : ''}`,
    ...(span === null
      ? []
      : [`  from ${formatIso(span.firstMs)} to ${formatIso(span.lastMs)}, preset ${record.preset}`]),
    `  rows ${n(counts.rows)} = parsed ${n(counts.parsed)} + rejected ${n(counts.rejected)}`,
    `  records ${n(counts.records)}, duplicates ${n(counts.duplicates)}, updates ${n(counts.updates)}`,
    ...(counts.rejected === 0 ? [] : [`  rejected: ${list(Object.entries(record.rejectedBy))} (rejects.jsonl)`]),
    `  eligible ${n(counts.eligible)}, alerts ${n(counts.alerts)}, updated ${n(counts.alertUpdates)}, cancelled ${n(counts.alertCancels)}`,
    `  ${''.padEnd(27)} eligible   alerts`,
    ...categories,
    `  no alert: ${counts.suppressed === 0 ? 'none' : list(Object.entries(record.suppressedBy))}`,
    record.unmapped.rows === 0
      ? '  every nature is named by the mapping'
      : `  natures that no rule names: ${n(record.unmapped.natures)}, in ${n(record.unmapped.rows)} rows${unmapped.length === 0 ? '' : `: ${unmapped.join(', ')}`}${record.unmapped.natures > unmapped.length ? ', ...' : ''}`,
    ...(shapes.length === 0 ? [] : [`  unlocatable places look like: ${shapes.join(', ')}`]),
    ...record.warnings.map((w) => `  warning: ${w}`),
    `  ${(record.wallMs / 1000).toFixed(1)} s, ${n(record.rowsPerSecond)} rows/s, ${n(record.maxRssMiB)} MiB`,
  ];
}

// --- internal ---

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** The meaning of each reason, whose keys are those of contract/policy.ts. */
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

/** A table of counts, each with a bar beside it. `heads` name the rows, their counts and, if there are notes, these. */
function barTable(
  caption: string,
  heads: readonly [name: string, count: string, note?: string],
  rows: readonly (readonly [name: string, count: number, note?: string])[],
): Html {
  if (rows.length === 0) return paragraph('None.');
  const most = Math.max(1, ...rows.map(([, count]) => count));
  const [nameHead, countHead, noteHead] = heads;
  const columns = [{ head: nameHead }, { head: countHead, numeric: true }, { head: '' }];
  if (noteHead !== undefined) columns.push({ head: noteHead });
  const cells = rows.map(([name, count, note]) => {
    const bar = html`<div class="bar" style="width:${((100 * count) / most).toFixed(1)}%"></div>`;
    return noteHead === undefined ? [name, countText(count), bar] : [name, countText(count), bar, note ?? ''];
  });
  return table(caption, columns, cells);
}

function readSection(record: ReplayRecord): Html {
  const files = record.files.map((f) => [f.name, ...[f.bytes, f.rows, f.parsed, f.rejected].map((n) => countText(n))]);
  const rejected = Object.entries(record.rejectedBy);
  return joinLines([
    paragraph(html`To replay: <code>${record.command}</code>`),
    ...record.warnings.map((warning) => banner('note', warning)),
    factList(readFacts(record)),
    table(
      'Files, in the order read',
      [{ head: 'File' }, ...['Bytes', 'Rows', 'Parsed', 'Rejected'].map((head) => ({ head, numeric: true }))],
      files,
    ),
    ...(rejected.length === 0
      ? []
      : [barTable('Rows rejected by reason; rejects.jsonl has their numbers', ['Reason', 'Rows'], rejected)]),
  ]);
}

function readFacts(record: ReplayRecord): [term: string, value: string][] {
  const { counts, mapping, span, times, coordinates } = record;
  const delay = mapping.clock === 'incident' ? ` + ${durationText(record.delayMs)}` : '';
  return [
    ['Rows', `${countText(counts.rows)} = ${countText(counts.parsed)} parsed + ${countText(counts.rejected)} rejected`],
    [
      'Records',
      `${countText(counts.records)} ids; ${countText(counts.duplicates)} rows were duplicates, ${countText(counts.updates)} updates (${countText(counts.superseded)} of them older than what was known)`,
    ],
    ['Eligible records', countText(counts.eligible)],
    [
      'Alerts',
      `${countText(counts.alerts)}, ${countText(counts.alertUpdates)} updated, ${countText(counts.alertCancels)} cancelled`,
    ],
    [
      'Clock',
      span === null
        ? 'no row was replayed'
        : `${formatIso(span.firstMs)} to ${formatIso(span.lastMs)} (${mapping.clock} time${delay}, ${mapping.order})`,
    ],
    [
      'Wall-clock times',
      `${countText(times.gaps)} that a change of the clock skipped, ${countText(times.overlaps)} that came twice, ${countText(times.backwards)} rows out of order`,
    ],
    [
      'Coordinates',
      `${countText(coordinates.rows)} rows have them; ${countText(coordinates.outsideBox)} lay outside the box`,
    ],
    [
      'Mapping',
      `${mapping.name} (SHA-256 ${mapping.sha256.slice(0, 16)}), zone ${mapping.zone}, preset ${record.preset}`,
    ],
    [
      'Ran',
      `${record.startedAt}, ${(record.wallMs / 1000).toFixed(1)} s, ${countText(record.rowsPerSecond)} rows/s, ${countText(record.maxRssMiB)} MiB, Hundredblock ${record.code.version} on Node ${record.code.node}`,
    ],
  ];
}

function categorySection(record: ReplayRecord): Html {
  const rows = Object.entries(record.byCategory).map(
    ([category, { eligible, alerts }]) =>
      [CATEGORY_LABELS[category as Category], eligible, nounText(alerts, 'alert')] as const,
  );
  const caption = 'Eligible records by category of the preset, and the alerts they made';
  return barTable(caption, ['Category', 'Eligible', 'Alerts'], rows);
}

function hourSection(record: ReplayRecord): Html {
  if (record.counts.alerts === 0) return paragraph('No alerts.');
  const most = Math.max(...record.alertsByHour.flat());
  const head = Array.from({ length: 24 }, (_, hour) => html`<th scope="col">${hour}</th>`);
  const rows = record.alertsByHour.map((hours, day) => {
    const cells = hours.map((count) => {
      const shade = `${Math.round((55 * count) / most)}%`;
      return html`<td style="background:color-mix(in srgb,var(--blue) ${shade},transparent)">${count === 0 ? '' : countText(count)}</td>`;
    });
    return html`<tr><th scope="row">${DAYS[day]}</th>${cells}</tr>`;
  });
  const caption = `Alerts by weekday and hour of the incident, the agency's wall clock (${record.mapping.zone})`;
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table class="hours"><caption>${caption}</caption><thead><tr><td></td>${head}</tr></thead><tbody>${joinLines(rows)}</tbody></table></div>`;
}

function suppressedSection(record: ReplayRecord): Html {
  const rows = Object.entries(record.suppressedBy)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => [reason, count, REASONS[reason] ?? ''] as const);
  const caption = 'Records by the rule that owes them no alert; a record counts again when its reason changes';
  return barTable(caption, ['Reason', 'Records', 'Meaning'], rows);
}

function shapesSection(record: ReplayRecord): Html {
  const rows = record.unlocatableShapes.map(({ shape, count }) => [shape, count] as const);
  if (rows.length === 0)
    return paragraph('None: every place of a record that could make an alert was a block or a crossing.');
  const caption = 'Form of the places, A for letters and 9 for digits; the most frequent';
  return barTable(caption, ['Form', 'Records'], rows);
}

function naturesSection(record: ReplayRecord): Html {
  const { rows, natures } = record.unmapped;
  if (rows === 0) return paragraph('None: a rule or the ignore list names every nature.');
  const all = `${countText(natures)} natures in ${countText(rows)} rows`;
  const shown = record.unmappedNatures.map(({ nature, count }) => [nature, count] as const);
  if (shown.length === 0) return paragraph(`${all}, none of them in two rows.`);
  const caption = `${all}; the ${countText(shown.length)} most frequent of those in two rows or more. Add each to natures or to ignore.`;
  return barTable(caption, ['Nature', 'Rows'], shown);
}

const MAP_WIDTH = 900;
const CELL_SIZE_MAX = 40;

function mapSection(record: ReplayRecord): Html {
  const { cells, cellDegrees, recordsMin, alertsNotShown } = record.map;
  if (cells.length === 0)
    return paragraph(`Nothing to draw: no cell of the grid holds ${recordsMin} records with coordinates or more.`);
  const south = cells.reduce((min, c) => Math.min(min, c.south), Infinity);
  const north = cells.reduce((max, c) => Math.max(max, c.south + 1), -Infinity);
  const west = cells.reduce((min, c) => Math.min(min, c.west), Infinity);
  const east = cells.reduce((max, c) => Math.max(max, c.west + 1), -Infinity);
  // A degree of longitude is shorter than one of latitude by the cosine of the latitude.
  const shrink = Math.max(0.05, Math.cos((((south + north) / 2) * cellDegrees * Math.PI) / 180));
  const size = Math.min(MAP_WIDTH / ((east - west) * shrink), (MAP_WIDTH * 1.2) / (north - south), CELL_SIZE_MAX);
  const width = size * shrink;
  const most = cells.reduce((max, c) => Math.max(max, c.records), 1);
  const at = (value: number) => value.toFixed(1);
  const squares = cells.map((c) => {
    const shade = (0.1 + 0.6 * Math.sqrt(c.records / most)).toFixed(2);
    return html`<rect x="${at((c.west - west) * width)}" y="${at((north - 1 - c.south) * size)}" width="${at(width)}" height="${at(size)}" opacity="${shade}"/>`;
  });
  const circles = cells
    .filter((c) => c.alerts > 0)
    .map((c) => {
      const radius = Math.min(size, 2 + Math.sqrt(c.alerts) * 2);
      return html`<circle cx="${at((c.west - west + 0.5) * width)}" cy="${at((north - 0.5 - c.south) * size)}" r="${at(radius)}"><title>${countText(c.alerts)} alerts among ${countText(c.records)} records</title></circle>`;
    });
  const label = `${countText(cells.length)} cells of ${cellDegrees} degrees: darker where more records lie; a circle grows with the alerts of its cell`;
  const [mapWidth, mapHeight] = [at((east - west) * width), at((north - south) * size)];
  const left = `Only cells with ${recordsMin} records or more are drawn; ${countText(alertsNotShown)} alerts lie elsewhere or have no coordinates.`;
  return joinLines([
    paragraph(`${label}. ${left}`),
    html`<svg class="map grid" viewBox="0 0 ${mapWidth} ${mapHeight}" style="max-width:${mapWidth}px" role="img" aria-label="${label}">
<g fill="var(--blue)">${squares}</g>
<g fill="none" stroke="var(--red)" stroke-width="2">${circles}</g>
</svg>`,
  ]);
}

/** The section with a map of each agency: streets, app users, incidents, and alerts with their reach. */
import { CATEGORY_LABELS, type Category } from '../../../contract/catalogue.ts';
import { TRUTHS } from '../../../contract/record/kinds.ts';
import type { AlertLine, MapFile } from '../../../contract/record/lines.ts';
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { countText, momentText } from '../../records/number-text.ts';
import { legend, SHAPES } from '../plot.ts';
import { html, joinLines, type Html } from '../html.ts';
import { paragraph } from '../markup.ts';
import type { PageSection } from '../page.ts';
import { TRUTH_WORDS } from '../words.ts';
import { AGENCIES_SHOWN_MAX } from './rates.ts';

/** More alerts would hide the map. Each agency's map shows those with the largest audiences. */
const ALERTS_DRAWN_MAX = 300;
const RINGS_DRAWN_MAX = 40;
/** All rings together may cover the map this many times. More of them would hide the streets. */
const RING_COVER_MAX = 2.5;

export function mapSection(record: RunRecord, map: MapFile, alerts: AlertLine[]): PageSection {
  const shown = map.agencies.slice(0, AGENCIES_SHOWN_MAX);
  const radiusDm = medianRadiusDm(map);
  const byAgency = new Map(shown.map((agency) => [agency.id, [] as AlertLine[]]));
  for (const alert of alerts) byAgency.get(alert.agency)?.push(alert);
  const some =
    shown.length < map.agencies.length
      ? ` The first ${shown.length} agencies of ${countText(map.agencies.length)} are shown.`
      : '';
  const text =
    'A mark shows an alert at the middle of its published place, never at the incident. A ring shows the radius that half of the residents stay within' +
    `${radiusDm === null ? '' : ` (${countText(radiusDm / 10)} m)`}; the audience depends on each resident's own radius. Streets, incidents and homes are samples.${some}`;
  const figures = shown.map((agency) => agencyFigure(record, agency, byAgency.get(agency.id) as AlertLine[], radiusDm));
  return {
    id: 'map',
    title: 'The city',
    body: html`${paragraph(text)}${mapLegend()}<div class="maps">${joinLines(figures)}</div>`,
  };
}

// --- internal ---

type AgencyMap = MapFile['agencies'][number];

/** Width of a map in its own units, which are about a pixel each. */
const MAP_WIDTH = 500;

function mapLegend(): Html {
  const truths = [...TRUTHS]
    .reverse()
    .map((truth) => ({ ...TRUTH_WORDS[truth], label: `alert, ${TRUTH_WORDS[truth].label}` }));
  return legend([
    ...truths,
    { colour: 'var(--blue)', shape: 'circle', outline: true, label: 'reach of an alert' },
    { colour: 'var(--ink)', shape: 'dot', label: 'incident that really happened' },
    { colour: 'var(--purple)', shape: 'times', label: 'report of nothing' },
    { colour: 'var(--sky)', shape: 'speck', label: 'home of an app user' },
  ]);
}

/** The radius that half of the residents stay within; null if there are none. */
function medianRadiusDm(map: MapFile): number | null {
  const radii = [...map.radii].sort((a, b) => a.radiusDm - b.radiusDm);
  const half = radii.reduce((sum, r) => sum + r.residents, 0) / 2;
  let below = 0;
  for (const { radiusDm, residents } of radii) {
    below += residents;
    if (below >= half && residents > 0) return radiusDm;
  }
  return null;
}

function agencyFigure(record: RunRecord, agency: AgencyMap, all: AlertLine[], radiusDm: number | null): Html {
  const placed = all.filter((alert) => alert.x !== null && alert.y !== null);
  const drawn = [...placed]
    .sort((a, b) => b.audience - a.audience || (a.identifier < b.identifier ? -1 : 1))
    .slice(0, ALERTS_DRAWN_MAX);
  const feeds = record.agencies.find((a) => a.id === agency.id)?.feeds.join(', then ') ?? 'no feed';
  const rings = Math.min(drawn.length, ringsDrawn(agency, radiusDm));
  const hidden = [
    placed.length > drawn.length ? `the ${countText(drawn.length)} with the largest audiences are drawn` : '',
    rings > 0 && drawn.length > rings ? `the first ${countText(rings)} by audience with their reach` : '',
    all.length > placed.length ? `${countText(all.length - placed.length)} have no position` : '',
  ].filter((part) => part !== '');
  const note = hidden.length > 0 ? ` (${hidden.join(', ')})` : '';
  const caption = `${feeds}; ${countText(all.length)} alerts${note}`;
  const happened = agency.incidents.filter((i) => i[3] === 1).length;
  const alt = `Map of ${agency.name}: ${agency.blocks.length} blocks, ${happened} incidents that happened, ${agency.incidents.length - happened} reports of nothing, ${all.length} alerts`;
  const svg = mapSvg(agency, drawn, rings, radiusDm ?? 0, alt);
  return html`<figure><figcaption><h3>${agency.name}</h3><p class="soft">${caption}</p></figcaption>${svg}</figure>`;
}

/** Number of rings of this radius to draw: at least one, so that the reach can be seen. */
function ringsDrawn(agency: AgencyMap, radiusDm: number | null): number {
  if (radiusDm === null || radiusDm === 0) return 0;
  const { x0, x1, y0, y1 } = agency.box;
  const cover = (Math.PI * radiusDm * radiusDm) / Math.max(1, (x1 - x0) * (y1 - y0));
  return Math.max(1, Math.min(RINGS_DRAWN_MAX, Math.floor(RING_COVER_MAX / cover)));
}

function mapSvg(agency: AgencyMap, alerts: AlertLine[], ringsMax: number, radiusDm: number, alt: string): Html {
  const { x0, x1, y0, y1 } = agency.box;
  const margin = Math.max(x1 - x0, y1 - y0, 1) * 0.03;
  const scale = MAP_WIDTH / (x1 - x0 + 2 * margin || 1);
  const height = (y1 - y0 + 2 * margin) * scale;
  const px = (x: number) => ((x - x0 + margin) * scale).toFixed(1);
  const py = (y: number) => ((y1 - y + margin) * scale).toFixed(1);
  const segments = (density: number) =>
    agency.blocks
      .filter((b) => b[4] === density)
      .map((b) => `M${px(b[0])} ${py(b[1])}L${px(b[2])} ${py(b[3])}`)
      .join('');
  const streets = [1.6, 1, 0.7].map(
    (width, density) => html`<path d="${segments(density)}" stroke="var(--street)" stroke-width="${width}"/>`,
  );
  // A sub-path of no length with round caps is a dot: one path draws thousands of them.
  const dots = (points: number[][]) => points.map((p) => `M${px(p[0])} ${py(p[1])}h0`).join('');
  const crosses = (points: number[][]) =>
    points.map((p) => `M${px(p[0])} ${py(p[1])}m-1.8-1.8l3.6 3.6m0-3.6l-3.6 3.6`).join('');
  const rings = alerts.slice(0, ringsMax).map((alert) => {
    const r = (radiusDm * scale).toFixed(1);
    return html`<circle cx="${px(alert.x as number)}" cy="${py(alert.y as number)}" r="${r}"/>`;
  });
  // The streets stay legible however many rings overlap.
  const ringOpacity = Math.min(0.05, 0.4 / Math.max(1, rings.length)).toFixed(4);
  const marks = alerts.map((alert) => {
    const { colour, shape } = TRUTH_WORDS[alert.truth ?? 'founded'];
    const at = `translate(${px(alert.x as number)} ${py(alert.y as number)})`;
    return html`<path d="${SHAPES[shape]}" transform="${at}" fill="${colour}"><title>${alertTitle(alert)}</title></path>`;
  });
  return html`<svg class="map" viewBox="0 0 ${MAP_WIDTH} ${height.toFixed(1)}" role="img" aria-label="${alt}" fill="none">
<g>${streets}</g>
<g fill="var(--blue)" fill-opacity="${ringOpacity}" stroke="var(--blue)" stroke-opacity=".4">${rings}</g>
<path d="${dots(agency.appUsers)}" stroke="var(--sky)" stroke-width="2" stroke-linecap="round" stroke-opacity=".6"/>
<path d="${dots(agency.incidents.filter((i) => i[3] === 1))}" stroke="var(--ink)" stroke-width="3" stroke-linecap="round" stroke-opacity=".5"/>
<path d="${crosses(agency.incidents.filter((i) => i[3] !== 1))}" stroke="var(--purple)" stroke-width=".9" stroke-opacity=".75"/>
<g stroke="var(--paper)" stroke-width="1.5" paint-order="stroke">${joinLines(marks)}</g>
${scaleBar(scale, height)}
</svg>`;
}

function alertTitle(alert: AlertLine): string {
  const label = CATEGORY_LABELS[alert.category as Category] ?? alert.category;
  const truth = alert.truth === null ? 'not judged' : TRUTH_WORDS[alert.truth].label;
  return `${label}, ${alert.place}, ${momentText(alert.sentMs)}, to ${countText(alert.audience)} residents: ${truth}`;
}

/** A bar of a round length, about a fifth of the map wide, for the eye to measure by. */
function scaleBar(scale: number, height: number): Html {
  const lengthsM = [50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000];
  const lengthM = lengthsM.findLast((m) => m * 10 * scale <= MAP_WIDTH / 4) ?? lengthsM[0];
  const label = lengthM < 1000 ? `${lengthM} m` : `${lengthM / 1000} km`;
  const y = (height - 10).toFixed(1);
  return html`<path d="M10 ${y}h${(lengthM * 10 * scale).toFixed(1)}" stroke="var(--ink)" stroke-width="2.5"/><text x="10" y="${(height - 16).toFixed(1)}" font-size="14" fill="var(--ink)" stroke="var(--panel)" stroke-width="4" paint-order="stroke">${label}</text>`;
}

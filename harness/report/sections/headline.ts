/** The figures that a reader looks for first. */
import type { RunRecord } from '../../../contract/record/run-record.ts';
import {
  countText,
  nounText,
  durationText,
  intervalText,
  quantileText,
  rateText,
  shareText,
  tailText,
} from '../../records/number-text.ts';
import { escapeHtml } from '../markup.ts';
import type { PageSection } from '../page.ts';
import { ON_THE_WIRE } from '../../records/run-folder.ts';

interface Tile {
  /** Path of the figure in the record. */
  path: string;
  label: string;
  figure: string;
  aside: string;
}

/** Of the run, and of the run on the wire that is shown with it. */
export function figuresSection(record: RunRecord, wire: RunRecord | null): PageSection {
  const tiles = tileList([...loadTilesOf(record), ...tilesOf(record)], '');
  const body =
    wire === null
      ? tiles
      : `${runHeading(record, 'in virtual time')}${tiles}\n${runHeading(wire, 'on the wire')}${tileList(loadTilesOf(wire), `${ON_THE_WIRE}/`)}`;
  return { id: 'figures', title: 'Key figures', body };
}

/** Which of two runs on a page is meant. */
export function runHeading({ scenario }: RunRecord, clock: 'in virtual time' | 'on the wire'): string {
  return `<h3>${escapeHtml(scenario.name)}, ${clock}</h3>`;
}

// --- internal ---

function tileList(tiles: readonly Tile[], prefix: string): string {
  const items = tiles.map(
    (t) =>
      `<div class="tile"><dt>${escapeHtml(t.label)}</dt><dd class="figure" data-figure="${prefix}${t.path}">${escapeHtml(t.figure)}</dd>` +
      `<dd class="aside">${escapeHtml(t.aside.replace('n = ', 'n\u00a0=\u00a0'))}</dd></div>`,
  );
  return `<dl class="tiles">${items.join('\n')}</dl>`;
}

/** Of a run against the wall clock. */
function loadTilesOf({ load, latencyMs, generatorLagMs, sameOutcome }: RunRecord): Tile[] {
  if (load === undefined || latencyMs === undefined || generatorLagMs === undefined || sameOutcome === undefined)
    return [];
  const { delivery, completion } = latencyMs;
  return [
    {
      path: 'latencyMs.delivery.p99',
      label: 'delivery latency, p99',
      figure: tailText(delivery, 'p99'),
      aside: `wall time, half within ${tailText(delivery, 'p50')}; the last of an audience ${tailText(completion, 'p99')} (p99)`,
    },
    {
      path: 'sameOutcome.unexplained',
      label: 'differences between the clocks',
      figure: countText(sameOutcome.unexplained),
      aside: `unexplained; ${countText(sameOutcome.withinBand)} more within ${durationText(sameOutcome.toleranceMs)} of a rule's edge`,
    },
    {
      path: 'generatorLagMs.p99',
      label: 'generator lag, p99',
      figure: tailText(generatorLagMs, 'p99'),
      aside: `bottleneck: ${load.bottleneck.verdict}`,
    },
    {
      path: 'load.connected.residents',
      label: 'residents connected',
      figure: countText(load.connected.residents),
      aside: `and ${nounText(load.connected.doorbells, 'doorbell')}; ${countText(load.connected.refused)} refused`,
    },
  ];
}

function tilesOf(record: RunRecord): Tile[] {
  const { counts, duty, police, privacy, verdicts } = record;
  const total = record.delayMs['total'] ?? { count: 0, p50: 0, p90: 0, p99: 0, max: 0 };
  return [
    {
      path: 'counts.incidents',
      label: 'incidents',
      figure: countText(counts.incidents),
      aside: `among ${countText(counts.population)} people in ${nounText(counts.agencies, 'agency', 'agencies')}`,
    },
    {
      path: 'counts.calls',
      label: '911 calls',
      figure: countText(counts.calls),
      aside: `${countText(counts.cadMessages)} CAD messages on ${countText(counts.cadRecords)} records`,
    },
    {
      path: 'counts.alerts',
      label: 'alerts',
      figure: countText(counts.alerts),
      aside: `${nounText(counts.updates, 'update')}, ${nounText(counts.cancels, 'cancel')}`,
    },
    {
      path: 'counts.deliveries',
      label: 'deliveries',
      figure: countText(counts.deliveries),
      aside: `frames to ${countText(counts.appUsers)} app users`,
    },
    {
      path: 'falseAlertRate',
      label: 'false-alert rate',
      figure: rateText(record.falseAlertRate),
      aside: intervalText(record.falseAlertRate),
    },
    {
      path: 'delayMs.total.p50',
      label: 'median delay',
      figure: quantileText(total, 'p50'),
      aside: 'simulated, from the onset of the incident to its alert',
    },
    {
      path: 'delayMs.total.p90',
      label: '90th percentile of delay',
      figure: quantileText(total, 'p90'),
      aside: total.count === 0 ? 'no alert was timed' : `longest ${durationText(total.max)}`,
    },
    {
      path: 'privacy.leaksPerMillionFrames',
      label: 'leaks per million frames',
      figure: countText(privacy.leaksPerMillionFrames, Number.isInteger(privacy.leaksPerMillionFrames) ? 0 : 2),
      aside: `private strings, in ${countText(privacy.framesScanned)} frames scanned`,
    },
    {
      path: 'verdicts.lost',
      label: 'deliveries lost',
      figure: countText(verdicts.lost),
      aside: `policy owed ${countText(duty.deliveries)} deliveries of alerts`,
    },
    {
      path: 'duty.alertsNeverSent',
      label: 'alerts owed, never sent',
      figure: countText(duty.alertsNeverSent),
      aside: `policy owed ${countText(duty.alerts)} alerts`,
    },
    {
      path: 'police.utilisation',
      label: 'unit utilisation',
      figure: shareText(police.utilisation),
      aside: `of ${countText(police.units)} patrol units`,
    },
    {
      path: 'loop.inducedCalls',
      label: '911 calls that alerts caused',
      figure: countText(record.loop.inducedCalls),
      aside: `branching ratio ${countText(record.loop.branchingRatio, 4)}`,
    },
  ];
}

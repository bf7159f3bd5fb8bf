/** The numbers that a reader looks for first. */
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
import { html, joinLines, type Html } from '../html.ts';
import type { PageSection } from '../page.ts';
import { ON_THE_WIRE } from '../../records/run-folder.ts';

interface Tile {
  /** Path of the number in the record. */
  path: string;
  label: string;
  number: string;
  aside: string;
}

/** The numbers of the run, and of the run on the wire that is shown with it, if there is one. */
export function headlineSection(record: RunRecord, wire: RunRecord | null): PageSection {
  const tiles = tileList([...loadTiles(record), ...runTiles(record)], '');
  const body =
    wire === null
      ? tiles
      : html`${runHeading(record, 'in virtual time')}${tiles}\n${runHeading(wire, 'on the wire')}${tileList(loadTiles(wire), `${ON_THE_WIRE}/`)}`;
  return { id: 'figures', title: 'Key numbers', body };
}

/** The heading that says which of two runs on a page follows. */
export function runHeading({ scenario }: RunRecord, clock: 'in virtual time' | 'on the wire'): Html {
  return html`<h3>${scenario.name}, ${clock}</h3>`;
}

// --- internal ---

function tileList(tiles: readonly Tile[], prefix: string): Html {
  const items = tiles.map(
    (t) =>
      html`<div class="tile"><dt>${t.label}</dt><dd class="figure" data-figure="${prefix}${t.path}">${t.number}</dd><dd class="aside">${t.aside.replace('n = ', 'n\u00a0=\u00a0')}</dd></div>`,
  );
  return html`<dl class="tiles">${joinLines(items)}</dl>`;
}

/** Tiles of a run on the wall clock; none for other runs. */
function loadTiles({ load, latencyMs, generatorLagMs, sameOutcome }: RunRecord): Tile[] {
  if (load === undefined || latencyMs === undefined || generatorLagMs === undefined || sameOutcome === undefined)
    return [];
  const { delivery, completion } = latencyMs;
  return [
    {
      path: 'latencyMs.delivery.p99',
      label: 'delivery latency, p99',
      number: tailText(delivery, 'p99'),
      aside: `wall time, half within ${tailText(delivery, 'p50')}; the last of an audience ${tailText(completion, 'p99')} (p99)`,
    },
    {
      path: 'sameOutcome.unexplained',
      label: 'differences between the clocks',
      number: countText(sameOutcome.unexplained),
      aside: `unexplained; ${countText(sameOutcome.withinBand)} more within ${durationText(sameOutcome.toleranceMs)} of a rule's edge`,
    },
    {
      path: 'generatorLagMs.p99',
      label: 'generator lag, p99',
      number: tailText(generatorLagMs, 'p99'),
      aside: `bottleneck: ${load.bottleneck.verdict}`,
    },
    {
      path: 'load.connected.residents',
      label: 'residents connected',
      number: countText(load.connected.residents),
      aside: `and ${nounText(load.connected.doorbells, 'doorbell')}; ${countText(load.connected.refused)} refused`,
    },
  ];
}

function runTiles(record: RunRecord): Tile[] {
  const { counts, duty, police, privacy, verdicts } = record;
  const total = record.delayMs['total'] ?? { count: 0, p50: 0, p90: 0, p99: 0, max: 0 };
  return [
    {
      path: 'counts.incidents',
      label: 'incidents',
      number: countText(counts.incidents),
      aside: `among ${countText(counts.population)} people in ${nounText(counts.agencies, 'agency', 'agencies')}`,
    },
    {
      path: 'counts.calls',
      label: '911 calls',
      number: countText(counts.calls),
      aside: `${countText(counts.cadMessages)} CAD messages on ${countText(counts.cadRecords)} records`,
    },
    {
      path: 'counts.alerts',
      label: 'alerts',
      number: countText(counts.alerts),
      aside: `${nounText(counts.updates, 'update')}, ${nounText(counts.cancels, 'cancel')}`,
    },
    {
      path: 'counts.deliveries',
      label: 'deliveries',
      number: countText(counts.deliveries),
      aside: `frames to ${countText(counts.appUsers)} app users`,
    },
    {
      path: 'falseAlertRate',
      label: 'false-alert rate',
      number: rateText(record.falseAlertRate),
      aside: intervalText(record.falseAlertRate),
    },
    {
      path: 'delayMs.total.p50',
      label: 'median delay',
      number: quantileText(total, 'p50'),
      aside: 'simulated time from the onset of the incident to its alert',
    },
    {
      path: 'delayMs.total.p90',
      label: '90th percentile of delay',
      number: quantileText(total, 'p90'),
      aside: total.count === 0 ? 'no alert was timed' : `longest ${durationText(total.max)}`,
    },
    {
      path: 'privacy.leaksPerMillionFrames',
      label: 'leaks per million frames',
      number: countText(privacy.leaksPerMillionFrames, Number.isInteger(privacy.leaksPerMillionFrames) ? 0 : 2),
      aside: `private strings, in ${countText(privacy.framesScanned)} frames scanned`,
    },
    {
      path: 'verdicts.lost',
      label: 'deliveries lost',
      number: countText(verdicts.lost),
      aside: `policy owed ${countText(duty.deliveries)} deliveries of alerts`,
    },
    {
      path: 'duty.alertsNeverSent',
      label: 'alerts owed, never sent',
      number: countText(duty.alertsNeverSent),
      aside: `policy owed ${countText(duty.alerts)} alerts`,
    },
    {
      path: 'police.utilisation',
      label: 'unit utilisation',
      number: shareText(police.utilisation),
      aside: `of ${countText(police.units)} patrol units`,
    },
    {
      path: 'loop.inducedCalls',
      label: '911 calls that alerts caused',
      number: countText(record.loop.inducedCalls),
      aside: `branching ratio ${countText(record.loop.branchingRatio, 4)}`,
    },
  ];
}

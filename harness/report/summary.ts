/** The summary of a run for a terminal, in some twenty lines. Every number comes from the record. */
import type { RunRecord } from '../../contract/record/run-record.ts';
import {
  countText,
  nounText,
  durationText,
  intervalText,
  quantileText,
  rateText,
  shareText,
  tailText,
} from '../records/number-text.ts';
import { branchingText } from '../engine/branching.ts';
import { againstText } from './sections/against.ts';
import { policeWorkText } from './sections/police-work.ts';
import { capacityText, loadText, soakText } from './study-text.ts';

const LABEL_WIDTH = 15;
const INDENT = '  ';

/** Lines of at most `width` columns (a longer one is wrapped at a space and indented). */
export function summaryLines(record: RunRecord, width: number): string[] {
  const { counts, police } = record;
  const days = (record.simulated.endMs - record.simulated.startMs) / 86_400_000;
  const rows: Row[] = [
    [
      'ran',
      `${record.scenario.name}, seed ${record.seed}: ${countText(days, Number.isInteger(days) ? 0 : 2)} ${days === 1 ? 'day' : 'days'} in ${durationText(record.wallMs)}${record.partial ? ' (INTERRUPTED: numbers count until then)' : ''}`,
    ],
    [
      'world',
      `${countText(counts.population)} people, ${countText(counts.households)} households, ${countText(counts.doorbells)} doorbells, ${countText(counts.appUsers)} app users, ${nounText(counts.agencies, 'agency', 'agencies')}`,
    ],
    [
      'happened',
      `${countText(counts.incidents)} incidents, ${countText(counts.calls)} calls to 911, ${countText(counts.cadRecords)} CAD records, ${countText(counts.motions)} doorbell motions`,
    ],
    ['feeds', `${countText(counts.cadMessages)} messages; ${faultsText(record)}`],
    [
      'alerts',
      `${nounText(counts.alerts, 'alert')}, ${nounText(counts.updates, 'update')}, ${nounText(counts.cancels, 'cancel')}; ${countText(counts.deliveries)} deliveries`,
    ],
    [
      'false alerts',
      `${rateText(record.falseAlertRate)} (${intervalText(record.falseAlertRate)})${parts(record.truth, ['founded'])}`,
    ],
    ['onset to alert', delayText(record)],
    deliveriesRow(record),
    ...capacityRows(record),
    ...loadRows(record),
    ...(record.soak === undefined ? [] : ([['soak', soakText(record.soak)]] satisfies [string, string][])),
    [
      'privacy',
      `${leaksText(record)}; fewest households behind a published place: ${countText(record.privacy.householdsPerPlace.min)}`,
    ],
    [
      'newsroom',
      `${countText(record.newsroom.tickets)} tickets, ${countText(record.newsroom.approved)} approved, ${countText(record.newsroom.rejected)} rejected`,
    ],
    [
      'residents',
      `${reactionsText(record)}; ${countText(record.loop.inducedCalls)} calls to 911 caused by alerts and posts (${shareText(record.loop.branchingRatio)} of all)`,
    ],
    ...loopRows(record),
    [
      'police',
      `${countText(police.units)} units busy ${shareText(police.utilisation)}; priority 1 on scene in ${quantileText(police.responseMs['1'], 'p50')} (median), 90% in ${quantileText(police.responseMs['1'], 'p90')}`,
    ],
    [
      'unit-hours',
      `${countText(police.unitHours.total, 1)} in all, ${countText(police.unitHours.unfounded, 1)} at calls behind which nothing had happened, ${countText(police.unitHours.alertInduced, 1)} caused by alerts`,
    ],
    ...dispatchRows(record),
    [
      'call-takers',
      `${shareText(police.callTakers.answeredWithin15sShare)} answered in 15 s, ${shareText(police.callTakers.answeredWithin20sShare)} in 20 s, ${countText(police.callTakers.abandoned)} hung up`,
    ],
    [
      'speed',
      `${countText(record.eventsPerSecond)} events/s without motions, ${countText(record.maxRssMiB)} MiB at most`,
    ],
    ['history', record.historyHash],
    ...endRows(record),
  ];
  return rows.flatMap(([label, text]) => wrap(label, text, width));
}

/** The lines that only a run on the wire has, to be shown after those of a run in virtual time. */
export function wireSummaryLines(record: RunRecord, width: number): string[] {
  const ran: Row = [
    'ran',
    `${record.scenario.name}, seed ${record.seed}: ${durationText(record.wallMs)} in all${record.partial ? ' (ENDED EARLY: numbers count until then)' : ''}`,
  ];
  return [ran, deliveriesRow(record), ...loadRows(record), ...endRows(record)].flatMap(([label, text]) =>
    wrap(label, text, width),
  );
}

// --- internal ---

type Row = [label: string, text: string];

/** Mechanisms of dispatch and of the call-takers that acted; empty if none did. */
function dispatchRows({ policeWork }: RunRecord): Row[] {
  const text = policeWork === undefined ? '' : policeWorkText(policeWork);
  return text === '' ? [] : [['dispatch', text]];
}

function deliveriesRow({ verdicts }: RunRecord): Row {
  return [
    'deliveries',
    `${countText(verdicts.delivered)} as owed${parts(verdicts, ['delivered']).replace(':', ',') || '; none lost, late, doubled, misdelivered or leaked'}`,
  ];
}

function endRows({ command, gates }: RunRecord): Row[] {
  const failed = gates.filter((g) => !g.ok);
  return [
    ['run again', command],
    [
      'checks',
      failed.length === 0
        ? `all ${gates.length} passed`
        : `FAILED: ${failed.map((g) => `${g.name} ${countText(g.found)} (at most ${countText(g.limit)})`).join(', ')}`,
    ],
  ];
}

function loopRows({ branching, against }: RunRecord): Row[] {
  const rows: Row[] = [];
  if (branching !== undefined && branching.caused > 0)
    rows.push([
      'loop',
      `${branchingText(branching)} calls caused per call; of caused ones ${branchingText(branching.ofCaused)}`,
    ]);
  if (branching?.message != null) rows.push([branching.state.toUpperCase(), branching.message]);
  if (against !== undefined) rows.push(['against', againstText(against)]);
  return rows;
}

/** Further lines of a search for capacity; empty for other runs. */
function capacityRows({ capacity }: RunRecord): Row[] {
  if (capacity === undefined) return [];
  const { brokeFirst, trials, knee, unit } = capacity;
  const full = trials.filter(({ phase }) => phase === 'confirm').length;
  const limited = trials.filter((trial) => trial.limited).length;
  const disturbed = trials.filter((trial) => trial.disturbed === true).length;
  return [
    ['CAPACITY', capacityText(capacity)],
    ['objectives', capacity.objectives.join(', ')],
    [
      'broke first',
      brokeFirst === null
        ? 'nothing'
        : `${brokeFirst.stage} (${brokeFirst.objective} at ${loadText(brokeFirst.load)})${brokeFirst.grewMost === null ? '' : `; ${brokeFirst.grewMost.stage} grew most`}`,
    ],
    [
      'trials',
      `${trials.length}, ${full} of them full ones, ${limited} limited by the generator, ${disturbed} disturbed; all other lines are about the best that passed`,
    ],
    ...(knee === null ? [] : [['knee', `throughput would peak at ${countText(knee)} ${unit}`] as Row]),
    ...capacity.conditions.map((text): Row => ['', text]),
  ];
}

/** Further lines of a run on the wall clock; empty for other runs. */
function loadRows({ load, latencyMs, generatorLagMs, sameOutcome, counts }: RunRecord): Row[] {
  if (load === undefined || latencyMs === undefined || generatorLagMs === undefined || sameOutcome === undefined)
    return [];
  const { virtual, connected, bottleneck } = load;
  const { accept, delivery, completion } = latencyMs;
  const stated = Object.entries(load.intensity).map(([stream, factor]) => `${stream} x${factor}`);
  const sent = Object.values(load.inputs).reduce((n, { sent: s }) => n + s, 0);
  return [
    [
      'load',
      `${load.startedTarget ? 'the reference service' : load.target} for ${durationText(load.windowMs)} at speed ${load.speed}, ${stated.join(', ')}; ${nounText(sent, 'input')} sent${load.closedLoop ? '; closed loop: residents reacted to what they received' : ''}`,
    ],
    [
      'connected',
      `${nounText(connected.residents, 'resident')}, ${nounText(connected.doorbells, 'doorbell')}; ${countText(connected.refused)} refused`,
    ],
    [
      'virtual clock',
      `${nounText(virtual.alerts, 'alert')}, ${nounText(virtual.updates, 'update')}, ${nounText(virtual.cancels, 'cancel')}; ${countText(virtual.deliveries)} deliveries, ${countText(virtual.verdicts.delivered)} as owed; in wall time ${countText(counts.deliveries)}`,
    ],
    [
      'same outcome',
      `${countText(sameOutcome.virtual)} triples (alert, recipient, message type) in virtual time, ${countText(sameOutcome.wall)} in wall time; ${countText(sameOutcome.onlyVirtual)} and ${countText(sameOutcome.onlyWall)} on one clock only, ${countText(sameOutcome.withinBand)} of these at a rule's edge, ${countText(sameOutcome.unexplained)} unexplained`,
    ],
    [
      'latency',
      `wall time: accept ${tailText(accept, 'p50')} (p99 ${tailText(accept, 'p99')}), delivery ${tailText(delivery, 'p50')} (p99 ${tailText(delivery, 'p99')}), last of an audience ${tailText(completion, 'p50')} (p99 ${tailText(completion, 'p99')})`,
    ],
    [
      'generator lag',
      `${tailText(generatorLagMs, 'p50')} (median), p99 ${tailText(generatorLagMs, 'p99')}, longest ${tailText(generatorLagMs, 'max')}`,
    ],
    ['bottleneck', `${bottleneck.verdict}: ${bottleneck.why}`],
  ];
}

function faultsText(record: RunRecord): string {
  const injected = Object.values(record.faults).reduce((n, f) => n + f.injected, 0);
  const accounted = Object.values(record.faults).reduce((n, f) => n + f.accounted, 0);
  return injected === 0
    ? 'no faults injected'
    : `${countText(injected)} faults injected, ${countText(accounted)} accounted for`;
}

/** `: 3 unfounded, 2 stale`, without counts of 0 and the names in `without`; empty if nothing is left. */
function parts(counts: Record<string, number>, without: readonly string[]): string {
  const named = Object.entries(counts).filter(([name, n]) => n > 0 && !without.includes(name));
  return named.length === 0 ? '' : `: ${named.map(([name, n]) => `${countText(n)} ${name}`).join(', ')}`;
}

function delayText(record: RunRecord): string {
  const { total } = record.delayMs;
  return total.count === 0
    ? 'no alerts'
    : `median ${quantileText(total, 'p50')}, 90% within ${quantileText(total, 'p90')}`;
}

function leaksText(record: RunRecord): string {
  const { leaks, framesScanned } = record.privacy;
  const total = leaks.reduce((n, l) => n + l.count, 0);
  const where = leaks.map((l) => `${countText(l.count)} ${l.kind} in ${l.egress}`).join(', ');
  return `${countText(total)} leaks${total === 0 ? '' : ` (${where})`} in ${countText(framesScanned)} frames`;
}

function reactionsText(record: RunRecord): string {
  const { reactions } = record.loop;
  return ['opened', 'muted', 'quit', 'posted'].map((name) => `${countText(reactions[name] ?? 0)} ${name}`).join(', ');
}

function wrap(label: string, text: string, width: number): string[] {
  const room = Math.max(20, width - LABEL_WIDTH - INDENT.length);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.map((part, i) => `${INDENT}${(i === 0 ? label : '').padEnd(LABEL_WIDTH)}${part}`);
}

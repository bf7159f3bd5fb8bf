/** The section of a run record that compares the run with another world of the same seed. */
import type { Against, AgainstDelay } from '../../../contract/record/against.ts';
import type { AgainstLine } from '../../../contract/record/lines.ts';
import type { Scenario } from '../../../contract/scenario.ts';
import { DAY_MS, HOUR_MS } from '../../../contract/time.ts';
import { ratioOfSums, type RatioBlock } from '../../../stats/ratio.ts';
import type { ShardResult } from '../shard-result.ts';
import { pairWorlds, type AgencyLedger, type Delay, type Paired } from './pair.ts';

export interface Worlds {
  scenario: Scenario;
  first: readonly ShardResult[];
  second: readonly ShardResult[];
  /** The options in which the second world differs, as `path=value`. */
  sets: readonly string[];
  secondHistoryHash: string;
}

/** The difference between two worlds of one seed, in numbers and event by event. Both must have run to the end and kept their ledgers; throws an Error if one has not. */
export function compareWorlds(worlds: Worlds): { against: Against; lines: AgainstLine[] } {
  const { scenario, first, second } = worlds;
  const { startMs, congestion } = scenario;
  const paired = pairWorlds(ledgersOf(first), ledgersOf(second));
  const { counts, lines, delays } = paired;
  const unitHours = compareHours(first, second);
  const answers = delays.filter((delay) => delay.of === 'answer');
  const responses = delays.filter((delay) => delay.of === 'response');
  const priorities = [...new Set(responses.map((delay) => delay.priority as number))].sort((a, b) => a - b);
  const withPriority = (priority: number) => responses.filter((delay) => delay.priority === priority);
  const against: Against = {
    sets: [...worlds.sets],
    secondHistoryHash: worlds.secondHistoryHash,
    congestion,
    ...counts,
    unitHours,
    exact: isExact(paired) && unitHours.net === unitHours.direct,
    branchingRatio: counts.calls.first === 0 ? null : counts.calls.net / counts.calls.first,
    answer: summariseDelays(answers, startMs),
    response: summariseDelays(responses, startMs),
    responseByPriority: Object.fromEntries(
      priorities.map((priority) => [String(priority), summariseDelays(withPriority(priority), startMs)]),
    ),
  };
  return { against, lines };
}

// --- internal ---

function ledgersOf(shards: readonly ShardResult[]): AgencyLedger[] {
  return shards.map(({ id, ledger }) => {
    if (ledger === null) throw new Error(`against: agency ${id} kept no ledger`);
    return { agency: id, ledger };
  });
}

function isExact({ counts, delays }: Paired): boolean {
  return (
    Object.values(counts).every((count) => count.net === count.direct && count.unexplained === 0) &&
    delays.every((d) => d.laterMs === 0)
  );
}

/** Milliseconds, which are whole, are added up before they become hours, so that equal times are equal hours. */
function compareHours(first: readonly ShardResult[], second: readonly ShardResult[]): Against['unitHours'] {
  const busyMs = (shards: readonly ShardResult[], which: 'total' | 'induced'): number =>
    shards.reduce((ms, { police }) => ms + police.busyMs[which], 0);
  const [a, b] = [busyMs(first, 'total'), busyMs(second, 'total')];
  const direct = busyMs(first, 'induced') - busyMs(second, 'induced');
  return { first: a / HOUR_MS, second: b / HOUR_MS, net: (a - b) / HOUR_MS, direct: direct / HOUR_MS };
}

/** Mean and its interval over days of agencies. */
function summariseDelays(delays: readonly Delay[], startMs: number): AgainstDelay {
  const blocks = new Map<string, RatioBlock>();
  for (const { agency, atMs, laterMs } of delays) {
    const key = `${agency} ${Math.floor((atMs - startMs) / DAY_MS)}`;
    const block = blocks.get(key) ?? { above: 0, below: 0 };
    block.above += laterMs;
    block.below += 1;
    blocks.set(key, block);
  }
  const { value, low, high, blocks: blocksUsed } = ratioOfSums([...blocks.values()]);
  return {
    pairs: delays.length,
    meanMs: value,
    low,
    high,
    blocks: blocksUsed,
    later: delays.filter((d) => d.laterMs > 0).length,
    sooner: delays.filter((d) => d.laterMs < 0).length,
  };
}

/** What a run's record says of the world that it was paired with. */
import type { Against, AgainstDelay } from '../../../contract/record/against.ts';
import type { AgainstLine } from '../../../contract/record/lines.ts';
import type { Scenario } from '../../../contract/scenario.ts';
import { DAY_MS, HOUR_MS } from '../../../contract/time.ts';
import { ratioOfSums, type RatioBlock } from '../../../stats/ratio.ts';
import type { ShardResult } from '../shard.ts';
import { pairWorlds, type AgencyLedger, type Delay, type Paired } from './pair.ts';

export interface Worlds {
  scenario: Scenario;
  first: readonly ShardResult[];
  second: readonly ShardResult[];
  /** How the second differs, as `path=value`, and its history. */
  sets: readonly string[];
  secondHistoryHash: string;
}

/** The difference of two worlds of one seed, in figures and one by one. Both must have run to the end, with their ledgers. */
export function againstOf(o: Worlds): { against: Against; lines: AgainstLine[] } {
  const { startMs, congestion } = o.scenario;
  const paired = pairWorlds(ledgersOf(o.first), ledgersOf(o.second));
  const { counts, lines, delays } = paired;
  const unitHours = hoursOf(o.first, o.second);
  const responses = delays.filter((d) => d.of === 'response');
  const priorities = [...new Set(responses.map((d) => d.priority as number))].sort((a, b) => a - b);
  const against: Against = {
    sets: [...o.sets],
    secondHistoryHash: o.secondHistoryHash,
    congestion,
    ...counts,
    unitHours,
    exact: isExact(paired) && unitHours.net === unitHours.direct,
    branchingRatio: counts.calls.first === 0 ? null : counts.calls.net / counts.calls.first,
    answer: delayOf(
      delays.filter((d) => d.of === 'answer'),
      startMs,
    ),
    response: delayOf(responses, startMs),
    responseByPriority: Object.fromEntries(
      priorities.map((p) => [
        String(p),
        delayOf(
          responses.filter((d) => d.priority === p),
          startMs,
        ),
      ]),
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

/** Whole milliseconds are added up before they become hours, so that equal times are equal hours. */
function hoursOf(first: readonly ShardResult[], second: readonly ShardResult[]): Against['unitHours'] {
  const of = (shards: readonly ShardResult[], what: 'total' | 'induced'): number =>
    shards.reduce((ms, { police }) => ms + police.busyMs[what], 0);
  const [a, b] = [of(first, 'total'), of(second, 'total')];
  const direct = of(first, 'induced') - of(second, 'induced');
  return { first: a / HOUR_MS, second: b / HOUR_MS, net: (a - b) / HOUR_MS, direct: direct / HOUR_MS };
}

function delayOf(delays: readonly Delay[], startMs: number): AgainstDelay {
  const blocks = new Map<string, RatioBlock>();
  for (const { agency, atMs, laterMs } of delays) {
    const key = `${agency} ${Math.floor((atMs - startMs) / DAY_MS)}`;
    const block = blocks.get(key) ?? { above: 0, below: 0 };
    block.above += laterMs;
    block.below += 1;
    blocks.set(key, block);
  }
  const { value, low, high, blocks: used } = ratioOfSums([...blocks.values()]);
  return {
    pairs: delays.length,
    meanMs: value,
    low,
    high,
    blocks: used,
    later: delays.filter((d) => d.laterMs > 0).length,
    sooner: delays.filter((d) => d.laterMs < 0).length,
  };
}

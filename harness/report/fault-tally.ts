/** Injected faults counted by kind and by what became of them. */
import type { FaultLine } from '../../contract/record/lines.ts';

/** For each kind, the number of faults by what became of them; kinds and outcomes in the order of their names. */
export type FaultTally = { kind: string; became: { became: string; count: number }[] }[];

export async function tallyFaults(lines: AsyncIterable<FaultLine>): Promise<FaultTally> {
  const kinds = new Map<string, Map<string, number>>();
  for await (const line of lines) {
    const outcomes = kinds.get(line.kind) ?? new Map<string, number>();
    kinds.set(line.kind, outcomes);
    outcomes.set(line.became, (outcomes.get(line.became) ?? 0) + 1);
  }
  const byName = <V>(map: Map<string, V>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return byName(kinds).map(([kind, outcomes]) => ({
    kind,
    became: byName(outcomes).map(([became, count]) => ({ became, count })),
  }));
}

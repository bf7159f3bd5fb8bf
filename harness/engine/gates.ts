/** The gates of a run: each budget of the scenario against what the run came to. */
import type { Verdict } from '../../contract/record/kinds.ts';
import type { RunRecord } from '../../contract/record/run-record.ts';
import type { Scenario } from '../../contract/scenario.ts';

interface Found {
  verdicts: Record<Verdict, number>;
  privacy: RunRecord['privacy'];
  faults: RunRecord['faults'];
  wrongReceipts: number;
}

/** A gate is kept if no more was found than its budget allows. A wrong receipt is never allowed. */
export function checkGates(budgets: Scenario['budgets'], found: Found): RunRecord['gates'] {
  const { verdicts, privacy, faults, wrongReceipts } = found;
  const unaccounted = Object.values(faults).reduce((sum, { injected, accounted }) => sum + injected - accounted, 0);
  return [
    gate('lost', budgets.lost, verdicts.lost),
    gate('late', budgets.late, verdicts.late),
    gate('duplicate', budgets.duplicate, verdicts.duplicate),
    gate('misdelivered', budgets.misdelivered, verdicts.misdelivered),
    gate('stale', budgets.stale, verdicts.stale),
    gate(
      'leaked',
      budgets.leaked,
      countLeaks(privacy, (egress) => egress !== 'review'),
    ),
    gate(
      'reviewLeaks',
      budgets.reviewLeaks,
      countLeaks(privacy, (egress) => egress === 'review'),
    ),
    gate('shed', budgets.shed, verdicts.shed),
    gate('unaccountedFaults', budgets.unaccountedFaults, unaccounted),
    gate('wrongReceipts', 0, wrongReceipts),
  ];
}

// --- internal ---

function gate(name: string, limit: number, found: number): RunRecord['gates'][number] {
  return { name, limit, found, ok: found <= limit };
}

function countLeaks({ leaks }: RunRecord['privacy'], counts: (egress: string) => boolean): number {
  return leaks.filter(({ egress }) => counts(egress)).reduce((sum, { count }) => sum + count, 0);
}

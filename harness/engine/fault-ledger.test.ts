import { describe, expect, it } from 'vitest';
import type { FeedFault } from '../../simulator/feeds/feed-api.ts';
import { FaultLedger } from './fault-ledger.ts';

const fault = (kind: FeedFault['kind'], messageId: string | null, messages = 0, detail = 'x'): FeedFault => ({
  kind,
  atMs: 5,
  messageId,
  detail,
  messages,
});
const tally = (composed: number, underWay = 0) => ({ composed, copies: 0, underWay, lostUnlogged: 0 });

/** Whether a ledger accounts for one fault, given the arrivals (id, and outcome of the receipt or null if there was none) and the feed's tally. */
function settle(f: FeedFault, arrivals: [string, 'accepted' | 'rejected' | null][], counts: ReturnType<typeof tally>) {
  const ledger = new FaultLedger();
  ledger.inject('pd-000', f);
  for (const [id, outcome] of arrivals) {
    ledger.arrived(id, 'eido', id.startsWith('late') ? 9 : 3);
    if (outcome !== null) ledger.receipt(id, [{ row: 0, outcome, code: outcome === 'rejected' ? 'schema' : null }]);
  }
  return ledger.settle(counts)[0].accounted;
}

describe('a fault is accounted for', () => {
  it.each<[string, FeedFault, [string, 'accepted' | 'rejected' | null][], ReturnType<typeof tally>, boolean]>([
    ['a broken record that was refused', fault('malformed', 'a'), [['a', 'rejected']], tally(1), true],
    ['not a broken record that was accepted', fault('malformed', 'a'), [['a', 'accepted']], tally(1), false],
    ['not a broken record that was swallowed', fault('malformed', 'a'), [['a', null]], tally(1), false],
    ['a late message with a receipt', fault('delay', 'a'), [['a', 'accepted']], tally(1), true],
    ['not a late message without one', fault('delay', 'a'), [['a', null]], tally(1), false],
    ['a gap that never arrived', fault('gap', 'a'), [], tally(1), true],
    ['not a gap that did', fault('gap', 'a'), [['a', 'accepted']], tally(1), false],
    [
      'an outage whose losses explain all that is missing',
      fault('outage', null, 2),
      [['a', 'accepted']],
      tally(3),
      true,
    ],
    ['not an outage that leaves a message unexplained', fault('outage', null, 1), [['a', 'accepted']], tally(3), false],
    ['an outage beside messages under way', fault('outage', null, 1), [['a', 'accepted']], tally(3, 1), true],
    ['a feed that fell silent', fault('withdrawal', null, 1, 'eido -> dallas'), [['a', 'accepted']], tally(2), true],
    [
      'not a feed that went on',
      fault('withdrawal', null, 0, 'eido -> dallas'),
      [['late', 'accepted']],
      tally(1),
      false,
    ],
  ])('%s', (_what, f, arrivals, counts, accounted) => {
    expect(settle(f, arrivals, counts)).toBe(accounted);
  });
});

import { expect, it } from 'vitest';
import type { RowOutcome, RowReceipt } from '../contract/pipeline.ts';
import { createReceipts } from './receipts.ts';

const demanded = (...outcomes: RowOutcome[]): { row: number; outcome: RowOutcome }[] =>
  outcomes.map((outcome, row) => ({ row, outcome }));
const given = (...outcomes: RowOutcome[]): RowReceipt[] =>
  outcomes.map((outcome, row) => ({ row, outcome, code: outcome === 'rejected' ? 'schema' : null }));

it('holds each receipt against what was demanded for its message', () => {
  const receipts = createReceipts();
  receipts.demand('right', demanded('accepted', 'rejected'));
  receipts.demand('wrong', demanded('accepted'));
  receipts.demand('short', demanded('accepted', 'accepted'));
  receipts.demand('never', demanded('duplicate'));
  receipts.demand('open', null);
  receipts.demand('twice', demanded('accepted'));
  receipts.demand('twice', demanded('duplicate'));
  receipts.found('right', given('accepted', 'rejected'));
  receipts.found('wrong', given('superseded'));
  receipts.found('short', given('accepted'));
  receipts.found('open', given('rejected'));
  receipts.found('twice', given('accepted'));
  receipts.found('twice', given('duplicate'));
  receipts.found('right', given('accepted', 'rejected'));
  expect(receipts.wrong()).toEqual([
    { messageId: 'wrong', expected: '0:accepted', found: '0:superseded' },
    { messageId: 'short', expected: '0:accepted 1:accepted', found: '0:accepted' },
    { messageId: 'right', expected: 'none', found: '0:accepted 1:rejected' },
    { messageId: 'never', expected: '0:duplicate', found: 'none' },
  ]);
});

import { expect, it } from 'vitest';
import type { RowOutcome, RowReceipt } from '../contract/pipeline.ts';
import { Receipts } from './receipts.ts';

const demanded = (...outcomes: RowOutcome[]): { row: number; outcome: RowOutcome }[] =>
  outcomes.map((outcome, row) => ({ row, outcome }));
const given = (...outcomes: RowOutcome[]): RowReceipt[] =>
  outcomes.map((outcome, row) => ({ row, outcome, code: outcome === 'rejected' ? 'schema' : null }));

it('holds each receipt against what was demanded for its message', () => {
  const receipts = new Receipts();
  receipts.demand('right', demanded('accepted', 'rejected'));
  receipts.demand('wrong', demanded('accepted'));
  receipts.demand('short', demanded('accepted', 'accepted'));
  receipts.demand('never', demanded('duplicate'));
  receipts.demand('open', null);
  receipts.demand('twice', demanded('accepted'));
  receipts.demand('twice', demanded('duplicate'));
  receipts.observe('right', given('accepted', 'rejected'));
  receipts.observe('wrong', given('superseded'));
  receipts.observe('short', given('accepted'));
  receipts.observe('open', given('rejected'));
  receipts.observe('twice', given('accepted'));
  receipts.observe('twice', given('duplicate'));
  receipts.observe('right', given('accepted', 'rejected'));
  expect(receipts.wrong()).toEqual([
    { messageId: 'wrong', expected: '0:accepted', found: '0:superseded' },
    { messageId: 'short', expected: '0:accepted 1:accepted', found: '0:accepted' },
    { messageId: 'right', expected: 'none', found: '0:accepted 1:rejected' },
    { messageId: 'never', expected: '0:duplicate', found: 'none' },
  ]);
});

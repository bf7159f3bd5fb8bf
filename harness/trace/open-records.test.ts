import { describe, expect, it } from 'vitest';
import type { Dialect } from '../../contract/catalogue.ts';
import type { ManifestRow, RecordStatus } from '../../contract/manifest.ts';
import { OpenRecords } from './open-records.ts';
import type { RecordedMessage } from './recorded.ts';

const RETAIN_MS = 1000;
let order = 0;

type Told = [recordId: string, status: RecordStatus, updatedMs?: number | null, wellFormed?: boolean];

function message(atMs: number, saying: Told[], dialect: Dialect = 'eido', readable = true): RecordedMessage {
  order += 1;
  const rows = saying.map(([recordId, status, updatedMs = null, wellFormed = true], row): ManifestRow => {
    const location = { kind: 'none', text: 'FIELD' } as const;
    const said = {
      recordId,
      incidentMs: 0,
      updatedMs,
      nature: 'ALARM',
      status,
      disposition: 'none',
      location,
    } as const;
    return { row, wellFormed, ...said };
  });
  const manifest = {
    messageId: `m-${order}`,
    agency: 'pd-000',
    dialect,
    snapshot: dialect === 'dallas',
    readable,
    rows,
  };
  return { agency: 0, atMs, order, body: '', manifest, changedMs: atMs, publishedMs: atMs };
}

/** The times of the messages that a platform is told. */
function told(messages: RecordedMessage[], dialect: Dialect = 'eido', atMs = 500): number[] {
  const open = new OpenRecords(RETAIN_MS);
  for (const m of messages) open.heard(m);
  return open.messages(dialect, atMs).map((m) => m.atMs);
}

describe('open records', () => {
  it('are told by their latest message, in order of arrival', () => {
    expect(told([message(1, [['a', 'open']]), message(2, [['b', 'open']]), message(3, [['a', 'open']])])).toEqual([
      2, 3,
    ]);
  });

  it('are no more once closed, unless they open again; who was cancelled stays so', () => {
    expect(told([message(1, [['a', 'open']]), message(2, [['a', 'closed']])])).toEqual([]);
    expect(told([message(1, [['a', 'closed']]), message(2, [['a', 'open']])])).toEqual([2]);
    expect(told([message(1, [['a', 'cancelled']]), message(2, [['a', 'open']])])).toEqual([]);
  });

  it('believe no message that was overtaken', () => {
    expect(told([message(1, [['a', 'closed', 20]]), message(2, [['a', 'open', 10]])])).toEqual([]);
    expect(told([message(1, [['a', 'open', 20]]), message(2, [['a', 'closed', 10]])])).toEqual([1]);
    expect(told([message(1, [['a', 'open', 20]]), message(2, [['a', 'open', 20]])])).toEqual([2]);
  });

  it('believe no broken message', () => {
    expect(told([message(1, [['a', 'open']]), message(2, [['a', 'closed', null, false]])])).toEqual([1]);
    expect(told([message(1, [['a', 'open']]), message(2, [['a', 'closed']], 'eido', false)])).toEqual([1]);
  });

  it('are forgotten when nothing was heard of them for so long; an overtaken message counts as hearing', () => {
    const first = message(1, [['a', 'open', 20]]);
    expect(told([first], 'eido', 1000)).toEqual([1]);
    expect(told([first], 'eido', 1001)).toEqual([]);
    expect(told([first, message(400, [['a', 'open', 10]])], 'eido', 1001)).toEqual([1]);
  });

  it('are told in the dialect in force only, and by no snapshot', () => {
    expect(told([message(1, [['a', 'open']], 'milwaukee')])).toEqual([]);
    expect(told([message(1, [['a', 'open']], 'dallas')], 'dallas')).toEqual([]);
  });

  it('of batches need all from the oldest that tells of one on', () => {
    const batches = [
      message(1, [['a', 'open']], 'seattle'),
      message(
        2,
        [
          ['b', 'open'],
          ['c', 'open'],
        ],
        'seattle',
      ),
      message(3, [['c', 'closed']], 'seattle'),
      message(4, [['a', 'closed']], 'seattle'),
    ];
    expect(told(batches, 'seattle')).toEqual([2, 3, 4]);
    expect(told([...batches, message(5, [['b', 'closed']], 'seattle')], 'seattle')).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import type { Dialect } from '../../contract/catalogue.ts';
import type { ManifestRow, RecordStatus } from '../../contract/manifest.ts';
import { OpenRecords, type RecordedMessage } from './open-records.ts';

const RETAIN_MS = 1000;
let order = 0;

type RowSpec = [recordId: string, status: RecordStatus, updatedMs?: number | null, wellFormed?: boolean];

function message(atMs: number, rowSpecs: RowSpec[], dialect: Dialect = 'eido', readable = true): RecordedMessage {
  order += 1;
  const rows = rowSpecs.map(([recordId, status, updatedMs = null, wellFormed = true], row): ManifestRow => {
    const location = { kind: 'none', text: 'FIELD' } as const;
    const contents = {
      recordId,
      incidentMs: 0,
      updatedMs,
      nature: 'ALARM',
      status,
      disposition: 'none',
      location,
    } as const;
    return { row, wellFormed, ...contents };
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

/** The times of the messages that a platform must be sent. */
function resentAt(messages: RecordedMessage[], dialect: Dialect = 'eido', atMs = 500): number[] {
  const open = new OpenRecords(RETAIN_MS);
  for (const m of messages) open.add(m);
  return open.messages(dialect, atMs).map((m) => m.atMs);
}

describe('open records', () => {
  it('are kept as their latest message, in order of arrival', () => {
    expect(resentAt([message(1, [['a', 'open']]), message(2, [['b', 'open']]), message(3, [['a', 'open']])])).toEqual([
      2, 3,
    ]);
  });

  it('end when they close, unless they open again; a cancelled record stays cancelled', () => {
    expect(resentAt([message(1, [['a', 'open']]), message(2, [['a', 'closed']])])).toEqual([]);
    expect(resentAt([message(1, [['a', 'closed']]), message(2, [['a', 'open']])])).toEqual([2]);
    expect(resentAt([message(1, [['a', 'cancelled']]), message(2, [['a', 'open']])])).toEqual([]);
  });

  it('ignore a message that a newer one overtook', () => {
    expect(resentAt([message(1, [['a', 'closed', 20]]), message(2, [['a', 'open', 10]])])).toEqual([]);
    expect(resentAt([message(1, [['a', 'open', 20]]), message(2, [['a', 'closed', 10]])])).toEqual([1]);
    expect(resentAt([message(1, [['a', 'open', 20]]), message(2, [['a', 'open', 20]])])).toEqual([2]);
  });

  it('ignore a broken message', () => {
    expect(resentAt([message(1, [['a', 'open']]), message(2, [['a', 'closed', null, false]])])).toEqual([1]);
    expect(resentAt([message(1, [['a', 'open']]), message(2, [['a', 'closed']], 'eido', false)])).toEqual([1]);
  });

  it('are forgotten after the time to retain them; an overtaken message counts as news, too', () => {
    const first = message(1, [['a', 'open', 20]]);
    expect(resentAt([first], 'eido', 1000)).toEqual([1]);
    expect(resentAt([first], 'eido', 1001)).toEqual([]);
    expect(resentAt([first, message(400, [['a', 'open', 10]])], 'eido', 1001)).toEqual([1]);
  });

  it('are sent in the dialect in force only, and never as a snapshot', () => {
    expect(resentAt([message(1, [['a', 'open']], 'milwaukee')])).toEqual([]);
    expect(resentAt([message(1, [['a', 'open']], 'dallas')], 'dallas')).toEqual([]);
  });

  it('need every batch from the oldest one that reports an open record on', () => {
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
    expect(resentAt(batches, 'seattle')).toEqual([2, 3, 4]);
    expect(resentAt([...batches, message(5, [['b', 'closed']], 'seattle')], 'seattle')).toEqual([]);
  });
});

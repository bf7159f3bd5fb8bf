import { describe, expect, it } from 'vitest';
import type { ConnectionLine } from '../../contract/trace.ts';
import { CLOSE_CODES } from '../../contract/wire.ts';
import { Presence } from './presence.ts';

const LATENESS_MS = 5000;
const DUE_MS = 100_000;

/** Resident 1 is online from 0 and offline from `offlineMs`. `last` is the last event of its connection. */
function presence(options: {
  offlineMs?: number;
  backMs?: number;
  last?: Partial<ConnectionLine>;
  isSlow?: boolean;
  left?: boolean;
  cutMs?: number;
}): Presence {
  const open: ConnectionLine = { resident: 1, atMs: 0, event: 'open', code: null, sequence: 0, intended: false };
  const lines =
    options.last === undefined ? [open] : [open, { ...open, event: 'closed' as const, atMs: 50_000, ...options.last }];
  const made = new Presence(lines, {
    latenessMs: LATENESS_MS,
    isSlow: () => options.isSlow ?? false,
    cutMs: options.cutMs ?? Infinity,
  });
  made.change(1, true, 0);
  if (options.offlineMs !== undefined) made.change(1, false, options.offlineMs);
  if (options.backMs !== undefined) made.change(1, true, options.backMs);
  if (options.left === true) made.leave(1);
  return made;
}

describe('a resident', () => {
  it.each<[string, Parameters<typeof presence>[0], string | null]>([
    ['online', {}, null],
    ['offline for good before', { offlineMs: 99_000 }, 'disconnected offline'],
    ['offline for good before it would have been late', { offlineMs: 104_999 }, 'disconnected offline'],
    ['offline later', { offlineMs: 105_000 }, null],
    ['offline, and back', { offlineMs: 90_000, backMs: 200_000 }, null],
    ['closed by the client', { last: { intended: true } }, null],
    ['closed by the target and never back', { last: { code: 1013 } }, 'shed stream-closed:1013'],
    ['refused by the target', { last: { event: 'refused', code: 503 } }, 'shed stream-refused:503'],
    ['refused after it left', { last: { event: 'refused', code: 403 }, left: true }, 'disconnected left'],
    ['refused though it never left', { last: { event: 'refused', code: 403 } }, 'shed stream-refused:403'],
    ['who left, with its connection open', { left: true }, null],
    ['whose connection broke', { last: {} }, null],
    [
      'too slow for the target, though it reads as others do',
      { last: { code: CLOSE_CODES.slowConsumer } },
      'shed stream-closed:4000',
    ],
    ['who reads slowly', { isSlow: true }, 'disconnected reads-slowly'],
    ['when the run was cut just then', { cutMs: 104_000 }, 'disconnected run-ended'],
  ])('%s', (_, options, expected) => {
    const found = presence(options).unreachable(1, DUE_MS);
    expect(found === null ? null : `${found.verdict} ${found.detail}`).toBe(expected);
  });

  it('who never connected is owed nothing', () => {
    expect(presence({}).unreachable(2, DUE_MS)?.detail).toBe('never-connected');
  });

  it('who reads slowly is never late', () => {
    expect(presence({ isSlow: true }).reachableSinceMs(1, 70_000)).toBe(70_000);
  });

  it('could be reached since it last came back', () => {
    const found = presence({ offlineMs: 90_000, backMs: 200_000 });
    expect([found.reachableSinceMs(1, 100_000), found.reachableSinceMs(1, 200_000)]).toEqual([0, 200_000]);
    expect(found.reachableSinceMs(2, 1)).toBe(-Infinity);
  });
});

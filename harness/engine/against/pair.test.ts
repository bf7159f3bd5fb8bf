import { describe, expect, it } from 'vitest';
import type { Ledger, LedgerCall, LedgerJob, LedgerPost } from '../../../simulator/world/ledger.ts';
import { pairWorlds } from './pair.ts';

const chain = { root: 'a.1', generation: 1 };
const call = (id: string, more: Partial<LedgerCall> = {}): LedgerCall => ({
  id,
  atMs: 100,
  lineage: null,
  answeredMs: 110,
  attempts: 1,
  ...more,
});
const job = (id: string, more: Partial<LedgerJob> = {}): LedgerJob => ({
  kind: 'call',
  id,
  atMs: 200,
  lineage: null,
  priority: 2,
  dispatchedMs: 210,
  onSceneMs: 300,
  units: 1,
  ...more,
});
const post = (id: string, kind: LedgerPost['kind']): LedgerPost => ({ id, kind, atMs: 50, lineage: chain });
const world = (calls: LedgerCall[], jobs: LedgerJob[], posts: LedgerPost[] = []) => [
  { agency: 'pd-000', ledger: { calls, jobs, posts } satisfies Ledger },
];

describe('two worlds', () => {
  it('that are equal differ in nothing', () => {
    const one = world([call('1/0')], [job('1/0')], [post('a.1/3', 'post')]);
    const { counts, lines, delays } = pairWorlds(one, structuredClone(one));
    expect(lines).toEqual([]);
    expect(delays.map((d) => d.laterMs)).toEqual([0, 0]);
    expect(Object.values(counts).every((c) => c.net === 0 && c.direct === 0 && c.unexplained === 0)).toBe(true);
  });

  it('differ by the events that are in one only, each line with its lineage', () => {
    const first = world(
      [call('1/0'), call('met/4/9/0', { lineage: chain, atMs: 90 })],
      [job('met/4/9/0', { lineage: chain })],
      [post('a.1/3', 'post'), post('a.1/3', 'comment')],
    );
    const { counts, lines } = pairWorlds(first, world([call('1/0')], []));
    expect(counts.calls).toEqual({
      first: 2,
      second: 1,
      net: 1,
      direct: 1,
      onlyFirst: 1,
      onlySecond: 0,
      unexplained: 0,
    });
    expect(counts.posts).toMatchObject({ net: 2, direct: 2 });
    expect(lines.map((line) => [line.kind, line.in, line.root, line.generation])).toEqual([
      ['post', 'first', 'a.1', 1],
      ['post', 'first', 'a.1', 1],
      ['call', 'first', 'a.1', 1],
      ['dispatch', 'first', 'a.1', 1],
    ]);
  });

  it('keep displaced events apart from caused ones', () => {
    const first = world([call('1/0', { attempts: 3 })], [job('met/4/9/0', { lineage: chain })]);
    const second = world(
      [call('1/0')],
      [job('1/0'), job('2/0', { dispatchedMs: null, onSceneMs: null }), job('0', { kind: 'self' })],
    );
    const { counts, lines } = pairWorlds(first, second);
    expect(counts.dispatches).toMatchObject({ first: 1, second: 2, net: -1, direct: 1, onlySecond: 2, unexplained: 2 });
    expect(counts.redials).toMatchObject({ net: 2, direct: 0, unexplained: 2 });
    expect(lines.filter((line) => line.in === 'second')).toHaveLength(2);
  });

  it('show by how much later an event was', () => {
    const first = world(
      [call('1/0', { answeredMs: 150 })],
      [job('1/0', { atMs: 240, dispatchedMs: 270, onSceneMs: 300 })],
    );
    const second = world([call('1/0')], [job('1/0')]);
    const { lines, delays } = pairWorlds(first, second);
    expect(lines).toEqual([
      expect.objectContaining({ kind: 'call', in: 'both', answerLaterMs: 40 }),
      expect.objectContaining({ kind: 'dispatch', requestLaterMs: 40, dispatchLaterMs: 20, responseLaterMs: -40 }),
    ]);
    expect(delays).toEqual([
      { agency: 'pd-000', atMs: 100, of: 'answer', priority: null, laterMs: 40 },
      { agency: 'pd-000', atMs: 200, of: 'response', priority: 2, laterMs: -40 },
    ]);
  });

  it('must have a distinct name for each event', () => {
    expect(() => pairWorlds(world([], []), world([call('1/0'), call('1/0')], []))).toThrow('one name');
  });
});

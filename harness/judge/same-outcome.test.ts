import { describe, expect, it } from 'vitest';
import type { Standing } from '../../oracle/oracle-api.ts';
import { BAND_SHARE_MAX, compareOutcomes, outcomeGates, type OutcomeMessage } from './same-outcome.ts';

function message(incidents: string, msgType: OutcomeMessage['msgType'], ...audience: number[]): OutcomeMessage {
  return { incidents, msgType, audience: Uint32Array.from(audience), atMs: 1000 };
}

function compare(
  virtual: OutcomeMessage[],
  wall: OutcomeMessage[],
  standing: Standing = 'must',
  offline: number[] = [],
) {
  return compareOutcomes(virtual, wall, {
    toleranceMs: 6000,
    unreachable: (resident) =>
      offline.includes(resident) ? { verdict: 'disconnected', detail: 'never-connected' } : null,
    stands: () => standing,
  });
}

describe('outcomes on both clocks', () => {
  it('are sets of alert, recipient and message type: order and copies make no difference', () => {
    const { sameOutcome } = compare(
      [message('a', 'Alert', 1, 2), message('b', 'Alert', 2), message('a', 'Update', 1), message('a', 'Update', 1)],
      [message('b', 'Alert', 2, 2), message('a', 'Update', 1), message('a', 'Alert', 2, 1)],
    );
    expect(sameOutcome).toMatchObject({ virtual: 4, wall: 4, onlyVirtual: 0, onlyWall: 0, differences: [] });
  });

  it('differ by each triple, on either side, by name', () => {
    const { sameOutcome } = compare(
      [message('a', 'Alert', 1, 2, 4_294_967_295), message('a', 'Cancel', 1)],
      [message('a', 'Alert', 2, 3), message('c', 'Alert', 1)],
    );
    expect(sameOutcome).toMatchObject({
      virtual: 4,
      wall: 3,
      onlyVirtual: 3,
      onlyWall: 2,
      withinBand: 0,
      unexplained: 5,
    });
    expect(sameOutcome.differences.map((d) => `${d.incidents} ${d.msgType} ${d.resident} ${d.side}`).sort()).toEqual([
      'a Alert 1 virtual',
      'a Alert 3 wall',
      'a Alert 4294967295 virtual',
      'a Cancel 1 virtual',
      'c Alert 1 wall',
    ]);
  });

  it.each([
    ['may', 1, 0],
    ['must', 0, 1],
    ['must-not', 0, 1],
    // A target that does not answer must not widen the band.
    ['unsure', 0, 1],
  ] as const)('of standing %s count %s within the band and %s unexplained', (standing, within, unexplained) => {
    const { sameOutcome } = compare([message('a', 'Alert', 1)], [], standing);
    expect(sameOutcome).toMatchObject({ withinBand: within, unexplained });
  });

  it('leave out residents who could not be reached, if only the virtual clock has the message', () => {
    const { sameOutcome } = compare([message('a', 'Alert', 1, 2)], [message('a', 'Alert', 2, 3)], 'must', [1, 3]);
    expect(sameOutcome).toMatchObject({ virtual: 1, wall: 2, onlyVirtual: 0, onlyWall: 1 });
  });

  it('list the messages that the target did not owe, given the inputs that it took', () => {
    const { missing } = compare(
      [message('a', 'Alert', 1, 2), message('b', 'Alert', 3)],
      [message('b', 'Alert', 3)],
      'must-not',
    );
    expect(missing).toEqual([{ incidents: 'a', msgType: 'Alert', atMs: 1000, residents: [1, 2] }]);
    expect(compare([message('a', 'Alert', 1)], [], 'must').missing).toEqual([]);
  });

  it('name no more than 200 differences, and count all', () => {
    const audience = Array.from({ length: 500 }, (_, i) => i);
    const { sameOutcome } = compare([message('a', 'Alert', ...audience)], []);
    expect(sameOutcome.differences).toHaveLength(200);
    expect(sameOutcome.onlyVirtual).toBe(500);
  });
});

describe('gates', () => {
  const found = { virtual: 1000, wall: 1000, onlyVirtual: 0, onlyWall: 0, toleranceMs: 1, differences: [] };
  it.each([
    [0, 0, [true, true]],
    [1, 0, [true, true]],
    [2, 0, [true, false]],
    [0, 1, [false, true]],
  ])('with %i in the band and %i unexplained', (withinBand, unexplained, ok) => {
    expect(outcomeGates({ ...found, withinBand, unexplained }).map((g) => g.ok)).toEqual(ok);
    expect(BAND_SHARE_MAX).toBe(0.001);
  });
});

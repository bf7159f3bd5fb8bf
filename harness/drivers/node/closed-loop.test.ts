import { describe, expect, it } from 'vitest';
import { resolveScenario } from '../../options/resolve.ts';
import { checkClosedLoop } from './closed-loop.ts';

const AUTO = 'policy.review=auto';

describe('a closed loop', () => {
  it.each([
    ['rush', []],
    ['smoke', [AUTO, 'load.speed=300']],
    ['faulty', [AUTO, 'load.speed=60', 'faults.delayShare=0']],
  ])('can be had of %s with %j', (name, sets) => {
    expect(() => checkClosedLoop(resolveScenario(name, sets))).not.toThrow();
  });

  it.each([
    ['rush', ['load.speed=301'], 'load.speed: expected at most 300 ', 'found 301'],
    ['rush', ['policy.review=human'], 'policy.review: expected auto ', 'found human'],
    ['rush', ['reactions.enabled=false'], 'reactions.enabled: expected true ', 'found false'],
    ['faulty', [AUTO, 'load.speed=60', 'faults.delayShare=0.1'], 'faults.delayShare: expected 0 ', 'found 0.1'],
  ])('is refused for %s with %j', (name, sets, expected, found) => {
    const refused = (): void => checkClosedLoop(resolveScenario(name, sets));
    expect(refused).toThrow(expect.objectContaining({ code: 'HB_OPTION_VALUE' }));
    expect(refused).toThrow(expected);
    expect(refused).toThrow(found);
  });
});

import { describe, expect, it } from 'vitest';
import { HundredblockError } from '../../contract/errors.ts';
import { MINUTE_MS } from '../../contract/time.ts';
import { parseArgs } from './args.ts';
import { trace } from './commands/trace.ts';
import { windowScenario } from './window-flags.ts';

/** `smoke` as the flags change it. */
async function smoke(...argv: string[]) {
  return windowScenario('smoke', parseArgs(trace, ['smoke', '--out', 'unused', ...argv]), 1);
}

describe('the flags of a window', () => {
  it.each([
    ['90m', 'after the start'],
    ['2026-06-01T01:30:00Z', 'as a moment'],
  ])('open it at %s, given %s', async (from) => {
    expect((await smoke('--from', from)).load.fromMs).toBe(90 * MINUTE_MS);
  });

  it('set its length and speed', async () => {
    expect((await smoke('--duration', '5s', '--speed', '600')).load).toMatchObject({ durationMs: 5000, speed: 600 });
  });

  it('multiply what the scenario has, all streams or some', async () => {
    expect((await smoke('--intensity', '3')).intensity).toEqual({
      incidents: 60,
      encounters: 3,
      motions: 3,
      staffing: 60,
    });
    const some = await smoke('--set', 'intensity.motions=4', '--intensity', 'incidents=0.5,motions=2');
    expect(some.intensity).toEqual({ incidents: 10, encounters: 1, motions: 8, staffing: 20 });
  });

  it.each([
    [['--from', '2026-06-01'], 'HB_OPTION_VALUE', '--from'],
    [['--from', '2020-06-01T00:00:00Z'], 'HB_OPTION_VALUE', 'load.fromMs'],
    [['--from', 'soon'], 'HB_OPTION_VALUE', '--from: expected a time of at most 31 days'],
    [['--duration', '10ms'], 'HB_OPTION_VALUE', 'load.durationMs'],
    [['--speed', '0'], 'HB_OPTION_VALUE', 'load.speed'],
    [['--speed', 'fast'], 'HB_OPTION_VALUE', '--speed: expected a number'],
    [['--intensity', 'much'], 'HB_OPTION_VALUE', '--intensity: expected a factor such as 4, or incidents=4,'],
    [['--intensity', 'incident=2'], 'HB_OPTION_UNKNOWN', 'did you mean intensity.incidents?'],
  ])('%j are refused', async (argv, code, text) => {
    const error: unknown = await smoke(...argv).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(HundredblockError);
    expect(error).toMatchObject({ code, message: expect.stringContaining(text) });
  });
});

import { describe, expect, it } from 'vitest';
import { HundredblockError } from '../../../contract/errors.ts';
import { parseArgs } from '../args.ts';
import { soak } from './soak.ts';

async function refusal(argv: string[]): Promise<HundredblockError> {
  const run = async () => soak.run(parseArgs(soak, argv), new AbortController().signal);
  const error = await run().catch((e: unknown) => e);
  if (error instanceof HundredblockError) return error;
  throw new Error(`expected a refusal, found ${String(error)}`);
}

describe('hundredblock soak refuses in one line', () => {
  it.each([
    [['smoke'], 'HB_USAGE', 'expected --duration TIME'],
    [['smoke', '--duration', 'long'], 'HB_OPTION_VALUE', '--duration: expected a time'],
    [['smoke', '--duration', '0s'], 'HB_OPTION_VALUE', 'load.durationMs'],
    [['smok', '--duration', '1m'], 'HB_SCENARIO_UNKNOWN', 'smoke'],
    [['smoke', '--duration', '1m', '--budget', 'rss>1'], 'HB_OPTION_VALUE', '--budget: expected slopes'],
    [['smoke', '--duration', '1m', '--target-pid', '1'], 'HB_USAGE', '--target-pid: expected --target'],
    [['smoke', '--duration', '1m', '--target', 'http://127.0.0.1:1'], 'HB_USAGE', '--harness-key'],
    [
      ['smoke', '--duration', '1m', '--target', 'http://127.0.0.1:1', '--onboarded', '--target-pid', '4194304'],
      'HB_OPTION_VALUE',
      'expected a process of this machine',
    ],
    [['smoke', '--duration', '1m', '--target', 'http://192.0.2.1'], 'HB_TARGET', '192.0.2.1'],
  ])('%j', async (argv, code, text) => {
    const error = await refusal(argv);
    expect(error.code).toBe(code);
    expect(error.message).toContain(text);
    expect(error.message).not.toContain('\n');
  });
});

import { describe, expect, it } from 'vitest';
import { parseArgs } from './args.ts';
import { load } from './commands/load.ts';
import { readTarget } from './target-flags.ts';

const argsOf = (...argv: string[]) => parseArgs(load, ['smoke', ...argv]);

describe('the flags of a target', () => {
  it('name one, or none', async () => {
    expect(await readTarget(argsOf(), { HUNDREDBLOCK_HARNESS_KEY: 'unused' })).toBeNull();
    const args = argsOf('--target', 'http://127.0.0.1:8080/', '--mqtt', 'mqtt://127.0.0.1:1883');
    expect(await readTarget(args, { HUNDREDBLOCK_HARNESS_KEY: 'of the environment' })).toEqual({
      kind: 'url',
      url: 'http://127.0.0.1:8080',
      mqttUrl: 'mqtt://127.0.0.1:1883',
      harnessKey: 'of the environment',
      onboarded: false,
    });
  });

  it.each([
    [['--target', 'http://example.com:8080', '--onboarded'], 'HB_TARGET', 'expected a target on this machine'],
    [['--target', 'ftp://127.0.0.1', '--onboarded'], 'HB_TARGET', 'expected a URL such as'],
    [['--target', 'http://127.0.0.1:1'], 'HB_USAGE', '--target: expected --harness-key'],
    [['--mqtt', 'mqtt://127.0.0.1:1'], 'HB_USAGE', '--mqtt: expected --target'],
    [['--onboarded'], 'HB_USAGE', '--onboarded: expected --target'],
  ])('%j are refused', async (argv, code, text) => {
    const error: unknown = await readTarget(argsOf(...argv), {}).catch((e: unknown) => e);
    expect(error).toMatchObject({ code });
    expect((error as Error).message).toContain(text);
  });
});

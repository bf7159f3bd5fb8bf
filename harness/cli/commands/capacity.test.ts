import { expect, it } from 'vitest';
import { HundredblockError } from '../../../contract/errors.ts';
import { parseArgs } from '../args.ts';
import { capacity } from './capacity.ts';

async function refusal(argv: string): Promise<HundredblockError> {
  try {
    await capacity.run(parseArgs(capacity, argv.split(' ')), new AbortController().signal);
  } catch (error) {
    if (error instanceof HundredblockError) return error;
    throw error;
  }
  throw new Error('expected a refusal, found a search');
}

it.each([
  ['rush', 'HB_USAGE', 'expected --vary residents|alertRate|agencies|devices'],
  ['rush --vary alerts', 'HB_OPTION_VALUE', 'did you mean alertRate?'],
  ['rush --vary residents --slo completion<2s', 'HB_OPTION_VALUE', 'expected a quantile of completion'],
  ['rush --vary residents --slo lost=0,lost>1', 'HB_OPTION_VALUE', 'lost=0 and lost>1'],
  ['rush --vary residents --from 200 --to 100', 'HB_OPTION_VALUE', '--from: expected less than --to 100, found 200'],
  ['rush --vary residents --from 0', 'HB_OPTION_VALUE', '--from: expected a whole number above 0'],
  ['rush --vary agencies --to 2.5', 'HB_OPTION_VALUE', '--to: expected a whole number above 0'],
  ['rush --vary residents --residents 100', 'HB_USAGE', '--residents: expected --from and --to'],
  ['rush --vary alertRate --trial 1s', 'HB_OPTION_VALUE', '--trial: expected a time from 3s to 10m'],
  ['rush --vary alertRate --target-cpu 2', 'HB_OPTION_VALUE', '--target-cpu: expected a number from 0.05 to 1'],
  ['rush --vary alertRate --target http://127.0.0.1:1 --target-cpu 1', 'HB_USAGE', '--target-cpu: expected a target'],
  ['rush --vary alertRate --target http://example.com --harness-key k', 'HB_TARGET', 'on this machine'],
  ['rash --vary alertRate', 'HB_SCENARIO_UNKNOWN', 'rush'],
])('%s: refused', async (argv, code, said) => {
  const error = await refusal(argv);
  expect(error.code).toBe(code);
  expect(error.message).toContain(said);
});

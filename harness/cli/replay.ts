/** `hundredblock replay`. */
import { HundredblockError } from '../../contract/errors.ts';
import { nearest } from '../options/nearest.ts';
import { durationMs, valueOf, type Args } from './args.ts';
import { commandLine } from '../records/command-line.ts';
import { finish } from './finish.ts';

const PRESET_NAMES = ['us-eight', 'extended'] as const;

/** Replays the files and answers the exit code; errors are thrown as HundredblockError. `argv`: the command's own arguments. */
export async function replayFiles(args: Args, argv: readonly string[], signal: AbortSignal): Promise<number> {
  const map = valueOf(args, 'map');
  if (map === undefined)
    throw new HundredblockError('HB_USAGE', 'replay: expected --map <name|mapping.json>, found none');
  const preset = presetOf(valueOf(args, 'preset') ?? 'us-eight');
  const delayMs = durationMs('delay', valueOf(args, 'delay') ?? '0s');
  const json = args.switches.has('json');
  const quiet = args.switches.has('quiet');

  const [{ replay, summaryLines }, { createProgress }] = await Promise.all([
    import('../replay/replay.ts'),
    import('../report/progress.ts'),
  ]);
  const progress = createProgress({ stream: process.stderr, label: 'replay', quiet });
  const replayed = replay({
    files: args.positionals,
    map,
    preset,
    delayMs,
    outDir: valueOf(args, 'out') ?? null,
    command: commandLine(['replay', ...argv]),
    signal,
    onProgress: (fraction, _rows, text) => progress.update(fraction, text),
  }).finally(() => progress.end());
  const { record, outDir } = await replayed;
  return finish({ record, summary: quiet ? null : summaryLines(record), outDir, json });
}

function presetOf(text: string): (typeof PRESET_NAMES)[number] {
  const preset = PRESET_NAMES.find((name) => name === text);
  if (preset !== undefined) return preset;
  const near = nearest(text, PRESET_NAMES);
  throw new HundredblockError(
    'HB_OPTION_VALUE',
    `--preset: expected us-eight or extended, found ${JSON.stringify(text)}, did you mean ${near}?`,
  );
}

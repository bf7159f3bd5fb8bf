/** `hundredblock replay`. */
import { repeatCommand } from '../args.ts';
import { defineCommand } from '../command.ts';
import { OUTPUT } from '../common-flags.ts';
import { finish } from '../finish.ts';
import { choice, duration, text } from '../flags.ts';
import { withProgress } from '../with-progress.ts';

export const replay = defineCommand({
  name: 'replay',
  summary: "read a real agency's published data and tell what the rules would have made of it",
  usage: '<file.csv|.json|.jsonl>... --map <name|mapping.json>',
  positionals: { min: 1, max: 10_000 },
  flags: {
    map: text('<name|mapping.json>', 'a mapping that ships (milwaukee), or a mapping file', {
      required: true,
      repeats: true,
    }),
    preset: choice(['us-eight', 'extended'], 'categories that are published', { default: 'us-eight', repeats: true }),
    delay: duration('TIME', 'publication delay to assume', { default: '0s', repeats: true }),
    ...OUTPUT,
  },
  examples: [
    'hundredblock replay calls-2018-05.csv --map milwaukee',
    'hundredblock replay jan.jsonl feb.jsonl --map my-agency.json --preset extended --delay 15m --json',
  ],

  async run(args, signal): Promise<number> {
    const { map, preset, delay, out, json, quiet } = args.flags;
    const [{ replay: replayFiles }, { summaryLines }] = await Promise.all([
      import('../../replay/replay.ts'),
      import('../../replay/report.ts'),
    ]);
    const { record, outDir } = await withProgress('replay', quiet, (onProgress) =>
      replayFiles({
        files: args.positionals,
        map,
        preset,
        delayMs: delay,
        outDir: out ?? null,
        command: repeatCommand(args),
        signal,
        onProgress: (fraction, _rows, said) => onProgress(fraction, said),
      }),
    );
    return finish({ record, summary: quiet ? null : summaryLines(record), outDir, json });
  },
});

/** `hundredblock trace`. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EXIT, HundredblockError } from '../../../contract/errors.ts';
import type { TraceHeader } from '../../../contract/trace.ts';
import { formatIso } from '../../../contract/time.ts';
import { countText, durationText, nounText } from '../../records/number-text.ts';
import { defineCommand } from '../command.ts';
import { NEW_FOLDER, OUTPUT, seedFlag } from '../common-flags.ts';
import { flag } from '../flags.ts';
import { writeFolder } from '../run-into-folder.ts';
import { WINDOW_FLAGS, windowScenario } from '../window-flags.ts';
import { write } from '../write.ts';

const LABEL_WIDTH = 15;

export const trace = defineCommand({
  name: 'trace',
  summary: 'write what load would send into a folder, to be sent later, again, or by another driver',
  usage: '<scenario> --out DIR',
  positionals: { min: 1, max: 1 },
  flags: {
    seed: seedFlag('bytes'),
    ...WINDOW_FLAGS,
    ...OUTPUT,
    out: NEW_FOLDER,
    json: flag('print its header and name (SHA-256) on stdout, as JSON'),
  },
  examples: [
    'hundredblock trace rush --out traces/rush',
    'hundredblock trace smoke --seed 7 --from 1h --duration 20s --speed 600 --out traces/smoke --json',
  ],

  async run(args, signal): Promise<number> {
    const { seed, out, json, quiet } = args.flags;
    const scenario = await windowScenario(args.positionals[0], args, seed);
    expectEmpty(out);
    const { value: written } = await writeFolder(args, scenario.name, async ({ dir, onProgress }) => {
      const [{ recordTrace }, { loadWindow }, { HEADER_FILE, sha256Of }] = await Promise.all([
        import('../../trace/record.ts'),
        import('../../run/preparation.ts'),
        import('../../trace/trace-file.ts'),
      ]);
      const { header, partial } = await recordTrace({
        scenario,
        seed,
        ...loadWindow(scenario),
        dir,
        signal,
        onProgress: (fraction) => onProgress(fraction, 'recording'),
      });
      if (partial) return { id: null, value: null };
      const sha256 = await sha256Of(dir, HEADER_FILE);
      return { id: sha256, value: { dir: out, sha256, bytes: bytesIn(dir), header } };
    });
    if (written === null) return EXIT.interrupted;
    await write(process.stdout, json ? `${JSON.stringify(written)}\n` : quiet ? '' : page(written));
    return EXIT.done;
  },
});

// --- internal ---

interface Written {
  dir: string;
  sha256: string;
  /** Bytes of all files together. */
  bytes: number;
  header: TraceHeader;
}

/** Throws HB_OUTPUT if the folder holds anything: no trace is ever mixed with another. */
function expectEmpty(out: string): void {
  const dir = resolve(out);
  const entries = existsSync(dir) && statSync(dir).isDirectory() ? readdirSync(dir).length : 0;
  if (entries === 0) return;
  const found = nounText(entries, 'entry', 'entries');
  throw new HundredblockError('HB_OUTPUT', `${out}: expected a new or empty folder, found ${found}`);
}

function bytesIn(dir: string): number {
  return readdirSync(dir, { recursive: true, withFileTypes: true }).reduce(
    (sum, entry) => sum + (entry.isFile() ? statSync(join(entry.parentPath, entry.name)).size : 0),
    0,
  );
}

function page({ dir, sha256, header, bytes }: Written): string {
  const { seed, fromMs, untilMs, preamble, inputs, residents, doorbells, leftOut = {} } = header;
  const { name } = header.scenario as { name: string };
  const total = Object.values(inputs).reduce((sum, n) => sum + n, 0);
  const rows = [
    ['recorded', `${name}, seed ${seed}: ${durationText(untilMs - fromMs)} simulated from ${formatIso(fromMs)}`],
    ['window', `${nounText(total, 'input')}${countsText(inputs)}`],
    [
      'preamble',
      `${nounText(preamble, 'line')}; online: ${countText(residents)} residents, ${countText(doorbells)} doorbells`,
    ],
    ...(Object.keys(leftOut).length === 0 ? [] : [['left out', countsText(leftOut).slice(2)]]),
    ['size', `${countText(bytes / 1e6, 1)} MB`],
    ['name', sha256],
  ];
  return `${rows.map(([label, text]) => `  ${label.padEnd(LABEL_WIDTH)}${text}`).join('\n')}\n\nTrace: ${dir}\n`;
}

function countsText(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(([what, n]) => `${countText(n)} ${what}`);
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}

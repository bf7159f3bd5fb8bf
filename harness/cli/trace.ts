/** `hundredblock trace`. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EXIT, HundredblockError } from '../../contract/errors.ts';
import type { TraceHeader } from '../../contract/trace.ts';
import { formatIso } from '../../contract/time.ts';
import { countText, durationText, nounText } from '../records/number-text.ts';
import { decimal, valueOf, type Args } from './args.ts';
import { loadScenario } from './load.ts';
import { openOutput, outputError } from '../records/output.ts';
import { write } from './write.ts';

const SEED_DEFAULT = 1;

/** Records a scenario's window as a trace, sends nothing, and answers the exit code; errors are thrown as HundredblockError. */
export async function trace(args: Args, signal: AbortSignal): Promise<number> {
  const [name] = args.positionals;
  const seed = decimal(args, 'seed') ?? SEED_DEFAULT;
  const scenario = loadScenario(name, args, seed);
  const out = newFolderOf(args);
  const output = openOutput(out);
  const [{ recordTrace }, { windowOf }, { sha256Of }, { HEADER_FILE }, { createProgress }] = await Promise.all([
    import('../trace/record.ts'),
    import('../run/preparation.ts'),
    import('../trace/trace-file.ts'),
    import('../trace/files.ts'),
    import('../report/progress.ts'),
  ]);
  const quiet = args.switches.has('quiet');
  const progress = createProgress({ stream: process.stderr, label: scenario.name, quiet });
  try {
    const { header, partial } = await recordTrace({
      scenario,
      seed,
      ...windowOf(scenario),
      dir: output.stageDir,
      signal,
      onProgress: (fraction) => progress.update(fraction, 'recording'),
    });
    if (partial) {
      output.discard();
      return EXIT.interrupted;
    }
    const made: Made = {
      dir: out,
      sha256: await sha256Of(output.stageDir, HEADER_FILE),
      header,
      bytes: bytesIn(output.stageDir),
    };
    output.commit(made.sha256);
    progress.end();
    await write(
      process.stdout,
      args.switches.has('json') ? `${JSON.stringify(told(made))}\n` : quiet ? '' : page(made),
    );
    return EXIT.done;
  } catch (error) {
    output.discard();
    throw outputError(out, error);
  } finally {
    progress.end();
  }
}

// --- internal ---

interface Made {
  dir: string;
  sha256: string;
  header: TraceHeader;
  /** Of all files. */
  bytes: number;
}

/** Throws HB_USAGE where none is named, HB_OUTPUT where it holds anything: no trace is ever mixed with another. */
function newFolderOf(args: Args): string {
  const out = valueOf(args, 'out');
  if (out === undefined) throw new HundredblockError('HB_USAGE', 'trace: expected --out DIR, found none');
  const dir = resolve(out);
  const entries = existsSync(dir) && statSync(dir).isDirectory() ? readdirSync(dir).length : 0;
  if (entries > 0)
    throw new HundredblockError(
      'HB_OUTPUT',
      `${out}: expected a new or empty folder, found ${nounText(entries, 'entry', 'entries')}`,
    );
  return out;
}

function bytesIn(dir: string): number {
  return readdirSync(dir, { recursive: true, withFileTypes: true }).reduce(
    (sum, entry) => sum + (entry.isFile() ? statSync(join(entry.parentPath, entry.name)).size : 0),
    0,
  );
}

/** What --json prints. */
function told({ dir, sha256, header, bytes }: Made): Record<string, unknown> {
  return { dir, sha256, bytes, header };
}

function page({ dir, sha256, header, bytes }: Made): string {
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

const LABEL_WIDTH = 15;

function countsText(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(([what, n]) => `${countText(n)} ${what}`);
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}

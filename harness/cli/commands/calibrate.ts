/** `hundredblock calibrate`. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { EXIT } from '../../../contract/errors.ts';
import { outputError } from '../../records/output.ts';
import { defineCommand } from '../command.ts';
import { OUTPUT, seedFlag } from '../common-flags.ts';
import { flag, integer, number, text, value } from '../flags.ts';
import { withProgress } from '../with-progress.ts';
import { write } from '../write.ts';

export const calibrate = defineCommand({
  name: 'calibrate',
  summary: "fit the arrival model to an agency's own calls, and write a scenario from it",
  usage: '<file.csv|.json|.jsonl>... --mapping <name|mapping.json> --persons N --out FILE.json',
  positionals: { min: 1, max: 10_000 },
  flags: {
    mapping: text('<name|mapping.json>', 'a mapping that ships (milwaukee), or a mapping file, as for replay', {
      required: true,
    }),
    persons: integer('N', "people who live in the agency's area, which no file of calls says", {
      min: 1000,
      max: 10_000_000,
      required: true,
    }),
    // The default of incidents.officerInitiatedShare.
    'officer-share': number('S', 'share of calls for service that officers start themselves', {
      expected: 'a number from 0 to below 0.95',
      fits: (share) => share >= 0 && share < 0.95,
      default: 0.35,
    }),
    out: value('FILE.json', 'file to write the scenario to; a page with the fit is written beside it', {
      expected: 'a file name of letters, digits and dashes that ends in .json',
      parse: (given) => (/^[a-z0-9][a-z0-9-]{0,63}\.json$/i.test(basename(given)) ? given : undefined),
      required: true,
    }),
    draws: integer('N', 'processes drawn from the fit for p-values', { min: 19, max: 9999, default: 199 }),
    seed: seedFlag('p-values'),
    json: flag('print the fit alone on stdout, everything else on stderr'),
    quiet: OUTPUT.quiet,
  },
  examples: [
    'hundredblock calibrate calls-2018-05.csv --mapping milwaukee --persons 595000 --out my-town.json',
    'hundredblock simulate my-town.json --days 14',
  ],

  async run(args): Promise<number> {
    const { persons, draws, seed, json, quiet } = args.flags;
    const out = resolve(args.flags.out);
    const name = basename(out)
      .replace(/\.json$/i, '')
      .toLowerCase();
    const [{ calibrate: fit }, { readCalls }, { loadMapping }, { calibrationLines, calibrationPage }] =
      await Promise.all([
        import('../../studies/calibrate/calibrate.ts'),
        import('../../studies/calibrate/calls.ts'),
        import('../../replay/mapping.ts'),
        import('../../studies/calibrate/report.ts'),
      ]);
    const mapping = loadMapping(args.flags.mapping);
    const record = await withProgress(name, quiet, async (onProgress) => {
      const calls = await readCalls(args.positionals, mapping);
      const officerInitiatedShare = args.flags['officer-share'];
      const settings = { name, persons, draws, seed, officerInitiatedShare, calls, zone: mapping.zone };
      const calibration = fit({ ...settings, onStep: (step, fraction) => onProgress(fraction, step) });
      const { atMs: _atMs, group: _group, block: _block, ...read } = calls;
      return { ...calibration, mapping: mapping.name, read };
    });
    writeWhole(out, `${JSON.stringify(record.scenario, null, 2)}\n`);
    const pagePath = out.replace(/\.json$/i, '.html');
    writeWhole(pagePath, calibrationPage(record));
    const page = [...calibrationLines(record), '', `Scenario: ${out}`, `Report: ${pagePath}`, ''].join('\n');
    await write(process.stdout, json ? `${JSON.stringify(record)}\n` : page);
    return EXIT.done;
  },
});

// --- internal ---

/** Writes the whole file or nothing. Throws HB_OUTPUT. */
function writeWhole(path: string, content: string): void {
  const stage = `${path}.partial-${process.pid}`;
  try {
    writeFileSync(stage, content);
    renameSync(stage, path);
  } catch (error) {
    rmSync(stage, { force: true });
    throw outputError(path, error);
  }
}

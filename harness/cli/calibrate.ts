/** `hundredblock calibrate`. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { EXIT, HundredblockError } from '../../contract/errors.ts';
import { decimal, valueOf, wholeNumber, type Args } from './args.ts';
import { outputError } from '../records/output.ts';
import { write } from './write.ts';

const SEED_DEFAULT = 1;
const PERSONS = { least: 1000, most: 10_000_000 };
const DRAWS = { least: 19, most: 9999, usual: 199 };

/** Writes a scenario and its report, and answers 0; errors are thrown as HundredblockError. */
export async function calibrateFiles(args: Args): Promise<number> {
  const settings = settingsOf(args);
  const [{ calibrate }, { readCalls }, { loadMapping }, { calibrationLines, calibrationPage }, { createProgress }] =
    await Promise.all([
      import('../studies/calibrate/calibrate.ts'),
      import('../studies/calibrate/calls.ts'),
      import('../replay/mapping.ts'),
      import('../studies/calibrate/report.ts'),
      import('../report/progress.ts'),
    ]);
  const mapping = loadMapping(settings.mapping);
  const progress = createProgress({ stream: process.stderr, label: settings.name, quiet: args.switches.has('quiet') });
  try {
    const calls = await readCalls(args.positionals, mapping);
    const calibration = calibrate({
      ...settings,
      calls,
      zone: mapping.zone,
      onStep: (step, fraction) => progress.update(fraction, step),
    });
    const { atMs: _atMs, group: _group, block: _block, ...read } = calls;
    const record = { ...calibration, mapping: mapping.name, read };
    progress.end();
    writeWhole(settings.out, `${JSON.stringify(calibration.scenario, null, 2)}\n`);
    const page = settings.out.replace(/\.json$/i, '.html');
    writeWhole(page, calibrationPage(record));
    const told = [...calibrationLines(record), '', `Scenario: ${settings.out}`, `Report: ${page}`, ''].join('\n');
    await write(process.stdout, args.switches.has('json') ? `${JSON.stringify(record)}\n` : told);
    return EXIT.done;
  } finally {
    progress.end();
  }
}

// --- internal ---

/** Every option that is missing or wrong, at once. */
function settingsOf(args: Args) {
  const problems: string[] = [];
  const take = <T>(read: () => T, otherwise: T): T => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof HundredblockError)) throw error;
      problems.push(error.message);
      return otherwise;
    }
  };
  const needed = (name: string, what: string): string => {
    const value = valueOf(args, name);
    if (value === undefined) problems.push(`--${name}: expected ${what}, found none`);
    return value ?? '';
  };
  const mapping = needed('mapping', 'the name of a mapping that ships, or a mapping file');
  const out = needed('out', 'a file to write the scenario to, such as my-town.json');
  needed('persons', "how many people live in the agency's area, which no file of calls says");
  const persons = take(() => wholeNumber(args, 'persons', PERSONS.least, PERSONS.most, PERSONS.least), PERSONS.least);
  const draws = take(() => wholeNumber(args, 'draws', DRAWS.least, DRAWS.most, DRAWS.usual), DRAWS.usual);
  const seed = take(() => wholeNumber(args, 'seed', 0, Number.MAX_SAFE_INTEGER, SEED_DEFAULT), SEED_DEFAULT);
  const officerInitiatedShare = take(() => decimal(args, 'officer-share') ?? OFFICER_SHARE, OFFICER_SHARE);
  if (!(officerInitiatedShare >= 0 && officerInitiatedShare < 0.95))
    problems.push(`--officer-share: expected a number from 0 to below 0.95, found ${officerInitiatedShare}`);
  const name = basename(out).replace(/\.json$/i, '');
  if (out !== '' && !/^[a-z0-9][a-z0-9-]{0,63}\.json$/i.test(basename(out)))
    problems.push(
      `--out: expected a file name of letters, digits and dashes that ends in .json, found ${JSON.stringify(out)}`,
    );
  if (problems.length > 0) throw new HundredblockError('HB_OPTION_VALUE', problems.join('\n'));
  return { mapping, out: resolve(out), persons, draws, seed, officerInitiatedShare, name: name.toLowerCase() };
}

/** The default of `incidents.officerInitiatedShare`. */
const OFFICER_SHARE = 0.35;

/** Whole or not at all. */
function writeWhole(path: string, text: string): void {
  const stage = `${path}.partial-${process.pid}`;
  try {
    writeFileSync(stage, text);
    renameSync(stage, path);
  } catch (error) {
    rmSync(stage, { force: true });
    throw outputError(path, error);
  }
}

/**
 * Files of trials in JSON Lines: the first line holds what all trials have in common, each further line one trial. The folder of an
 * interleaved comparison holds such a file, and results/pool/ the pools from which the error rates of a comparison are computed.
 */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import Type, { type Static } from 'typebox';
import { Errors } from 'typebox/value';
import { HundredblockError } from '../../../contract/errors.ts';
import { pathOfPointer } from '../../../contract/explain.ts';
import { RunRecordSchema } from '../../../contract/record/run-record.ts';

export const TRIALS_SCHEMA = 'hundredblock.trials/1.0';

const { code, host } = RunRecordSchema.properties;

const TrialsHeadSchema = Type.Object({
  schema: Type.Literal(TRIALS_SCHEMA),
  scenario: Type.String(),
  seed: Type.Integer(),
  /** Hash of the scenario's options as canonical JSON. */
  optionsSha256: Type.String(),
  traceSha256: Type.String(),
  /** The harness's build, and the machine that it ran on. */
  code,
  host,
});
/** First line of a file of trials. */
export type TrialsHead = Static<typeof TrialsHeadSchema>;

const TrialSchema = Type.Object({
  side: Type.Union([Type.Literal('a'), Type.Literal('b')]),
  /** Each block holds one trial of either side, one soon after the other. */
  block: Type.Integer({ minimum: 0 }),
  startedAt: Type.String(),
  /** Load average of the machine over the minute before the trial's end. */
  load1: Type.Number(),
  /** The generator's own lag, and what held the run back (harness/judge/bottleneck.ts). */
  lagP99Ms: Type.Number(),
  bottleneck: Type.String(),
  figures: Type.Record(Type.String(), Type.Number()),
  violations: Type.Record(Type.String(), Type.Integer({ minimum: 0 })),
});
/** One trial of one side. */
export type Trial = Static<typeof TrialSchema>;

/** A whole file of trials. */
export interface Trials {
  head: TrialsHead;
  trials: Trial[];
}

/** Throws what the file system throws. */
export function writeTrials(path: string, { head, trials }: Trials): void {
  writeFileSync(path, [head, ...trials].map((line) => `${JSON.stringify(line)}\n`).join(''));
}

/** Throws what the file system throws. */
export function appendTrial(path: string, trial: Trial): void {
  appendFileSync(path, `${JSON.stringify(trial)}\n`);
}

/** Throws HB_RECORD_FILE if the file can't be read or a line breaks the schema. */
export function readTrials(path: string): Trials {
  const [first, ...rest] = linesOf(path);
  return {
    head: checked<TrialsHead>(path, 1, TrialsHeadSchema, first),
    trials: rest.map((line, i) => checked<Trial>(path, i + 2, TrialSchema, line)),
  };
}

// --- internal ---

function linesOf(path: string): unknown[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const found = (error as NodeJS.ErrnoException).code ?? 'an unknown failure';
    throw broken(path, `expected a readable file, found ${found === 'ENOENT' ? 'none' : found}`);
  }
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line, i) => {
    try {
      return JSON.parse(line) as unknown;
    } catch {
      throw broken(path, `expected JSON on line ${i + 1}, found ${line.length} characters that are not`);
    }
  });
}

function checked<T>(path: string, line: number, schema: Type.TSchema, value: unknown): T {
  const [error] = Errors(schema, value);
  if (error === undefined) return value as T;
  throw broken(
    path,
    `expected ${TRIALS_SCHEMA} on line ${line}, found at ${pathOfPointer(error.instancePath) || 'the whole'} a value that ${error.message}`,
  );
}

function broken(path: string, problem: string): HundredblockError {
  return new HundredblockError('HB_RECORD_FILE', `${path}: ${problem}`);
}

/** Opens a trace. The reader checks the hash of every file before it takes anything from the trace. */
import { createHash } from 'node:crypto';
import { Errors } from 'typebox/value';
import { pathOfPointer } from '../../contract/explain.ts';
import { ONBOARDING_SCHEMA, type Onboarding } from '../../contract/onboarding.ts';
import {
  TRACE_SCHEMA,
  TraceHeaderSchema,
  type TraceHeader,
  type TraceInput,
  type TruthLine,
} from '../../contract/trace.ts';
import { TRACE_INPUT_KINDS } from '../../contract/trace-kinds.ts';
import type { OpenTrace, Trace } from './trace-api.ts';
import { FILES, HEADER_FILE, jsonLine, linesOf, sha256Of, textOf, traceError } from './trace-file.ts';

/** See OpenTrace. */
export const openTrace: OpenTrace = async (dir) => {
  const text = await textOf(dir, HEADER_FILE);
  const header = headerOf(text);
  for (const file of [FILES.inputs, FILES.onboarding, FILES.truth]) await verify(dir, file, header.sha256[file]);
  // A trace of version 1.0 has no world file; it can be sent all the same.
  if (header.sha256[FILES.world] !== undefined) await verify(dir, FILES.world, header.sha256[FILES.world]);
  const trace: Trace = {
    dir,
    header,
    onboarding: parseOnboarding(await textOf(dir, FILES.onboarding)),
    sha256: createHash('sha256').update(text).digest('hex'),
    inputs: () => inputsOf(dir),
    truth: () => truthOf(dir),
  };
  return trace;
};

/** The onboarding in a file's text. Throws HB_TRACE if it is not one. */
export function parseOnboarding(text: string): Onboarding {
  const value = json(FILES.onboarding, text) as { schema?: unknown } | null;
  expectMajor(FILES.onboarding, value?.schema, ONBOARDING_SCHEMA);
  return value as Onboarding;
}

/** A reader of the lines of inputs.jsonl, to be called with one after the other. Throws HB_TRACE at a line that is not an input or is out of order. */
export function inputReader(): (line: number, text: string) => TraceInput {
  const check = inputChecker();
  return (line, text) => check(line, jsonLine(FILES.inputs, line, text));
}

// --- internal ---

const INPUT_KINDS: ReadonlySet<string> = new Set(TRACE_INPUT_KINDS);
const TRUTH_LINES: Readonly<Record<TruthLine['line'], true>> = {
  manifest: true,
  private: true,
  record: true,
  fault: true,
};

function headerOf(text: string): TraceHeader {
  const value = json(HEADER_FILE, text) as { schema?: unknown } | null;
  expectMajor(HEADER_FILE, value?.schema, TRACE_SCHEMA);
  const problem = Errors(TraceHeaderSchema, value).at(0);
  if (problem !== undefined)
    throw traceError(
      HEADER_FILE,
      'the fields of a trace header',
      `${pathOfPointer(problem.instancePath) || 'it'} ${problem.message}`,
    );
  return value as TraceHeader;
}

/** A later minor version only adds fields. Another major version may mean anything, so it is refused. */
function expectMajor(file: string, schema: unknown, known: string): void {
  const major = known.slice(0, known.lastIndexOf('.') + 1);
  if (typeof schema === 'string' && schema.startsWith(major)) return;
  const found =
    typeof schema === 'string' && /^[a-z.]{1,40}\/\d{1,4}\.\d{1,4}$/.test(schema) ? schema : 'something else';
  throw traceError(file, `schema ${major}x`, found);
}

async function verify(dir: string, file: string, expected: string | undefined): Promise<void> {
  if (expected === undefined) throw traceError(HEADER_FILE, `the SHA-256 of ${file}`, 'none');
  const found = await sha256Of(dir, file);
  if (found !== expected) throw traceError(file, `SHA-256 ${expected.slice(0, 12)}...`, `${found.slice(0, 12)}...`);
}

async function* inputsOf(dir: string): AsyncGenerator<{ line: number; input: TraceInput }> {
  const check = inputChecker();
  for await (const { line, value } of linesOf(dir, FILES.inputs)) yield { line, input: check(line, value) };
}

function inputChecker(): (line: number, value: unknown) => TraceInput {
  let lastMs = -Infinity;
  return (line, value) => {
    const input = value as TraceInput | null;
    if (typeof input !== 'object' || input === null || !INPUT_KINDS.has(String(input.kind)))
      throw traceError(FILES.inputs, `an input on line ${line + 1}`, 'something else');
    if (!Number.isInteger(input.atMs) || input.atMs < lastMs)
      throw traceError(FILES.inputs, `a time not before the last one's on line ${line + 1}`, 'another');
    lastMs = input.atMs;
    return input;
  };
}

async function* truthOf(dir: string): AsyncGenerator<TruthLine> {
  for await (const { line, value } of linesOf(dir, FILES.truth)) {
    const truth = value as TruthLine | null;
    if (typeof truth !== 'object' || truth === null || !Object.hasOwn(TRUTH_LINES, String(truth.line)))
      throw traceError(FILES.truth, `a line of truth on line ${line + 1}`, 'something else');
    yield truth;
  }
}

function json(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw traceError(file, 'JSON', 'text that does not parse');
  }
}

import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TraceHeader } from '../../contract/trace.ts';
import { HundredblockError } from '../../contract/errors.ts';
import { inputsOf, recordNamed, removeTraces, truthOf } from './recording.testing.ts';
import { openTrace } from './read.ts';
import { readRecorded } from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'hundredblock-trace-'));
let whole: string;
afterAll(() => {
  rmSync(folder, { recursive: true });
  removeTraces();
});
beforeAll(async () => {
  whole = (await recordNamed('smoke', ['intensity.incidents=100'], 30, 30)).trace.dir;
});

let copies = 0;
/** A copy of the trace with one file altered. */
function altered(file: string, change: (text: string) => string): string {
  const dir = join(folder, String((copies += 1)));
  cpSync(whole, dir, { recursive: true });
  const path = join(dir, file);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
  return dir;
}

/** A copy with one file altered, and a header that agrees with it. */
function forged(file: string, change: (text: string) => string): string {
  const dir = altered(file, change);
  const sha256 = createHash('sha256')
    .update(readFileSync(join(dir, file)))
    .digest('hex');
  const path = join(dir, 'trace.json');
  const header = JSON.parse(readFileSync(path, 'utf8')) as TraceHeader;
  writeFileSync(path, JSON.stringify({ ...header, sha256: { ...header.sha256, [file]: sha256 } }));
  return dir;
}

async function refusal(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof HundredblockError && error.code === 'HB_TRACE' && !error.message.includes('\n'))
      return error.message;
    throw error;
  }
  throw new Error('expected a refusal, found none');
}

describe('opening a trace', () => {
  it('accepts a complete trace, and names it by the hash of its header', async () => {
    const trace = await openTrace(whole);
    const bytes = readFileSync(join(whole, 'trace.json'));
    expect(trace.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect((await inputsOf(trace)).length).toBeGreaterThan(trace.header.preamble);
    expect((await truthOf(trace)).length).toBeGreaterThan(10);
    expect(trace.onboarding.agencies).toHaveLength(2);
  });

  it.each(['inputs.jsonl', 'onboarding.json', 'truth/truth.jsonl', 'truth/world.jsonl'])(
    'finds a changed byte in %s',
    async (file) => {
      const dir = altered(file, (text) => text.replace('pd-000', 'pd-999'));
      expect(await refusal(openTrace(dir))).toMatch(
        new RegExp(`^trace: ${file}: expected SHA-256 [0-9a-f]{12}\\.\\.\\., found [0-9a-f]{12}\\.\\.\\.$`),
      );
    },
  );

  it.each(['trace.json', 'inputs.jsonl', 'onboarding.json', 'truth/truth.jsonl', 'truth/world.jsonl'])(
    'notices that %s is missing',
    async (file) => {
      const dir = altered(file, (text) => text);
      rmSync(join(dir, file));
      expect(await refusal(openTrace(dir))).toBe(
        `trace: ${file}: expected a file that can be read, found no such file`,
      );
    },
  );

  it.each([
    [
      'another major version',
      (h: string) => h.replace('trace/1.2', 'trace/2.0'),
      'schema hundredblock.trace/1.x, found hundredblock.trace/2.0',
    ],
    [
      'no version',
      (h: string) => h.replace('"schema"', '"scheme"'),
      'schema hundredblock.trace/1.x, found something else',
    ],
    ['no JSON', (h: string) => h.slice(1), 'JSON, found text'],
    ['a field missing', (h: string) => h.replace('"preamble"', '"overture"'), 'the fields of a trace header'],
    ['no hash', (h: string) => h.replace('"inputs.jsonl":', '"inputs":'), 'the SHA-256 of inputs.jsonl, found none'],
  ])('refuses a header with %s', async (_what, change, expected) => {
    expect(await refusal(openTrace(altered('trace.json', change)))).toContain(
      `trace: trace.json: expected ${expected}`,
    );
  });

  it('reads a later minor version', async () => {
    const dir = altered('trace.json', (h) => h.replace('trace/1.2', 'trace/1.7').replace('{', '{"later":1,'));
    expect((await openTrace(dir)).header.schema).toBe('hundredblock.trace/1.7');
  });

  it('reads an earlier minor version, which holds no world', async () => {
    const { sha256, ...rest } = JSON.parse(readFileSync(join(whole, 'trace.json'), 'utf8')) as TraceHeader;
    const { 'truth/world.jsonl': _, ...before } = sha256;
    const header = { ...rest, schema: 'hundredblock.trace/1.0', sha256: before };
    const trace = await openTrace(altered('trace.json', () => JSON.stringify(header)));
    expect((await inputsOf(trace)).length).toBeGreaterThan(0);
    expect(await refusal(readRecorded(trace))).toBe(
      "trace: truth/world.jsonl: expected the world's figures, which traces hold since version 1.1, found none (hundredblock.trace/1.0)",
    );
  });
});

describe('lines of a faulty writer', () => {
  const third = (line: string) => (text: string) => text.split('\n').with(2, line).join('\n');

  it.each([
    ['no JSON', '{"atMs":', 'JSON on line 3'],
    ['an unknown kind', '{"atMs":1,"kind":"wake"}', 'an input on line 3'],
    ['no object', 'null', 'an input on line 3'],
    [
      'a time before the last one',
      '{"atMs":1,"kind":"motion","doorbell":1}',
      "a time not before the last one's on line 3",
    ],
  ])('are refused by their number: %s', async (_what, line, expected) => {
    const trace = await openTrace(forged('inputs.jsonl', third(line)));
    expect(await refusal(inputsOf(trace))).toContain(`trace: inputs.jsonl: expected ${expected}`);
  });

  it('are refused in the truth as well, and so is an end without a line feed', async () => {
    const truth = await openTrace(forged('truth/truth.jsonl', third('{"line":"rumour"}')));
    expect(await refusal(truthOf(truth))).toContain('trace: truth/truth.jsonl: expected a line of truth on line 3');
    const cut = await openTrace(forged('inputs.jsonl', (text) => text.slice(0, -1)));
    expect(await refusal(inputsOf(cut))).toMatch(
      /expected line \d+ to end with a line feed, found the end of the file$/,
    );
  });
});

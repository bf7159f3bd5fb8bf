import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { TraceHeader, TraceInput } from '../../contract/trace.ts';
import { followTrace, WrittenLength } from './follow.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const ONBOARDING = '{"schema":"hundredblock.onboarding/1.0"}\n';
const post = (n: number, text = 'x'): string =>
  `${JSON.stringify({ atMs: n, kind: 'post', postId: `p${n}`, resident: 1, text } satisfies TraceInput)}\n`;

function start() {
  const dir = mkdtempSync(join(tmpdir(), 'hundredblock-follow-'));
  folders.push(dir);
  const path = join(dir, 'inputs.jsonl');
  writeFileSync(path, '');
  writeFileSync(join(dir, 'onboarding.json'), ONBOARDING);
  const sha256 = { 'onboarding.json': createHash('sha256').update(ONBOARDING).digest('hex') };
  return { dir, path, header: { sha256 } as unknown as TraceHeader, written: new WrittenLength(0) };
}

describe('following a trace that is being written', () => {
  test('takes each line once the writer has reported it, not before, and ends with the trace', async () => {
    const { dir, path, header, written } = start();
    const trace = await followTrace(dir, header, written);
    const taken: number[] = [];
    let pauses = 0;
    const done = (async () => {
      for await (const { line, input } of trace.inputs(() => (pauses += 1))) {
        expect(input.atMs).toBe(10 * line);
        taken.push(line);
      }
    })();
    await vi.waitFor(() => expect(pauses).toBe(1));
    // A line may be longer than one read, and need not be ASCII.
    const lines = [post(0), post(10, 'ä'.repeat(2_000_000)), post(20)];
    appendFileSync(path, lines.join(''));
    written.more(Buffer.byteLength(lines[0]));
    await vi.waitFor(() => expect(pauses).toBe(2));
    expect(taken).toEqual([0]);
    written.more(Buffer.byteLength(lines.join('')));
    await vi.waitFor(() => expect(pauses).toBe(3));
    expect(taken).toEqual([0, 1, 2]);
    written.end();
    await done;
    expect(pauses).toBe(3);
  });

  test.each([
    ['not an input', '{"atMs":1,"kind":"nothing"}\n', 'an input on line 1'],
    ['no JSON', 'nothing\n', 'JSON on line 1'],
    ['out of order', post(2) + post(1), "a time not before the last one's on line 2"],
  ])('refuses a line that is %s', async (_, text, expected) => {
    const { dir, path, header, written } = start();
    appendFileSync(path, text);
    written.more(text.length);
    written.end();
    const trace = await followTrace(dir, header, written);
    const all = async (): Promise<void> => {
      for await (const { line } of trace.inputs()) expect(line).toBe(0);
    };
    await expect(all()).rejects.toMatchObject({ code: 'HB_TRACE', message: expect.stringContaining(expected) });
  });

  test('refuses an onboarding that is not what the header says', async () => {
    const { dir, header, written } = start();
    appendFileSync(join(dir, 'onboarding.json'), ' ');
    await expect(followTrace(dir, header, written)).rejects.toMatchObject({ code: 'HB_TRACE' });
  });
});

/** Reads a trace while it is still being written. The reader takes no line before the writer has reported it. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { TraceHeader, TraceInput } from '../../contract/trace.ts';
import type { Trace } from './trace-api.ts';
import { inputReader, parseOnboarding } from './read.ts';
import { FILES, textOf, traceError } from './trace-file.ts';

/** The length of a growing inputs.jsonl, as its writer reports it. */
export class WrittenLength {
  #bytes: number;
  #isWhole = false;
  #waiting: (() => void)[] = [];

  /** `bytes` is the length at the start: whole lines. */
  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** True once nothing more will be written. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** The writer reports the length, which only grows. */
  more(bytes: number): void {
    this.#bytes = bytes;
    this.#wake();
  }

  /** The writer reports that nothing more will come. */
  end(): void {
    this.#isWhole = true;
    this.#wake();
  }

  /** Resolves when more than `bytes` are written, or when nothing more will be. */
  async beyond(bytes: number): Promise<void> {
    while (this.#bytes <= bytes && !this.#isWhole) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    for (const resume of this.#waiting.splice(0)) resume();
  }
}

/**
 * A trace for one reader at a time, without its own hash. `header` is as it is known when the window opens. Throws HB_TRACE if the onboarding's hash is not the
 * header's.
 */
export async function followTrace(dir: string, header: TraceHeader, written: WrittenLength): Promise<Trace> {
  const text = await textOf(dir, FILES.onboarding);
  const expected = String(header.sha256[FILES.onboarding]);
  const found = createHash('sha256').update(text).digest('hex');
  if (found !== expected)
    throw traceError(FILES.onboarding, `SHA-256 ${expected.slice(0, 12)}...`, `${found.slice(0, 12)}...`);
  return {
    dir,
    header,
    onboarding: parseOnboarding(text),
    sha256: '',
    inputs: (paused) => inputsOf(dir, written, paused ?? (() => {})),
    truth: () => {
      throw traceError(FILES.truth, 'a complete trace', 'one that is still being written');
    },
  };
}

// --- internal ---

const BLOCK_BYTES = 1 << 20;

async function* inputsOf(
  dir: string,
  written: WrittenLength,
  paused: () => void,
): AsyncGenerator<{ line: number; input: TraceInput }> {
  const read = inputReader();
  const file = await open(join(dir, FILES.inputs), 'r');
  try {
    const block = Buffer.alloc(BLOCK_BYTES);
    let rest: Buffer = Buffer.alloc(0);
    for (let at = 0, line = 0; ;) {
      if (at >= written.bytes) {
        if (written.isWhole) return;
        paused();
        await written.beyond(at);
        continue;
      }
      const { bytesRead } = await file.read(block, 0, Math.min(BLOCK_BYTES, written.bytes - at), at);
      if (bytesRead === 0) throw traceError(FILES.inputs, `${written.bytes} bytes`, `${at}`);
      at += bytesRead;
      const bytes = Buffer.concat([rest, block.subarray(0, bytesRead)]);
      let start = 0;
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
        yield { line, input: read(line, bytes.toString('utf8', start, end)) };
        start = end + 1;
        line += 1;
      }
      rest = bytes.subarray(start);
    }
  } finally {
    await file.close();
  }
}

/** Reading a trace while it is still being written: no line is taken before its writer has told of it. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { TraceHeader, TraceInput } from '../../contract/trace.ts';
import type { Trace } from './trace-api.ts';
import { FILES } from './files.ts';
import { inputReader, onboardingOf } from './read.ts';
import { textOf, traceError } from './trace-file.ts';

/** How much of inputs.jsonl is written, as its writer tells. */
export class Written {
  #bytes: number;
  #isWhole = false;
  #waiting: (() => void)[] = [];

  /** `bytes`: of whole lines. */
  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** True once nothing more comes. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  more(bytes: number): void {
    this.#bytes = bytes;
    this.#wake();
  }

  end(): void {
    this.#isWhole = true;
    this.#wake();
  }

  /** Resolves when more than `bytes` are written, or none ever will be. */
  async beyond(bytes: number): Promise<void> {
    while (this.#bytes <= bytes && !this.#isWhole) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    for (const resume of this.#waiting.splice(0)) resume();
  }
}

/** `header`: as it is known when the window opens. For one reader at a time; `sha256` is not known. Throws HB_TRACE where the onboarding is not as the header says. */
export async function followTrace(dir: string, header: TraceHeader, written: Written): Promise<Trace> {
  const text = await textOf(dir, FILES.onboarding);
  const expected = String(header.sha256[FILES.onboarding]);
  const found = createHash('sha256').update(text).digest('hex');
  if (found !== expected)
    throw traceError(FILES.onboarding, `SHA-256 ${expected.slice(0, 12)}...`, `${found.slice(0, 12)}...`);
  return {
    dir,
    header,
    onboarding: onboardingOf(text),
    sha256: '',
    inputs: (paused) => inputsOf(dir, written, paused ?? (() => {})),
    truth: () => {
      throw traceError(FILES.truth, 'a trace that is whole', 'one that is still being written');
    },
  };
}

// --- internal ---

const BLOCK_BYTES = 1 << 20;

async function* inputsOf(
  dir: string,
  written: Written,
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

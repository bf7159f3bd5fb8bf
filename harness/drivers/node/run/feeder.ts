/** Reads a trace ahead of time, a bounded number of bytes, and hands each thread the inputs that it will send. */
import { HundredblockError } from '../../../../contract/errors.ts';
import type { TraceInput } from '../../../../contract/trace.ts';
import type { Trace } from '../../../trace/trace-api.ts';
import type { Encoder } from '../sender/encode.ts';
import { ChunkBuilder, chunkWeight, type Chunk, type Item } from '../thread/chunk.ts';
import type { InputTaker } from '../thread/thread-handle.ts';

const CHUNK_BYTES = 64 << 10;

/** Connections that one thread makes before the window; `thread` is its index. */
export interface ConnectionRamp {
  thread: number;
  chunk: Chunk;
  inputs: number;
}

/** Feeds all threads of a run from one trace. */
export class Feeder {
  readonly #inputs: AsyncGenerator<{ line: number; input: TraceInput }>;
  readonly #preambleLines: number;
  readonly #encoder: Encoder;
  readonly #threads: readonly InputTaker[];
  /** Indexes of the threads that hold residents. */
  readonly #residentThreads: number[];
  readonly #aheadBytesMax: number;
  readonly #builders: ChunkBuilder[];
  #aheadBytes = 0;
  #wake: (() => void) | null = null;
  #stopped = false;
  /** True when the read-ahead was full once, or there is no more (for now). */
  primed = false;
  done = false;

  constructor(trace: Trace, encoder: Encoder, threads: readonly InputTaker[], aheadBytesMax: number) {
    // If the trace is still being written, all that there is of it must be under way before more comes.
    this.#inputs = trace.inputs(() => {
      this.#flush('inputs');
      this.primed = true;
    });
    this.#preambleLines = trace.header.preamble;
    this.#encoder = encoder;
    this.#threads = threads;
    this.#residentThreads = threads.flatMap(({ role }, index) => (role === 'residents' ? [index] : []));
    this.#aheadBytesMax = aheadBytesMax;
    this.#builders = threads.map(() => new ChunkBuilder());
  }

  /** A thread has taken up inputs of this weight (chunkWeight). */
  consumed(weight: number): void {
    this.#aheadBytes -= weight;
    this.#wake?.();
  }

  stop(): void {
    this.#stopped = true;
    this.#wake?.();
  }

  /** Hands out what was open before the window. Resolves with the connections, which come after that. Throws HB_TRACE. */
  async preamble(): Promise<ConnectionRamp[]> {
    const ramps = this.#threads.map(() => ({ builder: new ChunkBuilder(), inputs: 0 }));
    for (let read = 0; read < this.#preambleLines && !this.#stopped; read += 1) {
      const next = await this.#inputs.next();
      if (next.done === true) throw new HundredblockError('HB_TRACE', 'inputs.jsonl ends within its preamble');
      const { line, input } = next.value;
      if (input.kind === 'snapshot')
        throw new HundredblockError('HB_TRACE', `inputs.jsonl, line ${line + 1}: expected no snapshot in the preamble`);
      const { thread, items } = this.#route(line, input);
      if (this.#threads[thread].role === 'sender') await this.#add(thread, items, 'preamble');
      else {
        for (const item of items) ramps[thread].builder.add(item);
        ramps[thread].inputs += 1;
      }
    }
    this.#flush('preamble');
    return ramps.flatMap(({ builder, inputs }, thread) => {
      const chunk = builder.take();
      return chunk === null ? [] : [{ thread, chunk, inputs }];
    });
  }

  /** Counts connections that were handed over apart from this. */
  countRamp(thread: number, chunk: Chunk, inputs: number): void {
    this.#aheadBytes += chunkWeight(chunk);
    this.#threads[thread].handed += inputs;
  }

  /** Hands out the window, as fast as the bound allows, to its end or until stopped. Throws HB_TRACE. */
  async window(): Promise<void> {
    while (!this.#stopped) {
      const next = await this.#inputs.next();
      if (next.done === true) break;
      const { thread, items } = this.#route(next.value.line, next.value.input);
      await this.#add(thread, items, 'inputs');
    }
    this.#flush('inputs');
    this.primed = true;
    this.done = true;
  }

  #route(line: number, input: TraceInput): { thread: number; items: Item[] } {
    const { role, items } = this.#encoder.encode(line, input);
    const thread =
      role === 'residents'
        ? this.#residentThreads[items[0].who % this.#residentThreads.length]
        : this.#threads.findIndex((candidate) => candidate.role === role);
    return { thread, items };
  }

  async #add(thread: number, items: readonly Item[], kind: 'preamble' | 'inputs'): Promise<void> {
    const builder = this.#builders[thread];
    for (const item of items) builder.add(item);
    this.#threads[thread].handed += 1;
    if (builder.weight >= CHUNK_BYTES) this.#give(thread, kind);
    if (this.#aheadBytes + this.#builders.reduce((sum, one) => sum + one.weight, 0) < this.#aheadBytesMax) return;
    // Everything read must be under way before waiting: the wait may be for an input that stands in it.
    this.#flush(kind);
    this.primed = true;
    while (this.#aheadBytes >= this.#aheadBytesMax && !this.#stopped)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    this.#wake = null;
  }

  #flush(kind: 'preamble' | 'inputs'): void {
    for (const thread of this.#threads.keys()) this.#give(thread, kind);
  }

  #give(thread: number, kind: 'preamble' | 'inputs'): void {
    const chunk = this.#builders[thread].take();
    if (chunk === null) return;
    this.#aheadBytes += chunkWeight(chunk);
    this.#threads[thread].give(kind, chunk);
  }
}

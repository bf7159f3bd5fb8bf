/** Reads a trace ahead of time, a bounded number of bytes, and hands each thread what it will send. */
import { HundredblockError } from '../../../contract/errors.ts';
import type { TraceInput } from '../../../contract/trace.ts';
import type { Trace } from '../../trace/trace-api.ts';
import { ChunkBuilder, weightOf, type Chunk, type Item } from './thread/chunk.ts';
import type { CrewRole } from './thread/crew-contract.ts';
import type { Encoder } from './sender/encode.ts';

/** A thread, as far as it takes inputs. */
export interface Feedable {
  role: CrewRole;
  /** Inputs handed over so far. */
  handed: number;
  give(kind: 'preamble' | 'inputs', chunk: Chunk): void;
}

export interface Preamble {
  /** Connections to make before the window, by index of the thread. */
  ramps: { crew: number; chunk: Chunk; inputs: number }[];
}

export class Feeder {
  readonly #inputs: AsyncGenerator<{ line: number; input: TraceInput }>;
  readonly #preambleLines: number;
  readonly #encoder: Encoder;
  readonly #crews: readonly Feedable[];
  readonly #swarms: number[];
  readonly #aheadMax: number;
  readonly #builders: ChunkBuilder[];
  #ahead = 0;
  #wake: (() => void) | null = null;
  #stopped = false;
  /** True when the read-ahead was full once, or there is no more (for now). */
  primed = false;
  done = false;

  constructor(trace: Trace, encoder: Encoder, crews: readonly Feedable[], aheadMax: number) {
    // A trace that is still being written: what there is of it must be under way before more comes.
    this.#inputs = trace.inputs(() => {
      this.#flush('inputs');
      this.primed = true;
    });
    this.#preambleLines = trace.header.preamble;
    this.#encoder = encoder;
    this.#crews = crews;
    this.#swarms = crews.flatMap((crew, index) => (crew.role === 'swarm' ? [index] : []));
    this.#aheadMax = aheadMax;
    this.#builders = crews.map(() => new ChunkBuilder());
  }

  /** A thread has sent so much of what it was given. */
  consumed(weight: number): void {
    this.#ahead -= weight;
    this.#wake?.();
  }

  stop(): void {
    this.#stopped = true;
    this.#wake?.();
  }

  /** Hands out what was open before the window, and gives back the connections, which come after that. Throws HB_TRACE. */
  async preamble(): Promise<Preamble> {
    const ramps = this.#crews.map(() => ({ builder: new ChunkBuilder(), inputs: 0 }));
    for (let read = 0; read < this.#preambleLines && !this.#stopped; read += 1) {
      const next = await this.#inputs.next();
      if (next.done === true) throw new HundredblockError('HB_TRACE', 'inputs.jsonl ends within its preamble');
      const { line, input } = next.value;
      if (input.kind === 'snapshot')
        throw new HundredblockError('HB_TRACE', `inputs.jsonl, line ${line + 1}: expected no snapshot in the preamble`);
      const { crew, items } = this.#route(line, input);
      if (this.#crews[crew].role === 'sender') await this.#add(crew, items, 'preamble');
      else {
        for (const item of items) ramps[crew].builder.add(item);
        ramps[crew].inputs += 1;
      }
    }
    this.#flush('preamble');
    return {
      ramps: ramps.flatMap(({ builder, inputs }, crew) => {
        const chunk = builder.take();
        return chunk === null ? [] : [{ crew, chunk, inputs }];
      }),
    };
  }

  /** Connections are handed over apart from this, but counted here. */
  ramp(crew: number, chunk: Chunk, inputs: number): void {
    this.#ahead += weightOf(chunk);
    this.#crews[crew].handed += inputs;
  }

  /** Hands out the window, as fast as the bound allows, to its end or until stopped. Throws HB_TRACE. */
  async window(): Promise<void> {
    while (!this.#stopped) {
      const next = await this.#inputs.next();
      if (next.done === true) break;
      const { crew, items } = this.#route(next.value.line, next.value.input);
      await this.#add(crew, items, 'inputs');
    }
    this.#flush('inputs');
    this.primed = true;
    this.done = true;
  }

  #route(line: number, input: TraceInput): { crew: number; items: Item[] } {
    const { role, items } = this.#encoder.encode(line, input);
    const crew =
      role === 'swarm'
        ? this.#swarms[items[0].who % this.#swarms.length]
        : this.#crews.findIndex((candidate) => candidate.role === role);
    return { crew, items };
  }

  async #add(crew: number, items: readonly Item[], kind: 'preamble' | 'inputs'): Promise<void> {
    const builder = this.#builders[crew];
    for (const item of items) builder.add(item);
    this.#crews[crew].handed += 1;
    if (builder.weight >= CHUNK_BYTES) this.#give(crew, kind);
    if (this.#ahead + this.#builders.reduce((sum, one) => sum + one.weight, 0) < this.#aheadMax) return;
    // All that was read must be under way before waiting: what is waited for may be in it.
    this.#flush(kind);
    this.primed = true;
    while (this.#ahead >= this.#aheadMax && !this.#stopped)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    this.#wake = null;
  }

  #flush(kind: 'preamble' | 'inputs'): void {
    for (const crew of this.#crews.keys()) this.#give(crew, kind);
  }

  #give(crew: number, kind: 'preamble' | 'inputs'): void {
    const chunk = this.#builders[crew].take();
    if (chunk === null) return;
    this.#ahead += weightOf(chunk);
    this.#crews[crew].give(kind, chunk);
  }
}

// --- internal ---

const CHUNK_BYTES = 64 << 10;

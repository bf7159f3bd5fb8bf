/**
 * Remembers which record ids were seen, with what content, in bounded memory: two generations of up to `capacity` ids each. When the younger one is full, the
 * older one is dropped.
 */

/** The state of an id: a hash of its last content, its category mark (an integer from 0 to 255), and the file that it stood in (0 to 65,535). */
export interface SeenId {
  content: number;
  mark: number;
  file: number;
}

/** Half a million ids are always known, and up to a million, in about 60 MiB when full. */
const CAPACITY = 500_000;

/** Ids seen, by their hash (hash.ts). */
export class SeenIds {
  readonly #capacity: number;
  #young: Generation;
  #old: Generation;

  constructor(capacity = CAPACITY) {
    this.#capacity = capacity;
    this.#young = new Generation(capacity);
    this.#old = new Generation(capacity);
  }

  /** The state that the id was last given; null if it is new, or was dropped. */
  get(id: number): SeenId | null {
    return this.#young.get(id) ?? this.#old.get(id);
  }

  set(id: number, state: SeenId): void {
    if (this.#young.isFull && !this.#young.has(id)) {
      this.#old = this.#young;
      this.#young = new Generation(this.#capacity);
    }
    this.#young.set(id, state);
  }

  /** How many ids are held; one that is in both generations counts twice. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }
}

// --- internal ---

class Generation {
  readonly #slots = new Map<number, number>();
  readonly #contents: Float64Array;
  readonly #marks: Uint8Array;
  readonly #files: Uint16Array;

  constructor(capacity: number) {
    this.#contents = new Float64Array(capacity);
    this.#marks = new Uint8Array(capacity);
    this.#files = new Uint16Array(capacity);
  }

  get size(): number {
    return this.#slots.size;
  }

  get isFull(): boolean {
    return this.#slots.size === this.#contents.length;
  }

  has(id: number): boolean {
    return this.#slots.has(id);
  }

  get(id: number): SeenId | null {
    const slot = this.#slots.get(id);
    if (slot === undefined) return null;
    return { content: this.#contents[slot], mark: this.#marks[slot], file: this.#files[slot] };
  }

  set(id: number, { content, mark, file }: SeenId): void {
    let slot = this.#slots.get(id);
    if (slot === undefined) {
      slot = this.#slots.size;
      this.#slots.set(id, slot);
    }
    this.#contents[slot] = content;
    this.#marks[slot] = mark;
    this.#files[slot] = file;
  }
}

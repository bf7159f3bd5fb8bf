/** Which record ids were seen, with what content, in bounded memory: two generations of up to `capacity` ids, the older dropped when the newer is full. */

export interface Seen {
  /** The hash of the last content of an id, its category mark and the file it stood in, or null where the id is new (or long unheard of). */
  get(id: number): { content: number; mark: number; file: number } | null;
  set(id: number, content: number, mark: number, file: number): void;
  /** Ids held; one that is in both generations counts twice. */
  size(): number;
}

/** The last half a million ids are always known, and up to a million. Some 60 MiB when full. */
const SEEN_CAPACITY = 500_000;

/** `id` and `content` are hashes (hash.ts); `mark` is an integer from 0 to 255, `file` one from 0 to 65,535. */
export function createSeen(capacity = SEEN_CAPACITY): Seen {
  let young = createGeneration(capacity);
  let old = createGeneration(capacity);
  return {
    get(id) {
      for (const generation of [young, old]) {
        const slot = generation.slots.get(id);
        if (slot !== undefined)
          return { content: generation.contents[slot], mark: generation.marks[slot], file: generation.files[slot] };
      }
      return null;
    },
    set(id, content, mark, file) {
      let slot = young.slots.get(id);
      if (slot === undefined) {
        if (young.slots.size === capacity) {
          old = young;
          young = createGeneration(capacity);
        }
        slot = young.slots.size;
        young.slots.set(id, slot);
      }
      young.contents[slot] = content;
      young.marks[slot] = mark;
      young.files[slot] = file;
    },
    size: () => young.slots.size + old.slots.size,
  };
}

// --- internal ---

interface Generation {
  slots: Map<number, number>;
  contents: Float64Array;
  marks: Uint8Array;
  files: Uint16Array;
}

function createGeneration(capacity: number): Generation {
  return {
    slots: new Map(),
    contents: new Float64Array(capacity),
    marks: new Uint8Array(capacity),
    files: new Uint16Array(capacity),
  };
}

/**
 * The history hash. The kernel folds every event and the world folds every content that matters, in order, into 64 bits: two 32-bit lanes with
 * murmur3's mixing constants, of which the first feeds the second. It detects differences; it is no cryptographic digest.
 */
export class History {
  #a = 0x9e3779b9 | 0;
  #b = 0x243f6a88 | 0;

  /** Folds one number's low 32 bits. */
  fold(value: number): void {
    const k = Math.imul(value | 0, 0xcc9e2d51);
    let a = this.#a ^ Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    a = (Math.imul((a << 13) | (a >>> 19), 5) + 0xe6546b64) | 0;
    this.#a = a;
    const b = this.#b ^ a;
    this.#b = Math.imul((b << 17) | (b >>> 15), 0x85ebca6b) | 0;
  }

  /** Folds the three numbers of one event, like three calls of `fold`. The kernel calls it for every event: here the lanes stay in registers. */
  foldEvent(first: number, second: number, third: number): void {
    let k = Math.imul(first | 0, 0xcc9e2d51);
    let a = this.#a ^ Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    a = (Math.imul((a << 13) | (a >>> 19), 5) + 0xe6546b64) | 0;
    let b = this.#b ^ a;
    b = Math.imul((b << 17) | (b >>> 15), 0x85ebca6b);
    k = Math.imul(second | 0, 0xcc9e2d51);
    a ^= Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    a = (Math.imul((a << 13) | (a >>> 19), 5) + 0xe6546b64) | 0;
    b ^= a;
    b = Math.imul((b << 17) | (b >>> 15), 0x85ebca6b);
    k = Math.imul(third | 0, 0xcc9e2d51);
    a ^= Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    a = (Math.imul((a << 13) | (a >>> 19), 5) + 0xe6546b64) | 0;
    b ^= a;
    this.#a = a;
    this.#b = Math.imul((b << 17) | (b >>> 15), 0x85ebca6b);
  }

  /** Folds a number up to 2^53 in magnitude: an epoch time, an id. */
  foldWide(value: number): void {
    this.fold(value);
    this.fold(Math.floor(value / 4_294_967_296));
  }

  /** Folds a text's UTF-16 units and its length. */
  foldText(text: string): void {
    for (let i = 0; i < text.length; i += 1) this.fold(text.charCodeAt(i));
    this.fold(text.length);
  }

  /** The hash so far, 16 hex digits. */
  hex(): string {
    return hex32(this.#a) + hex32(this.#b);
  }
}

// --- internal ---

function hex32(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}

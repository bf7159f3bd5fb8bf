/** A growing column of exact samples. It is a typed array that doubles, so that a million waits cost 8 MB and no garbage. */
export class Samples {
  #store = new Float64Array(256);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#store.length) {
      const store = new Float64Array(this.#length * 2);
      store.set(this.#store);
      this.#store = store;
    }
    this.#store[this.#length] = value;
    this.#length += 1;
  }

  /** The samples in the order of pushing, as a copy. */
  values(): Float64Array {
    return this.#store.slice(0, this.#length);
  }
}

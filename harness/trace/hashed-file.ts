/** A file of JSON lines that is written in large blocks. Its hash is known once it is finished. */
import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';

/** Text is kept in memory until there is this much of it, UTF-16 units. */
const BLOCK_LENGTH = 1 << 20;

/** Every method throws what the file system throws. */
export class HashedFile {
  readonly #handle: FileHandle;
  readonly #hash = createHash('sha256');
  #block = '';
  #written = 0;

  /** `handle` is that of an empty file. */
  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** An empty file at `path`. */
  static async create(path: string): Promise<HashedFile> {
    return new HashedFile(await open(path, 'w'));
  }

  /** Bytes that are in the file by now. */
  get written(): number {
    return this.#written;
  }

  /** Adds a value as one line. It may stay in memory for a while. */
  async line(value: unknown): Promise<void> {
    this.#block += `${JSON.stringify(value)}\n`;
    if (this.#block.length >= BLOCK_LENGTH) await this.flush();
  }

  /** Writes the rest. Returns the SHA-256 of the whole file in lower-case hex. */
  async finish(): Promise<string> {
    await this.flush();
    return this.#hash.digest('hex');
  }

  /** Writes everything that is in memory. */
  async flush(): Promise<void> {
    const bytes = Buffer.from(this.#block);
    this.#block = '';
    this.#hash.update(bytes);
    await this.#handle.appendFile(bytes);
    this.#written += bytes.length;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** A file of JSON lines, written in blocks however many they are; its hash is known once it is closed. */
import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';

const BLOCK_LENGTH = 1 << 20;

export class HashedFile {
  private readonly handle: FileHandle;
  private readonly hash = createHash('sha256');
  private block = '';
  /** Bytes in the file by now. */
  written = 0;

  private constructor(handle: FileHandle) {
    this.handle = handle;
  }

  /** An empty file at `path`. Throws what the file system throws, as everything here. */
  static async create(path: string): Promise<HashedFile> {
    return new HashedFile(await open(path, 'w'));
  }

  /** Writes a value as one line; it may stay in memory for a while. */
  async line(value: unknown): Promise<void> {
    this.block += `${JSON.stringify(value)}\n`;
    if (this.block.length >= BLOCK_LENGTH) await this.flush();
  }

  /** Writes what is left; lower-case hex SHA-256 of the whole. */
  async finish(): Promise<string> {
    await this.flush();
    return this.hash.digest('hex');
  }

  /** Writes what is in memory. */
  async flush(): Promise<void> {
    const bytes = Buffer.from(this.block);
    this.block = '';
    this.hash.update(bytes);
    await this.handle.appendFile(bytes);
    this.written += bytes.length;
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

/** Follows the lines that the scripts write while they run: when the window opens, and how far they are. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { LogLine } from './scripts/log-lines.ts';

/** The line that says that the window's place on the wall is known. */
export type StartLine = Extract<LogLine, { line: 'start' }>;

/** Counts of what the scripts have written so far. `read` brings them up to date. */
export class LogTail {
  readonly #path: string;
  #file: number | null = null;
  #at = 0;
  #rest = '';
  readonly #open = { residents: new Map<number, number>(), doorbells: new Map<number, number>() };
  /** Null before the window's place is known. */
  start: StartLine | null = null;
  sent = 0;
  acknowledged = 0;
  deliveries = 0;
  /** Greatest lag since the last call of takeLagMaxMs. */
  #lagMaxMs = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Reads on to the end of what is there. */
  read(): void {
    this.#file ??= openIfThere(this.#path);
    if (this.#file === null) return;
    const block = Buffer.alloc(READ_BYTES);
    for (let length = READ_BYTES; length === READ_BYTES;) {
      length = readSync(this.#file, block, 0, READ_BYTES, this.#at);
      this.#at += length;
      // Characters beyond ASCII may be cut in two: no text that may hold them is looked at here.
      const lines = (this.#rest + block.toString('latin1', 0, length)).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#take(line);
    }
  }

  /** Clients that are connected, over all VUs. */
  connected(of: 'residents' | 'doorbells'): number {
    return [...this.#open[of].values()].reduce((sum, open) => sum + open, 0);
  }

  /** The greatest lag since the last call, ms. */
  takeLagMaxMs(): number {
    const ms = this.#lagMaxMs;
    this.#lagMaxMs = 0;
    return ms;
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  #take(line: string): void {
    let entry: LogLine;
    try {
      entry = JSON.parse(line) as LogLine;
    } catch {
      // observations.ts says so when it reads the file.
      return;
    }
    switch (entry.line) {
      case 'start':
        this.start = entry;
        return;
      case 'sends':
        for (const [, , lagMs, sentMs, answeredMs] of entry.sends) {
          if (sentMs !== null) this.sent += 1;
          if (answeredMs !== null) this.acknowledged += 1;
          this.#lagMaxMs = Math.max(this.#lagMaxMs, lagMs ?? 0);
        }
        return;
      case 'deliveries':
        this.deliveries += entry.deliveries.length;
        return;
      case 'connected':
        this.#open[entry.of].set(entry.part, entry.open);
        return;
      default:
    }
  }
}

// --- internal ---

const READ_BYTES = 1 << 20;

function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

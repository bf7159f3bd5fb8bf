/** Follows what the scripts write while they run: where the window opens, and how far they are. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { LogLine } from './scripts/log-lines.ts';

export class LogTail {
  readonly #path: string;
  #file: number | null = null;
  #at = 0;
  #rest = '';
  readonly #open = { residents: new Map<number, number>(), doorbells: new Map<number, number>() };
  start: Extract<LogLine, { line: 'start' }> | null = null;
  sent = 0;
  acknowledged = 0;
  deliveries = 0;
  /** Since it was last asked. */
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
      // Names and texts beyond ASCII may be cut in two: nothing of them is looked at here.
      const lines = (this.#rest + block.toString('latin1', 0, length)).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#take(line);
    }
  }

  connected(of: 'residents' | 'doorbells'): number {
    return [...this.#open[of].values()].reduce((sum, open) => sum + open, 0);
  }

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
    let told: LogLine;
    try {
      told = JSON.parse(line) as LogLine;
    } catch {
      // Whoever converts it says so.
      return;
    }
    switch (told.line) {
      case 'start':
        this.start = told;
        return;
      case 'sends':
        for (const [, , lagMs, sentMs, answeredMs] of told.sends) {
          if (sentMs !== null) this.sent += 1;
          if (answeredMs !== null) this.acknowledged += 1;
          this.#lagMaxMs = Math.max(this.#lagMaxMs, lagMs ?? 0);
        }
        return;
      case 'deliveries':
        this.deliveries += told.deliveries.length;
        return;
      case 'connected':
        this.#open[told.of].set(told.part, told.open);
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

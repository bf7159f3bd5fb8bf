/** A file of JSON lines written in blocks, so that a full disk is met by the write that it fails and not later. */
import { closeSync, openSync, writeSync } from 'node:fs';

export interface LinesFile {
  write(value: unknown): void;
  close(): void;
}

const BLOCK_LENGTH = 1 << 16;

/** Errors of the file system are thrown as they come. */
export function createLinesFile(path: string): LinesFile {
  const fd = openSync(path, 'w');
  let block = '';
  function flush(): void {
    const bytes = new TextEncoder().encode(block);
    block = '';
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
  }
  return {
    write(value) {
      block += `${JSON.stringify(value)}\n`;
      if (block.length >= BLOCK_LENGTH) flush();
    },
    close() {
      try {
        flush();
      } finally {
        closeSync(fd);
      }
    },
  };
}

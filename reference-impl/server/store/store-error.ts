/** Why a data folder can't be worked with, in words that can be shown. */

/** `in-use`: another process has it; `damaged`: its database is; `foreign`: it holds something else. */
export class StoreError extends Error {
  readonly reason: 'in-use' | 'damaged' | 'foreign' | 'unusable';
  constructor(reason: StoreError['reason'], message: string) {
    super(message);
    this.name = 'StoreError';
    this.reason = reason;
  }
}

/** A StoreError for what SQLite or the file system said; any other error as it is. */
export function storeError(error: unknown): unknown {
  const { code } = error as { code?: unknown };
  if (error instanceof StoreError || typeof code !== 'string') return error;
  if (code.startsWith('SQLITE_BUSY'))
    return new StoreError('in-use', 'data folder: expected one that no other process uses, found its database locked');
  if (code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB')) return damaged();
  return new StoreError('unusable', `data folder: expected to open its database, found ${code}`);
}

export function damaged(): StoreError {
  return new StoreError(
    'damaged',
    'data folder: expected a sound database, found a damaged one; restore it, or start with an empty folder',
  );
}

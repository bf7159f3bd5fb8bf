/** The data folder, and the making of a new database in it. */
import Database from 'libsql';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { StoreError } from './store-error.ts';

export const DATABASE_FILE = 'hundredblock.db';
/** `HBLK`, in the file's header: whose database it is. */
export const APPLICATION_ID = 0x48424c4b;
export const SCHEMA_VERSION = 1;

/** Makes folder and database where there are none, readable by their owner only. A folder that holds other things is left alone: StoreError. */
export function prepareFolder(dataDir: string): void {
  try {
    const names = openFolder(dataDir);
    const ours = names.filter((name) => name === DATABASE_FILE || name === `${DATABASE_FILE}-wal`);
    for (const name of ours) chmodSync(join(dataDir, name), 0o600);
    if (ours.includes(DATABASE_FILE)) return;
    if (ours.length > 0)
      throw new StoreError(
        'damaged',
        'data folder: expected a database beside its write-ahead log, found the log alone; restore it, or start with an empty folder',
      );
    makeDatabase(dataDir);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const code = String((error as { code?: unknown }).code ?? 'unknown');
    throw new StoreError('unusable', `data folder: expected one to write in, found ${code}`);
  }
}

// --- internal ---

const SCHEMA = `
CREATE TABLE meta (name TEXT PRIMARY KEY, crc INTEGER NOT NULL, value ANY NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE inputs (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, wishes INTEGER NOT NULL, crc INTEGER NOT NULL, json TEXT NOT NULL) STRICT;
CREATE TABLE replies (id INTEGER PRIMARY KEY, wall INTEGER NOT NULL, crc INTEGER NOT NULL, json TEXT NOT NULL) STRICT;
CREATE TABLE audiences (id INTEGER PRIMARY KEY, crc INTEGER NOT NULL, ids BLOB NOT NULL) STRICT;
CREATE TABLE messages (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, wall INTEGER NOT NULL, type TEXT NOT NULL,
  audience INTEGER NOT NULL, crc INTEGER NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE TABLE wishes (resident INTEGER PRIMARY KEY, radius INTEGER NOT NULL, categories INTEGER NOT NULL, flags INTEGER NOT NULL) STRICT;
CREATE TABLE clips (
  id INTEGER PRIMARY KEY, clip TEXT NOT NULL, device INTEGER NOT NULL, at INTEGER NOT NULL, duration INTEGER NOT NULL,
  UNIQUE (device, clip)
) STRICT;
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** The names in it. */
function openFolder(dataDir: string): string[] {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const names = readdirSync(dataDir);
  const strangers = names.filter((name) => !name.startsWith(DATABASE_FILE));
  if (strangers.length > 0)
    throw new StoreError(
      'foreign',
      `data folder: expected an empty one or one of this service, found ${strangers.length} other files`,
    );
  if ((statSync(dataDir).mode & 0o077) !== 0) chmodSync(dataDir, 0o700);
  return names;
}

/** Under another name until it is whole, so that an empty or half-made database is never taken for one of ours. */
function makeDatabase(dataDir: string): void {
  const path = join(dataDir, DATABASE_FILE);
  const unfinished = `${path}.${process.pid}.new`;
  rmSync(unfinished, { force: true });
  closeSync(openSync(unfinished, 'wx', 0o600));
  try {
    const database = new Database(unfinished);
    database.exec(SCHEMA);
    database.close();
    // Unlike a renamed file, a linked one never takes the place of what another process made meanwhile.
    if (!existsSync(path)) linkSync(unfinished, path);
  } finally {
    rmSync(unfinished, { force: true });
  }
  syncFolder(dataDir);
}

function syncFolder(dataDir: string): void {
  const folder = openSync(dataDir, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

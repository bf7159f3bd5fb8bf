/**
 * The service's memory on disk: one SQLite file with a write-ahead log, each commit on disk before it returns, open to one process at a
 * time and readable by its owner only. What was written carries a checksum, so that damage is found out and never taken for data.
 */
import Database from 'libsql';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { PlatformClock } from '../../../contract/clock.ts';
import type { Clip, Published } from '../service-api.ts';
import { damaged, StoreError, storeError } from './store-error.ts';
import { APPLICATION_ID, DATABASE_FILE, prepareFolder, SCHEMA_VERSION } from './store-folder.ts';
import { tornWalBytes } from './write-ahead-log.ts';

/** What goes to disk together, or not at all. */
export interface Commit {
  /** Ascending from 1. */
  id: number;
  wallMs: number;
  /** JSON text of what was handed in (recovery.ts); null where none of it is kept. `atMs`: platform time of the last of it. */
  inputs: Omit<InputsRow, 'id'> | null;
  /** JSON text of answers given under idempotency keys (engine-replies.ts); null where there are none. */
  replies: string | null;
  /** Audiences that no message on disk has yet. */
  audiences: readonly AudienceRow[];
  messages: readonly MessageRow[];
  clips: readonly Clip[];
  clipsMax: number;
}

/** Inputs of one commit. */
export interface InputsRow {
  id: number;
  atMs: number;
  json: string;
  /** True where residents' wishes are among them. */
  changesWishes: boolean;
}

export interface AudienceRow {
  id: number;
  ids: Uint32Array;
}

export interface MessageRow extends Omit<Published, 'audience'> {
  /** Platform time. */
  atMs: number;
  audienceId: number;
}

/** A resident's settings before the first input that is kept, where they differ from the onboarding's. */
export interface WishesRow {
  resident: number;
  radiusDm: number;
  categories: number;
  flags: number;
}

/** How far the past is gone, ends included; times are the platform's. */
export interface Purged {
  commitId: number;
  inputsAtMs: number;
  messageId: number;
  messagesAtMs: number;
}
export const NOTHING_PURGED: Readonly<Purged> = { commitId: 0, inputsAtMs: -1, messageId: 0, messagesAtMs: -1 };

/** What a purge does in one commit. */
export interface Purge {
  purged: Purged;
  repliesUpToId: number;
  clipsBeforeMs: number;
  /** Of the messages that go: how many are gone now by resident, in the roster's order, and the audiences that no message has any more; null where none go. */
  messages: { bases: Uint32Array; audienceIds: readonly number[] } | null;
  wishes: readonly WishesRow[];
}

/** Opens the database of a data folder, making both where there are none. Throws a StoreError. `tornBytes`: as tornWalBytes. */
export function openStore(dataDir: string): { store: Store; tornBytes: number } {
  prepareFolder(dataDir);
  const path = join(dataDir, DATABASE_FILE);
  try {
    const tornBytes = tornWalBytes(`${path}-wal`);
    const database = new Database(path, { timeout: LOCK_WAIT_MS });
    try {
      lock(database);
      check(database);
      return { store: new Store(database, path), tornBytes };
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    throw storeError(error);
  }
}

type Statements = Readonly<Record<keyof typeof SQL, Database.Statement>>;

export class Store {
  readonly #database: Database.Database;
  readonly #path: string;
  readonly #statements: Statements;

  constructor(database: Database.Database, path: string) {
    this.#database = database;
    this.#path = path;
    this.#statements = Object.fromEntries(
      Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]),
    ) as unknown as Statements;
  }

  /** Writes a commit whole; throws where that fails, and nothing is written. */
  write(commit: Commit): void {
    this.#transact(() => {
      const { inputs, replies, audiences, messages, clips } = commit;
      const { insertInputs, insertReplies, insertAudience, insertMessage } = this.#statements;
      if (inputs !== null)
        insertInputs.run(commit.id, inputs.atMs, Number(inputs.changesWishes), crc32(inputs.json), inputs.json);
      if (replies !== null) insertReplies.run(commit.id, commit.wallMs, crc32(replies), replies);
      for (const { id, ids } of audiences) {
        const blob = blobOf(ids);
        insertAudience.run(id, crc32(blob), blob);
      }
      for (const { id, atMs, committedMs, type, body, audienceId } of messages)
        insertMessage.run(id, atMs, committedMs, type, audienceId, crc32(body), body);
      if (clips.length > 0) this.#writeClips(clips, commit.clipsMax);
    });
  }

  /** Forgets everything but the clock, and starts anew. The text of what was there before is overwritten as by `purge`. */
  replaceAll(onboarding: string): void {
    this.#transact(() => {
      for (const table of TABLES) this.#database.exec(`DELETE FROM ${table}`);
      this.#database.exec(`DELETE FROM meta WHERE name <> 'clock'`);
      this.#putMeta('onboarding', onboarding);
    });
  }

  writeClock(clock: PlatformClock): void {
    this.#transact(() => this.#putMeta('clock', JSON.stringify(clock)));
  }

  /** Takes old things away. Their text is overwritten, and leaves the write-ahead log with the next checkpoint. */
  purge({ purged, repliesUpToId, clipsBeforeMs, messages, wishes }: Purge): void {
    this.#transact(() => {
      const { purgeInputs, purgeMessages, purgeAudience, purgeReplies, purgeClips, upsertWishes } = this.#statements;
      for (const { resident, radiusDm, categories, flags } of wishes)
        upsertWishes.run(resident, radiusDm, categories, flags);
      purgeInputs.run(purged.commitId);
      if (messages !== null) {
        purgeMessages.run(purged.messageId);
        for (const id of messages.audienceIds) purgeAudience.run(id);
        this.#putMeta('bases', blobOf(messages.bases));
      }
      purgeReplies.run(repliesUpToId);
      purgeClips.run(clipsBeforeMs);
      this.#putMeta('purged', JSON.stringify(purged));
    });
  }

  /** Throws while the disk takes no further bytes. */
  probe(): void {
    this.#transact(() => this.#putMeta('probe', Buffer.alloc(PROBE_BYTES)));
    this.#transact(() => this.#database.exec(`DELETE FROM meta WHERE name = 'probe'`));
  }

  /** Moves everything from the write-ahead log into the database and empties it. */
  checkpoint(): void {
    this.#database.pragma('wal_checkpoint(TRUNCATE)');
  }

  onboarding(): string | null {
    return this.#getMeta('onboarding') as string | null;
  }

  clock(): PlatformClock | null {
    const json = this.#getMeta('clock') as string | null;
    return json === null ? null : (JSON.parse(json) as PlatformClock);
  }

  purged(): Purged {
    const json = this.#getMeta('purged') as string | null;
    return json === null ? NOTHING_PURGED : (JSON.parse(json) as Purged);
  }

  bases(): Uint32Array | null {
    const blob = this.#getMeta('bases') as Buffer | null;
    return blob === null ? null : idsOf(blob);
  }

  /** Id of the last commit of which anything is left but messages; 0 where there is none. */
  lastCommitId(): number {
    return (this.#statements.lastCommitId.get() as { id: number }).id;
  }

  /** Inputs of commits after `id`, oldest first, at most `limit`. */
  inputsAfter(id: number, limit: number): InputsRow[] {
    const rows = this.#statements.inputsAfter.all(id, limit) as {
      id: number;
      at: number;
      wishes: number;
      crc: number;
      json: string;
    }[];
    return rows.map((row) => ({
      id: row.id,
      atMs: row.at,
      json: sound(row.json, row.crc),
      changesWishes: row.wishes === 1,
    }));
  }

  /** As inputsAfter(0, limit) without the texts, which are long. */
  oldestInputs(limit: number): Omit<InputsRow, 'json'>[] {
    const rows = this.#statements.oldestInputs.all(limit) as { id: number; at: number; wishes: number }[];
    return rows.map(({ id, at, wishes }) => ({ id, atMs: at, changesWishes: wishes === 1 }));
  }

  /** Answers of commits after `id`, oldest first, at most `limit`. */
  repliesAfter(id: number, limit: number): { id: number; wallMs: number; json: string }[] {
    const rows = this.#statements.repliesAfter.all(id, limit) as {
      id: number;
      wall: number;
      crc: number;
      json: string;
    }[];
    return rows.map((row) => ({ id: row.id, wallMs: row.wall, json: sound(row.json, row.crc) }));
  }

  audiences(): AudienceRow[] {
    const rows = this.#statements.audiences.all() as { id: number; crc: number; ids: ArrayBuffer }[];
    return rows.map(({ id, crc, ids }) => ({ id, ids: idsOf(sound(Buffer.from(ids), crc)) }));
  }

  /** Messages after `id`, oldest first, at most `limit`. */
  messagesAfter(id: number, limit: number): MessageRow[] {
    const rows = this.#statements.messagesAfter.all(id, limit) as {
      id: number;
      at: number;
      wall: number;
      type: Published['type'];
      audience: number;
      crc: number;
      body: string;
    }[];
    return rows.map(({ id: messageId, at, wall, type, audience, crc, body }) => ({
      id: messageId,
      atMs: at,
      committedMs: wall,
      type,
      audienceId: audience,
      body: sound(body, crc),
    }));
  }

  wishes(): WishesRow[] {
    return this.#statements.wishes.all() as WishesRow[];
  }

  bytes(): { main: number; wal: number } {
    return { main: sizeOf(this.#path), wal: sizeOf(`${this.#path}-wal`) };
  }

  /** Leaves one file, without a write-ahead log. */
  close(): void {
    try {
      // The connection ends when its statements are collected: the lock must not wait for that. It can't be let go of while there is a log.
      for (const pragma of ['journal_mode = DELETE', 'locking_mode = NORMAL', 'user_version'])
        this.#database.pragma(pragma);
    } finally {
      this.#database.close();
    }
  }

  // --- internal ---

  #transact(work: () => void): void {
    // One that a failing disk would not even let be undone.
    this.#rollBack();
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  /** A full disk may have ended the transaction already. */
  #rollBack(): void {
    if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
  }

  #writeClips(clips: readonly Clip[], clipsMax: number): void {
    const { insertClip, trimClips } = this.#statements;
    for (const { clipId, device, atMs, durationMs } of clips) insertClip.run(clipId, device, atMs, durationMs);
    trimClips.run(clipsMax);
  }

  #putMeta(name: string, value: string | Buffer): void {
    this.#statements.putMeta.run(name, crc32(value), value);
  }

  #getMeta(name: string): string | Buffer | null {
    const row = this.#statements.getMeta.get(name) as { crc: number; value: string | Buffer } | undefined;
    return row === undefined ? null : sound(row.value, row.crc);
  }
}

// --- internal ---

/** How long to wait for a process that had the folder and is just ending. */
const LOCK_WAIT_MS = 2000;
/** More than the write-ahead log can take without growing, so that a full disk is not taken for a mended one. */
const PROBE_BYTES = 262_144;

const TABLES = ['inputs', 'replies', 'audiences', 'messages', 'clips', 'wishes'] as const;

const SQL = {
  putMeta: 'INSERT OR REPLACE INTO meta (name, crc, value) VALUES (?, ?, ?)',
  getMeta: 'SELECT crc, value FROM meta WHERE name = ?',
  insertInputs: 'INSERT INTO inputs (id, at, wishes, crc, json) VALUES (?, ?, ?, ?, ?)',
  insertReplies: 'INSERT INTO replies (id, wall, crc, json) VALUES (?, ?, ?, ?)',
  insertAudience: 'INSERT INTO audiences (id, crc, ids) VALUES (?, ?, ?)',
  insertMessage: 'INSERT INTO messages (id, at, wall, type, audience, crc, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
  // A clip told twice counts once: devices send at least once.
  insertClip: 'INSERT OR IGNORE INTO clips (clip, device, at, duration) VALUES (?, ?, ?, ?)',
  trimClips: 'DELETE FROM clips WHERE id <= (SELECT max(id) FROM clips) - ?',
  upsertWishes: 'INSERT OR REPLACE INTO wishes (resident, radius, categories, flags) VALUES (?, ?, ?, ?)',
  lastCommitId: `SELECT max(coalesce((SELECT max(id) FROM inputs), 0), coalesce((SELECT max(id) FROM replies), 0)) AS id`,
  inputsAfter: 'SELECT id, at, wishes, crc, json FROM inputs WHERE id > ? ORDER BY id LIMIT ?',
  oldestInputs: 'SELECT id, at, wishes FROM inputs ORDER BY id LIMIT ?',
  repliesAfter: 'SELECT id, wall, crc, json FROM replies WHERE id > ? ORDER BY id LIMIT ?',
  audiences: 'SELECT id, crc, ids FROM audiences ORDER BY id',
  messagesAfter: 'SELECT id, at, wall, type, audience, crc, body FROM messages WHERE id > ? ORDER BY id LIMIT ?',
  wishes: 'SELECT resident, radius AS radiusDm, categories, flags FROM wishes ORDER BY resident',
  purgeInputs: 'DELETE FROM inputs WHERE id <= ?',
  purgeMessages: 'DELETE FROM messages WHERE id <= ?',
  purgeAudience: 'DELETE FROM audiences WHERE id = ?',
  purgeReplies: 'DELETE FROM replies WHERE id <= ?',
  purgeClips: 'DELETE FROM clips WHERE at < ?',
} as const;

/** One process only: with the lock held for good, SQLite needs no shared memory beside the log either. */
function lock(database: Database.Database): void {
  for (const pragma of ['locking_mode = EXCLUSIVE', 'journal_mode = WAL', 'synchronous = FULL', 'secure_delete = ON'])
    database.pragma(pragma);
  database.exec('BEGIN IMMEDIATE; COMMIT');
}

function check(database: Database.Database): void {
  const [{ application_id: application }] = database.pragma('application_id') as { application_id: number }[];
  const [{ user_version: version }] = database.pragma('user_version') as { user_version: number }[];
  if (application !== APPLICATION_ID || version !== SCHEMA_VERSION)
    throw new StoreError(
      'foreign',
      `data folder: expected a database of version ${SCHEMA_VERSION} of this service, found another`,
    );
  const [{ quick_check: found }] = database.pragma('quick_check(1)') as { quick_check: string }[];
  if (found !== 'ok') throw damaged();
}

/** What was read, where its checksum is right. */
function sound<T extends string | Buffer>(value: T, crc: number): T {
  if (crc32(value) !== crc) throw damaged();
  return value;
}

/** Little-endian, as every machine that Node runs on. */
function blobOf(ids: Uint32Array): Buffer {
  return Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength);
}

function idsOf(blob: Buffer): Uint32Array {
  return new Uint32Array(Uint8Array.from(blob).buffer);
}

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

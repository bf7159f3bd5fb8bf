/**
 * The journal of an experiment: the first line names the experiment, and each further line holds a replication, which is on disk before
 * anything else happens. It survives a kill, and every table is made from it.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { HundredblockError } from '../../../contract/errors.ts';
import type { Replication } from './replicate.ts';

export const JOURNAL_FILE = 'journal.jsonl';
const JOURNAL_SCHEMA = 'hundredblock.experiment-journal/1.0';

/** Replications may be used together only if these are the same. */
export interface JournalHead {
  experiment: string;
  /** Hash of the experiment with all options of its base scenario. */
  sha256: string;
  version: string;
  gitCommit: string | null;
}

/** A replication with its place in the experiment. */
export interface Entry extends Replication {
  point: number;
  replication: number;
  seed: number;
}

/** An open journal. */
export interface Journal {
  entries: Entry[];
  append(entry: Entry): void;
  close(): void;
}

/**
 * Opens a journal to continue, or begins one. Throws HB_OUTPUT if it belongs to another experiment or build, HB_INPUT_FILE if it is
 * broken.
 */
export function openJournal(path: string, head: JournalHead): Journal {
  const isNew = !existsSync(path) || readFileSync(path).length === 0;
  const entries: Entry[] = [];
  if (!isNew) {
    const found = readJournal(path);
    const problem = differenceOf(head, found.head);
    if (problem !== null) throw new HundredblockError('HB_OUTPUT', `${path}: ${problem}`);
    entries.push(...found.entries);
    truncateSync(path, found.bytes);
  }
  const file = openSync(path, 'a');
  const write = (value: unknown): void => {
    writeSync(file, `${JSON.stringify(value)}\n`);
    fsyncSync(file);
  };
  if (isNew) write({ schema: JOURNAL_SCHEMA, ...head });
  return {
    entries,
    append(entry) {
      write(entry);
      entries.push(entry);
    },
    close: () => closeSync(file),
  };
}

/** Reads all whole lines; a last one that a kill cut off is left out. `bytes`: length of the whole lines. Throws HB_INPUT_FILE. */
export function readJournal(path: string): { head: JournalHead; entries: Entry[]; bytes: number } {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw broken(path, `a journal of an experiment, found ${(error as NodeJS.ErrnoException).code ?? 'none'}`);
  }
  const lines = text.split('\n');
  // Text after the last line break was being written when the process ended.
  lines.pop();
  const values = lines.map((line, i): unknown => {
    try {
      return JSON.parse(line);
    } catch {
      throw broken(path, `JSON on line ${i + 1}, found ${line.length} characters that are not`);
    }
  });
  const [first, ...entries] = values;
  const { schema, ...head } = (first ?? {}) as JournalHead & { schema?: string };
  if (schema !== JOURNAL_SCHEMA) throw broken(path, `${JOURNAL_SCHEMA} on line 1, found ${schema ?? 'none'}`);
  for (const [i, entry] of entries.entries())
    if (!isEntry(entry)) throw broken(path, `a replication on line ${i + 2}, found something else`);
  return {
    head,
    entries: entries as Entry[],
    bytes: lines.reduce((bytes, line) => bytes + Buffer.byteLength(line) + 1, 0),
  };
}

/** Says why replications of two journals can't be used together; null if they can. */
export function differenceOf(expected: JournalHead, found: JournalHead): string | null {
  if (found.experiment !== expected.experiment)
    return `expected replications of ${expected.experiment}, found those of ${found.experiment}`;
  if (found.sha256 !== expected.sha256)
    return `expected replications of this ${expected.experiment}, found those of one that was written differently`;
  if (found.version !== expected.version || found.gitCommit !== expected.gitCommit)
    return `expected replications of build ${buildText(expected)}, found those of build ${buildText(found)}`;
  return null;
}

// --- internal ---

function buildText({ version, gitCommit }: JournalHead): string {
  return gitCommit === null ? version : `${version} ${gitCommit.slice(0, 12)}`;
}

function isEntry(value: unknown): value is Entry {
  const entry = value as Partial<Entry> | null;
  return (
    Number.isSafeInteger(entry?.point) &&
    Number.isSafeInteger(entry?.replication) &&
    Number.isSafeInteger(entry?.seed) &&
    Array.isArray(entry?.values) &&
    Array.isArray(entry.batchHalfWidths) &&
    typeof entry.historyHash === 'string'
  );
}

function broken(path: string, expected: string): HundredblockError {
  return new HundredblockError('HB_INPUT_FILE', `${path}: expected ${expected}`);
}

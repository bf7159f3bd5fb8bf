import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cad, openTestEngine, outcome, removeFolder, testDocument, testFolder } from '../engine/engine.testing.ts';
import { tornWalBytes } from './write-ahead-log.ts';

let folder: string;
/** A log of commits of known ends, in bytes. */
let wal: string;
const ends: number[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hundredblock-wal-'));
  const path = join(folder, 'made.db');
  const database = new Database(path);
  database.pragma('locking_mode = EXCLUSIVE');
  database.pragma('journal_mode = WAL');
  database.exec('CREATE TABLE t (text TEXT)');
  for (let i = 0; i < 5; i++) {
    ends.push(statSync(`${path}-wal`).size);
    database.exec(`INSERT INTO t VALUES (hex(randomblob(9000)))`);
  }
  wal = join(folder, 'copy-wal');
  copyFileSync(`${path}-wal`, wal);
  ends.push(statSync(wal).size);
  database.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

function tornAfter(change: (bytes: Buffer) => Buffer): number {
  const path = join(folder, 'changed-wal');
  writeFileSync(path, change(Buffer.from(readFileSync(wal))));
  return tornWalBytes(path);
}

describe('the end of a write-ahead log', () => {
  it('is clean after whole commits, and where there is no log', () => {
    expect(tornWalBytes(join(folder, 'none'))).toBe(0);
    expect(tornAfter(() => Buffer.alloc(0))).toBe(0);
    for (const end of ends) expect(tornAfter((bytes) => bytes.subarray(0, end))).toBe(0);
  });

  it('is torn anywhere between two commits', () => {
    for (let i = 1; i < ends.length; i++)
      for (const cut of [ends[i - 1] + 1, ends[i - 1] + 20, ends[i - 1] + 4120, ends[i] - 1])
        expect(
          tornAfter((bytes) => bytes.subarray(0, cut)),
          `cut at ${cut}`,
        ).toBe(cut - ends[i - 1]);
  });

  it('is torn from the commit in which a bit fell over, or in its header', () => {
    for (const at of [ends[2] + 30, ends[2] + 8, ends[3] - 5])
      expect(tornAfter((bytes) => ((bytes[at] ^= 1), bytes))).toBe(ends[5] - ends[2]);
    expect(tornAfter((bytes) => ((bytes[9] ^= 1), bytes))).toBe(ends[5]);
    expect(tornAfter((bytes) => bytes.subarray(0, 20))).toBe(20);
  });

  it('does not count what an earlier generation left behind', () => {
    const older = (bytes: Buffer) => {
      // Frames of another salt.
      for (let at = ends[3]; at < bytes.length; at += 4120) bytes.writeUInt32BE(7, at + 8);
      return bytes;
    };
    expect(tornAfter(older)).toBe(0);
  });
});

describe('a service after a crash', () => {
  it('says what it dropped of a torn log, and keeps every whole commit', async () => {
    const dataDir = testFolder();
    const first = openTestEngine(dataDir);
    await first.engine.onboard(testDocument());
    const sizes: number[] = [];
    for (let i = 0; i < 3; i++) {
      await first.engine.submit({ kind: 'post', postId: `p${i}`, resident: 2, text: 'hello' }, null);
      sizes.push(first.engine.figures().databaseBytes.wal);
    }
    const torn = testFolder();
    mkdirSync(torn);
    copyFileSync(join(dataDir, 'hundredblock.db'), join(torn, 'hundredblock.db'));
    const bytes = readFileSync(join(dataDir, 'hundredblock.db-wal'));
    writeFileSync(join(torn, 'hundredblock.db-wal'), bytes.subarray(0, sizes[2] - 100));
    await first.engine.close();
    removeFolder(dataDir);

    const { engine, logLines } = openTestEngine(torn);
    expect(logLines[0]).toMatchObject({ level: 'warn', code: 'torn-tail', bytes: sizes[2] - 100 - sizes[1] });
    expect(engine.messagesAfter(1, 0, 10).messages.map(({ published }) => /p\d/.exec(published.body)?.[0])).toEqual([
      'p0',
      'p1',
    ]);
    await engine.submit(cad('m1', {}), null);
    expect(outcome(engine).messages).toHaveLength(4);
    await engine.close();
    const again = openTestEngine(torn);
    expect(again.logLines.map(({ code }) => code)).toEqual(['recovered']);
    await again.engine.close();
    removeFolder(torn);
  });
});

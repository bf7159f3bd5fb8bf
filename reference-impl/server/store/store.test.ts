import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cad, openTestEngine, outcome, removeFolder, testDocument, testFolder } from '../engine/engine.testing.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = testFolder();
});
afterEach(() => removeFolder(dataDir));

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

async function fill() {
  const { engine } = openTestEngine(dataDir);
  await engine.onboard(testDocument());
  for (let i = 0; i < 20; i++)
    await engine.submit(cad(`m${i}`, { place: i % 2 ? '2854 W MAPLE ST' : '512 N 5TH AVE' }, ['x'.repeat(3000)]), {
      scope: 's',
      key: `k${i}`,
      digest: 'd',
    });
  const before = outcome(engine);
  await engine.close();
  return before;
}

describe('the data folder', () => {
  it("is its owner's alone, with all files in it, whatever the umask", async () => {
    const umask = process.umask(0);
    try {
      const { engine } = openTestEngine(dataDir);
      await engine.onboard(testDocument());
      expect(readdirSync(dataDir).sort()).toEqual(['hundredblock.db', 'hundredblock.db-wal']);
      expect(modeOf(dataDir)).toBe('700');
      for (const name of readdirSync(dataDir)) expect(modeOf(join(dataDir, name)), name).toBe('600');
      await engine.close();
      chmodSync(dataDir, 0o755);
      chmodSync(join(dataDir, 'hundredblock.db'), 0o644);
      const again = openTestEngine(dataDir);
      expect(modeOf(dataDir)).toBe('700');
      for (const name of readdirSync(dataDir)) expect(modeOf(join(dataDir, name)), name).toBe('600');
      await again.engine.close();
    } finally {
      process.umask(umask);
    }
  });

  it('of something else is left alone', () => {
    mkdirSync(dataDir, { mode: 0o755 });
    writeFileSync(join(dataDir, 'letter.txt'), 'dear');
    expect(() => openTestEngine(dataDir)).toThrow(expect.objectContaining({ name: 'StoreError', reason: 'foreign' }));
    expect(readdirSync(dataDir)).toEqual(['letter.txt']);
    expect(modeOf(dataDir)).toBe('755');
    rmSync(dataDir, { recursive: true });
    writeFileSync(dataDir, 'a file');
    expect(() => openTestEngine(dataDir)).toThrow(expect.objectContaining({ name: 'StoreError', reason: 'unusable' }));
  });

  it('is clean after an orderly end: one file', async () => {
    await fill();
    expect(readdirSync(dataDir)).toEqual(['hundredblock.db']);
  });
});

describe("clips' metadata", () => {
  it('are on disk once taken, each once, the latest of them', async () => {
    const { engine } = openTestEngine(dataDir, { limits: { clipsMax: 3 } });
    await engine.onboard(testDocument());
    const clip = (clipId: string, device: number) => engine.keepClip({ clipId, device, atMs: 5, durationMs: 7 });
    for (const [clipId, device] of [
      ['a', 1],
      ['b', 1],
      ['a', 2],
      ['c', 1],
      ['a', 2],
    ] as const)
      await clip(clipId, device);
    await engine.close();
    const database = new Database(join(dataDir, 'hundredblock.db'));
    expect(database.prepare('SELECT clip, device FROM clips ORDER BY id').raw().all()).toEqual([
      ['b', 1],
      ['a', 2],
      ['c', 1],
    ]);
    database.close();
  });
});

describe('a damaged database', () => {
  it.each<[string, (path: string) => void]>([
    ['emptied', (path) => writeFileSync(path, '')],
    ['cut short', (path) => writeFileSync(path, readFileSync(path).subarray(0, 20_000))],
    ['overwritten at its start', (path) => writeFileSync(path, overwritten(readFileSync(path), 0))],
    ['gone, its log left', (path) => (rmSync(path), writeFileSync(`${path}-wal`, 'x'))],
    ['of another program', (path) => writeFileSync(path, withByte(readFileSync(path), 71))],
  ])('%s is refused, and never an empty service', async (_, damage) => {
    await fill();
    damage(join(dataDir, 'hundredblock.db'));
    expect(() => openTestEngine(dataDir)).toThrow(
      expect.objectContaining({ name: 'StoreError', message: expect.stringMatching(/^data folder: expected /) }),
    );
  });

  it('is found out wherever it is damaged, or nothing is lost', async () => {
    const before = await fill();
    const path = join(dataDir, 'hundredblock.db');
    const sound = readFileSync(path);
    let refused = 0;
    for (let at = 1000; at < sound.length; at += 4099) {
      writeFileSync(path, overwritten(sound, at));
      if (existsSync(`${path}-wal`)) rmSync(`${path}-wal`);
      let opened;
      try {
        opened = openTestEngine(dataDir);
      } catch (error) {
        expect(error).toMatchObject({ name: 'StoreError' });
        refused++;
        continue;
      }
      expect(outcome(opened.engine), `damaged at ${at}`).toEqual(before);
      await opened.engine.close();
    }
    expect(refused).toBeGreaterThan(10);
  });
});

function overwritten(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  for (let i = at; i < Math.min(at + 16, copy.length); i++) copy[i] ^= 0x5a;
  return copy;
}

function withByte(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] ^= 1;
  return copy;
}

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  openTestEngine,
  outcome,
  removeFolder,
  SCRIPTED_LIMITS,
  scriptedInput,
  scriptedKey,
  scriptedMs,
  testDocument,
  testFolder,
} from './engine.testing.ts';

const CHILD = fileURLToPath(new URL('./engine-child.testing.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const IMAGES = 10;
const INPUTS = 800;

let dataDir: string;
let running: Child[] = [];

beforeEach(() => {
  dataDir = testFolder();
});
afterEach(async () => {
  for (const child of running) await child.kill();
  running = [];
  removeFolder(dataDir);
});

interface Child {
  pid: number;
  lines: string[];
  /** Resolves with the first line, from the `seen`-th on, that matches; fails where the process ends before. */
  line(pattern: RegExp, seen?: number): Promise<string>;
  kill(): Promise<void>;
  ended: Promise<unknown>;
}

function startChild(from: number, until: number): Child {
  const started: ChildProcess = spawn(
    process.execPath,
    ['--import', 'tsx', CHILD, dataDir, String(from), String(until)],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const stdout = createInterface({ input: started.stdout! });
  stdout.on('line', (line) => {
    lines.push(line);
    for (const look of waiting) look();
  });
  const ended = once(stdout, 'close');
  const child: Child = {
    pid: started.pid!,
    lines,
    ended,
    line: (pattern, seen = 0) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.slice(seen).find((line) => pattern.test(line));
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        void ended.then(() =>
          reject(new Error(`expected ${pattern} before the end, found ${lines.slice(-3).join('; ')}`)),
        );
        look();
      }),
    kill: async () => {
      started.kill('SIGKILL');
      await ended;
    },
  };
  running.push(child);
  return child;
}

/** Numbers of the acknowledged inputs. */
function acknowledged({ lines }: Child): number[] {
  return lines.filter((line) => line.startsWith('ack ')).map((line) => Number(line.slice(4)));
}

/** What comes of the first so many inputs where nothing goes wrong, for each of these ascending numbers. */
async function undisturbed(...untils: number[]) {
  const folder = testFolder();
  let i = 0;
  const { engine } = openTestEngine(folder, { wallMs: () => scriptedMs(i), limits: SCRIPTED_LIMITS });
  await engine.setClock({ originWallMs: 0, originMs: 0, speed: 1 });
  await engine.onboard(testDocument());
  const outcomes = [];
  for (const until of untils) {
    const answers: Promise<unknown>[] = [];
    for (; i < until; i++) answers.push(engine.submit(scriptedInput(i), scriptedKey(i)));
    await Promise.all(answers);
    outcomes.push(outcome(engine));
  }
  await engine.close();
  removeFolder(folder);
  return outcomes;
}

/** A folder as it was left: what comes of it, and which inputs it knows. */
async function reopened(folder: string, inputs: number) {
  const { engine, logLines } = openTestEngine(folder, { wallMs: () => scriptedMs(inputs), limits: SCRIPTED_LIMITS });
  const all = outcome(engine);
  const kept = Array.from({ length: inputs }, (_, i) => i).filter((i) => scriptedInput(i).kind !== 'motion');
  const answers = await Promise.all(kept.map((i) => engine.submit(scriptedInput(i), scriptedKey(i))));
  await engine.close();
  return { all, known: kept.filter((_, n) => answers[n].replayed), codes: logLines.map(({ code }) => code) };
}

function withoutMotion(numbers: readonly number[]): number[] {
  return numbers.filter((i) => scriptedInput(i).kind !== 'motion');
}

function allUpTo(until: number): number[] {
  return withoutMotion(Array.from({ length: until }, (_, i) => i));
}

/** A copy of the folder as SIGKILL would leave it now: the process stands still meanwhile, wherever it was. */
async function imageOf(child: Child, name: string): Promise<string> {
  process.kill(child.pid, 'SIGSTOP');
  const isStopped = () =>
    spawnSync('ps', ['-o', 'state=', '-p', String(child.pid)])
      .stdout.toString()
      .startsWith('T');
  await expect.poll(isStopped, { timeout: 20_000 }).toBe(true);
  const image = join(dataDir, '..', name, 'data');
  cpSync(dataDir, image, { recursive: true });
  process.kill(child.pid, 'SIGCONT');
  return image;
}

describe('killed at any moment', { timeout: 180_000 }, () => {
  it('loses nothing that was acknowledged, doubles nothing, and goes on as if nothing had been', async () => {
    const first = startChild(0, INPUTS);
    const images: { folder: string; acks: number[] }[] = [];
    for (let n = 0; n < IMAGES; n++) {
      await first.line(new RegExp(`^ack ${Math.floor(((n + Math.random()) * INPUTS) / (IMAGES + 1))}$`));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
      const acks = acknowledged(first);
      images.push({ folder: await imageOf(first, `image-${n}`), acks });
    }
    await first.kill();

    const found = [];
    for (const { folder, acks } of images) {
      const { all, known, codes } = await reopened(folder, INPUTS);
      const until = known.length === 0 ? 0 : Math.max(...known) + 1;
      expect(known).toEqual(allUpTo(until));
      expect(known).toEqual(expect.arrayContaining(withoutMotion(acks)));
      expect(codes).toContain('recovered');
      expect(codes).not.toContain('replay-differs');
      found.push({ until, all });
    }
    expect(found.map(({ all }) => all)).toEqual(await undisturbed(...found.map(({ until }) => until)));

    const second = startChild(Math.max(...withoutMotion(acknowledged(first))) + 1, INPUTS);
    await second.line(/^done$/);
    const left = await reopened(dataDir, INPUTS);
    expect(left.known).toEqual(allUpTo(INPUTS));
    expect([left.all]).toEqual(await undisturbed(INPUTS));
  });
});

describe('one process', { timeout: 180_000 }, () => {
  it('has the folder; another is told so, until the first is killed', async () => {
    const child = startChild(0, 1_000_000);
    await child.line(/^ack 50$/);
    expect(() => openTestEngine(dataDir)).toThrow(expect.objectContaining({ name: 'StoreError', reason: 'in-use' }));
    await child.kill();
    const { engine, logLines } = openTestEngine(dataDir, { wallMs: () => scriptedMs(0) });
    expect(logLines.map(({ code }) => code)).toContain('recovered');
    await engine.close();
  });
});

const canLimit = spawnSync('prlimit', ['--version']).status === 0;

/** The file size, bytes, beyond which a process can't write; it is the process's own soft limit, so that it can be lifted again. */
function limitFiles(pid: number, bytes: number | 'unlimited'): void {
  const { status } = spawnSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]);
  expect(status).toBe(0);
}

describe.skipIf(!canLimit && process.env['CI'] === undefined)('a disk that is full', { timeout: 180_000 }, () => {
  it('refuses everything and acknowledges nothing, until there is room; then all is as if it had never been', async () => {
    const child = startChild(0, INPUTS);
    await child.line(/^ack 100$/);
    limitFiles(child.pid, 200_000);
    await child.line(/^refused \d+ storage-failed$/);
    await child.line(/^refused \d+ storage-failed$/, child.lines.length + 50);
    const atFull = child.lines.length;
    limitFiles(child.pid, 'unlimited');
    await child.line(/^done$/, atFull);
    const left = await reopened(dataDir, INPUTS);
    expect(left.known).toEqual(allUpTo(INPUTS));
    expect([left.all]).toEqual(await undisturbed(INPUTS));
  });

  it('killed while full, what was refused is not there', async () => {
    const child = startChild(0, INPUTS);
    await child.line(/^ack 100$/);
    limitFiles(child.pid, 200_000);
    await child.line(/^refused \d+ storage-failed$/);
    await child.line(/^refused \d+ storage-failed$/, child.lines.length + 20);
    await child.kill();
    const acks = acknowledged(child);
    const left = await reopened(dataDir, Math.max(...acks) + 1);
    expect(left.known).toEqual(withoutMotion(acks));
    expect([left.all]).toEqual(await undisturbed(Math.max(...left.known) + 1));
  });
});

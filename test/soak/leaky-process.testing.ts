/** The leaky target as a process of its own. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { UrlTarget } from '../../harness/drivers/driver-api.ts';

export const PLANTS = ['memory', 'descriptors', 'latency'] as const;
export type Plant = (typeof PLANTS)[number] | 'nothing';

export interface LeakyProcess {
  target: UrlTarget;
  pid: number;
  stop(): Promise<void>;
}

/** Rejects where it does not listen. */
export async function startLeaky(plant: Plant): Promise<LeakyProcess> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hundredblock-leaky-'));
  const harnessKey = randomBytes(24).toString('base64url');
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), COMMAND, plant, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, HUNDREDBLOCK_HARNESS_KEY: harnessKey },
    detached: true,
  });
  const orphan = (): void => void child.kill('SIGKILL');
  process.once('exit', orphan);
  const ended = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(killer);
    process.off('exit', orphan);
    rmSync(dataDir, { recursive: true, force: true });
  };
  const first = await Promise.race([firstLine(child.stdout), ended.then(() => null)]);
  if (first === null) {
    await stop();
    throw new Error('the leaky target ended before it listened');
  }
  const { listening, pid } = JSON.parse(first) as { listening: { http: string; mqtt: string }; pid: number };
  return {
    target: { kind: 'url', url: listening.http, mqttUrl: listening.mqtt, harnessKey, onboarded: false },
    pid,
    stop,
  };
}

// --- internal ---

const COMMAND = fileURLToPath(new URL('./leaky-serve.testing.ts', import.meta.url));
const STOP_MS = 10_000;

async function firstLine(stdout: NodeJS.ReadableStream): Promise<string | null> {
  for await (const line of createInterface({ input: stdout })) return line;
  return null;
}

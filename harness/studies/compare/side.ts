/** One side of an interleaved comparison: something that answers as a target, started for each trial or running already. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIMITS, type UrlTarget } from '../../drivers/driver-api.ts';
import { figuresOf } from '../../drivers/target/process-figures.ts';
import { startTarget } from '../../drivers/target/target-process.ts';
import type { TargetCost } from './measures.ts';

export interface RunningTarget {
  target: UrlTarget;
  /** What it cost since it listened. */
  cost(): TargetCost;
  /** Resolves with how it ended where it ends by itself; never for one that was not started here. */
  ended: Promise<string>;
  /** Stops what was started, and takes its data away. */
  stop(): Promise<void>;
}

export interface Side {
  /** As it is named in words: a URL, a folder, a commit. */
  label: string;
  /** Throws HB_TARGET where it does not listen. */
  start(signal?: AbortSignal): Promise<RunningTarget>;
}

/** A system that runs already. */
export function urlSide(target: UrlTarget): Side {
  return {
    label: target.url,
    start: async () => ({
      target,
      cost: () => ({ cpuMs: null, rssPeakMiB: null }),
      ended: new Promise(() => {}),
      stop: async () => {},
    }),
  };
}

/** A checkout of this repository (or anything whose `bin/hundredblock.js serve` is started as ours is): each trial starts it anew, with no data. */
export function checkoutSide(label: string, root: string): Side {
  return { label, start: (signal) => startCheckout(root, signal) };
}

// --- internal ---

async function startCheckout(root: string, signal?: AbortSignal): Promise<RunningTarget> {
  const folder = mkdtempSync(join(tmpdir(), 'hundredblock-compare-'));
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir);
  try {
    const started = await startTarget({
      command: join(root, 'bin', 'hundredblock.js'),
      dataDir,
      args: [],
      logPath: join(folder, 'target.log'),
      timeoutMs: LIMITS.startMsMax,
      signal,
    });
    const { url, mqttUrl, harnessKey, pid, ended } = started;
    const startCpuMs = figuresOf(pid).cpuMs;
    return {
      target: { kind: 'url', url, mqttUrl, harnessKey, onboarded: false },
      cost: () => ({ cpuMs: cpuSince(pid, startCpuMs), rssPeakMiB: rssPeakOf(pid) }),
      ended,
      stop: async () => {
        await started.stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function cpuSince(pid: number, startCpuMs: number | null): number | null {
  const { cpuMs } = figuresOf(pid);
  return cpuMs === null || startCpuMs === null ? null : cpuMs - startCpuMs;
}

/** The kernel keeps the peak itself, so that no sampling misses it; null where there is no /proc. */
function rssPeakOf(pid: number): number | null {
  try {
    const peak = /^VmHWM:\s+([0-9]+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
    return peak === null ? null : Math.round((10 * Number(peak[1])) / 1024) / 10;
  } catch {
    return null;
  }
}

/** One side of an interleaved comparison: a target that is started for each trial, or that runs already. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIMITS, type UrlTarget } from '../../drivers/driver-api.ts';
import { processUsage } from '../../drivers/target/process-usage.ts';
import { startTarget } from '../../drivers/target/target-process.ts';
import type { TargetCost } from './measures.ts';

/** A target that listens. */
export interface RunningTarget {
  target: UrlTarget;
  /** Use of the machine by its process since it began to listen. */
  cost(): TargetCost;
  /** Resolves with how the target ended if it ends by itself; never for a target that was not started here. */
  ended: Promise<string>;
  /** Stops a target that was started here, and removes its data. */
  stop(): Promise<void>;
}

/** A side of a comparison, which can be started. */
export interface Side {
  /** Its name in messages and reports: a URL, a folder, a commit. */
  label: string;
  /** Throws HB_TARGET if the target does not listen in time. */
  start(signal?: AbortSignal): Promise<RunningTarget>;
}

/** A target that runs already. */
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

/**
 * A checkout of this repository, or any folder whose `bin/hundredblock.js serve` takes the same flags. Each trial starts it anew,
 * without data.
 */
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
    const startCpuMs = processUsage(pid).cpuMs;
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
  const { cpuMs } = processUsage(pid);
  return cpuMs === null || startCpuMs === null ? null : cpuMs - startCpuMs;
}

/** Peak of resident memory, which the kernel itself keeps, so that no sampling misses it; null if there is no /proc. */
function rssPeakOf(pid: number): number | null {
  try {
    const peak = /^VmHWM:\s+([0-9]+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
    return peak === null ? null : Math.round((10 * Number(peak[1])) / 1024) / 10;
  } catch {
    return null;
  }
}

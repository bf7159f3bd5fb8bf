/** Samples both processes each second of a run: from /proc, from the target's /metrics, and from the driver's own reports. */
import { appendFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import type { DriveProgress, HeapUsage, ProcessWatch } from '../../drivers/driver-api.ts';
import { createControl, type Control } from '../../drivers/target/control.ts';
import { processUsage, type ProcessUsage } from '../../drivers/target/process-usage.ts';
import { COLUMNS, rowText, emptySamples, type Column, type Samples, type SoakHeader } from './samples.ts';
import { parseScrape, type Scrape } from './target-scrape.ts';

/** Collects samples while a run goes on. */
export interface Sampler extends ProcessWatch {
  progress(progress: DriveProgress): void;
  /** Ends sampling and answers all samples. */
  close(): Promise<Sampled>;
}

/** All samples of a run. */
export interface Sampled {
  /** Without the columns of flow and latency, which only the observations hold (latency-seconds.ts). */
  samples: Samples;
  /** Seconds of the window that are not in the samples, and seconds in which the target gave no metrics. */
  gaps: { missed: number; unscraped: number };
  /** Processor time of the sampling process over the window, as a share of one processor. */
  cpuShare: number;
}

/** The file of samples and the process to watch. */
export interface SamplerOptions {
  /** The file of samples: each row is written at once, so that a run that is killed leaves its series. */
  path: string;
  header: SoakHeader;
  /** Process id of a target that was not started for the run; null if it is not known. */
  targetPid: number | null;
}

/** A sampler that begins when the window opens and ends when it closes. Throws what the file system throws. */
export function createSampler(options: SamplerOptions): Sampler {
  return new SecondSampler(options);
}

// --- internal ---

/** Much more than an answer takes; a slower one is a gap, and so are the seconds that pass meanwhile. */
const SCRAPE_MS_MAX = 3000;

const UNKNOWN: ProcessUsage = { cpuMs: null, rssBytes: null };

interface Watched {
  driverPid: number;
  targetPid: number | null;
  control: Control;
}

class SecondSampler implements Sampler {
  readonly #options: SamplerOptions;
  readonly #rows: number[][] = [];
  #watched: Watched | null = null;
  #heap: HeapUsage | null = null;
  #progress: DriveProgress | null = null;
  #timer: NodeJS.Timeout | undefined;
  #openedMs = NaN;
  #closedMs = NaN;
  #last = -1;
  #missed = 0;
  #unscraped = 0;
  #busy: Promise<void> | null = null;
  #before: { atMs: number; driverCpuMs: number; targetCpuMs: number } | null = null;
  #cpuBefore = process.cpuUsage();

  constructor(options: SamplerOptions) {
    this.#options = options;
    writeFileSync(options.path, `${JSON.stringify(options.header)}\n`);
  }

  started({ driverPid, targetPid, targetUrl }: Parameters<ProcessWatch['started']>[0]): void {
    const control = createControl({ origin: new URL(targetUrl).origin, harnessKey: null, timeoutMs: SCRAPE_MS_MAX });
    this.#watched = { driverPid, targetPid: targetPid ?? this.#options.targetPid, control };
  }

  driverHeap(heap: HeapUsage): void {
    this.#heap = heap;
  }

  progress(progress: DriveProgress): void {
    this.#progress = progress;
    if (progress.phase === 'running' && this.#timer === undefined) this.#open();
    // The drain does not belong to the window.
    if (progress.phase === 'draining' || progress.phase === 'writing') this.#stop();
  }

  async close(): Promise<Sampled> {
    this.#stop();
    await this.#busy;
    await this.#watched?.control.close();
    const { user, system } = process.cpuUsage(this.#cpuBefore);
    const samples = emptySamples(this.#rows.length);
    for (const [at, column] of COLUMNS.entries())
      for (const [i, row] of this.#rows.entries()) samples[column][i] = row[at];
    return {
      samples,
      gaps: { missed: this.#missed, unscraped: this.#unscraped },
      cpuShare: (user + system) / 1000 / Math.max(1, this.#closedMs - this.#openedMs),
    };
  }

  #open(): void {
    this.#openedMs = performance.now();
    this.#cpuBefore = process.cpuUsage();
    this.#timer = setInterval(() => this.#tick(), this.#options.header.everyMs);
  }

  #stop(): void {
    if (this.#timer === undefined || !Number.isNaN(this.#closedMs)) return;
    clearInterval(this.#timer);
    this.#closedMs = performance.now();
  }

  /** If a sample is still under way when the next is due, the next is skipped: a gap. */
  #tick(): void {
    if (this.#busy !== null) return;
    this.#busy = this.#sample().finally(() => {
      this.#busy = null;
    });
  }

  async #sample(): Promise<void> {
    if (this.#watched === null) return;
    const { everyMs } = this.#options.header;
    const at = Math.round((performance.now() - this.#openedMs) / everyMs);
    if (at <= this.#last) return;
    const text = await this.#watched.control.metrics();
    if (text === null) this.#unscraped += 1;
    this.#missed += at - this.#last - 1;
    this.#last = at;
    const row = this.#rowOf(this.#watched, parseScrape(text), (at * everyMs) / 1000);
    this.#rows.push(row);
    appendFileSync(this.#options.path, `${rowText(row)}\n`);
  }

  #rowOf({ driverPid, targetPid }: Watched, scrape: Scrape, second: number): number[] {
    const driver = processUsage(driverPid);
    const target = targetPid === null ? UNKNOWN : processUsage(targetPid);
    const atMs = performance.now();
    const now = {
      atMs,
      driverCpuMs: driver.cpuMs ?? NaN,
      targetCpuMs: target.cpuMs ?? 1000 * scrape.cpuSeconds,
    };
    const {
      atMs: beforeMs,
      driverCpuMs,
      targetCpuMs,
    } = this.#before ?? { atMs: NaN, driverCpuMs: NaN, targetCpuMs: NaN };
    this.#before = now;
    const values: Partial<Record<Column, number>> = {
      second,
      'target.rssBytes': target.rssBytes ?? scrape.rssBytes,
      'target.heapUsedBytes': scrape.heapUsedBytes,
      'target.heapAfterGcBytes': scrape.heapAfterGcBytes,
      'target.externalBytes': scrape.externalBytes,
      'target.fds': targetPid === null ? scrape.fds : descriptorsOf(targetPid),
      'target.cpuShare': (now.targetCpuMs - targetCpuMs) / (atMs - beforeMs),
      'target.loopDelayMs': scrape.loopDelayMs,
      'target.databaseBytes': scrape.databaseBytes,
      'target.walBytes': scrape.walBytes,
      'target.pendingInputs': scrape.pendingInputs,
      'target.streamWaitingBytes': scrape.streamWaitingBytes,
      'target.reviewTickets': scrape.reviewTickets,
      'target.records': scrape.records,
      'driver.rssBytes': driver.rssBytes ?? NaN,
      'driver.heapUsedBytes': this.#heap?.usedBytes,
      'driver.heapAfterGcBytes': this.#heap?.afterGcBytes ?? NaN,
      'driver.externalBytes': this.#heap?.externalBytes,
      'driver.fds': descriptorsOf(driverPid),
      'driver.cpuShare': (now.driverCpuMs - driverCpuMs) / (atMs - beforeMs),
      'driver.loopDelayMs': this.#heap?.loopDelayMsMax,
      ...flowOf(this.#progress),
    };
    return COLUMNS.map((column) => values[column] ?? NaN);
  }
}

function flowOf(progress: DriveProgress | null): Partial<Record<Column, number>> {
  if (progress === null) return {};
  const { residents, doorbells } = progress.connected;
  return {
    'driver.lagMs': progress.lagMaxMs,
    'driver.unanswered': progress.sent - progress.acknowledged,
    'driver.connected': residents + doorbells,
  };
}

/** Number of open files of a process; NaN if it can't be counted. Kernels since 6.2 give it as the folder's size. */
function descriptorsOf(pid: number): number {
  try {
    const path = `/proc/${pid}/fd`;
    return statSync(path).size || readdirSync(path).length;
  } catch {
    return NaN;
  }
}

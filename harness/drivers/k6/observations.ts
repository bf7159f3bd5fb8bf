/** Turns the lines that k6's scripts wrote to its console into the observations that are judged (contract/trace.ts). */
import { readdirSync } from 'node:fs';
import { wallMsOf, type PlatformClock } from '../../../contract/clock.ts';
import type { Load } from '../../../contract/record/load.ts';
import type { ConnectionLine, DriverSummary } from '../../../contract/trace.ts';
import type { StartLine } from './log-tail.ts';
import type { LogLine, SendTuple } from './scripts/log-lines.ts';
import {
  DELIVERIES_PER_BLOCK,
  emptyDeliveryBlock,
  type DeliveryBlock,
  type ObservedPart,
} from '../observations/observed-part.ts';
import {
  makeFolder,
  writeConnections,
  writeDeliveries,
  writeSends,
  writeSummary,
} from '../observations/observation-files.ts';
import { SendLog } from '../observations/send-log.ts';
import type { Failure } from '../observations/sends.ts';
import { summarise, type RunMeasurements } from '../observations/summary.ts';
import { NO_TAIL } from '../../../stats/tail.ts';
import type { Trace } from '../../trace/trace-api.ts';
import { linesOf, traceError } from '../../trace/trace-file.ts';

/** Everything that somebody who watched k6 knows besides its output. */
export interface Watched {
  /** The target's name in the record: `self` or its URL. */
  target: string;
  k6Version: string;
  /** Why the run ended early; null if it did not. */
  stopped: string | null;
  measurements: Pick<RunMeasurements, 'before' | 'slopeFrom' | 'slopeTo' | 'samples' | 'scrapes'>;
  /** The observations of the hosted portals. */
  portals: ObservedPart;
}

/** Whether a folder holds output of k6, by the names of its files. */
export function isK6Output(dir: string): boolean {
  return logsIn(dir).length > 0;
}

/**
 * Writes the observations to `outDir`. `k6OutputDir` holds a file of k6's console (`k6*.out`) for each instance that had a part of the
 * trace. Throws HB_TRACE if they can't be read, are of another trace, or of several runs.
 */
export async function observationsOf(
  k6OutputDir: string,
  trace: Trace,
  outDir: string,
  watched: Watched | null = null,
): Promise<DriverSummary> {
  const seen = new Seen();
  for (const file of logsIn(k6OutputDir)) await seen.read(k6OutputDir, file);
  const start = seen.startOf(trace, watched);
  const stopped = watched === null ? seen.whyUnfinished() : watched.stopped;
  const crew = seen.result(stopped !== null);
  const results = watched === null ? [crew] : [crew, watched.portals];
  makeFolder(outDir);
  await writeSends(outDir, trace, results, start.clock);
  writeDeliveries(outDir, results);
  writeConnections(outDir, results);
  const summary: DriverSummary = {
    ...summarise({
      measurements: seen.measurements(start, watched),
      results,
      clock: start.clock,
      target: watched?.target ?? start.target,
      traceSha256: trace.sha256,
      stopped,
      windowMs: wallMsOf(start.clock, trace.header.untilMs) - start.clock.originWallMs,
    }),
    driver: `k6${watched === null ? '' : ` ${watched.k6Version}`}, ${start.script}.ts`,
  };
  writeSummary(outDir, summary);
  return summary;
}

// --- internal ---

/** Status of an acknowledged connection, of residents and of doorbells. */
const SWITCHING = 101;
const CONNACK = 0;

function logsIn(dir: string): string[] {
  try {
    return readdirSync(dir)
      .filter((name) => /^k6.*\.out$/.test(name))
      .sort();
  } catch (error) {
    throw traceError(dir, 'a folder that can be read', (error as NodeJS.ErrnoException).code ?? 'an error');
  }
}

/** Everything that was written, over all files. */
class Seen {
  readonly #starts: StartLine[] = [];
  readonly #log = new SendLog();
  readonly #lines = new Set<number>();
  readonly #frames: ObservedPart['frames'] = [];
  /** Index in `#frames` by file, part and number. */
  readonly #frameNumbers = new Map<string, number>();
  readonly #deliveries: DeliveryBlock[] = [];
  readonly #connections: ConnectionLine[] = [];
  readonly #connectMs: number[] = [];
  /** Parts that began, and parts that wrote their last line. */
  readonly #begun = new Set<string>();
  readonly #ended = new Set<string>();
  readonly #opened: { residents: number[]; doorbells: number[] } = { residents: [], doorbells: [] };
  #askedMs = Infinity;
  #twice = 0;
  #dropped = 0;
  #gaps = 0;
  #unreadable = 0;

  async read(dir: string, file: string): Promise<void> {
    for await (const { line, value } of linesOf(dir, file)) {
      const entry = value as LogLine | null;
      if (typeof entry !== 'object' || entry === null || typeof entry.line !== 'string') throw notOurs(file, line);
      try {
        this.#take(file, entry);
      } catch (error) {
        if (error instanceof TypeError) throw notOurs(file, line);
        throw error;
      }
    }
  }

  /** The start that all files agree on. If there is none, and nobody watched k6, there is nothing to judge. */
  startOf(trace: Trace, watched: Watched | null): StartLine {
    const [first] = this.#starts;
    if (first === undefined) {
      if (watched === null)
        throw traceError('k6*.out', 'what a script wrote with --console-output and --log-format raw', 'nothing of it');
      return { ...NO_START, target: watched.target, clock: standingClock(trace), traceSha256: trace.sha256 };
    }
    for (const { traceSha256, clock } of this.#starts) {
      if (traceSha256 !== trace.sha256)
        throw traceError('k6*.out', `output of the trace ${trace.sha256.slice(0, 12)}...`, 'of another');
      if (Math.abs(clock.originWallMs - first.clock.originWallMs) > 1)
        throw traceError('k6*.out', 'output of one run', 'of several, whose windows open at different moments');
    }
    return first;
  }

  whyUnfinished(): string | null {
    const unfinished = [...this.#begun].filter((part) => !this.#ended.has(part)).length;
    return unfinished === 0 ? null : `k6 ended before ${unfinished} of its VUs had told all that they saw`;
  }

  result(stopped: boolean): ObservedPart {
    return {
      sends: this.#log.close(() => (stopped ? 'stopped' : 'timeout')),
      frames: this.#frames,
      deliveries: this.#deliveries,
      connections: this.#connections.sort((a, b) => a.atMs - b.atMs),
      connectMs: this.#connectMs,
      eventLoopDelayMs: NO_TAIL,
      notes: this.#notes(),
    };
  }

  measurements({ clock, platformClock }: StartLine, watched: Watched | null): RunMeasurements {
    const { residents, doorbells } = this.#opened;
    const byThen = (times: readonly number[]): number => times.filter((ms) => ms <= clock.originWallMs).length;
    const last = [...residents, ...doorbells].reduce((most, ms) => Math.max(most, ms), -Infinity);
    const connected: Load['connected'] = {
      residents: byThen(residents),
      doorbells: byThen(doorbells),
      refused: this.#connections.filter(({ event }) => event === 'refused').length,
      rampMs: Math.max(0, last === -Infinity ? 0 : last - this.#askedMs),
    };
    const none = { before: null, slopeFrom: null, slopeTo: null, samples: [], scrapes: [] };
    // k6 has no event loop of Node: it has no delay of one either.
    return {
      platformClock,
      launched: this.#starts.length > 0,
      residentThreads: 0,
      connected,
      loops: [],
      notes: [],
      readError: null,
      ...(watched?.measurements ?? none),
    };
  }

  #take(file: string, entry: LogLine): void {
    switch (entry.line) {
      case 'start':
        this.#starts.push(entry);
        return;
      case 'sends':
        for (const send of entry.sends) this.#send(send);
        return;
      case 'frames':
        for (const [number, type, text] of entry.frames) {
          this.#frameNumbers.set(`${file} ${entry.part} ${number}`, this.#frames.length);
          this.#frames.push({ type, text });
        }
        return;
      case 'deliveries':
        for (const [resident, sequence, number, ms] of entry.deliveries) {
          const frame = this.#frameNumbers.get(`${file} ${entry.part} ${number}`);
          if (frame === undefined) throw traceError(file, 'the text of each delivery before it', 'one without');
          this.#delivery(resident, sequence, frame, ms);
        }
        return;
      case 'connections':
        for (const [resident, atMs, event, code, sequence, intended] of entry.connections)
          this.#connections.push({ resident, atMs, event, code, sequence, intended });
        return;
      case 'connected':
        this.#begun.add(`${file} ${entry.part}`);
        for (const ms of entry.ms) this.#connectMs.push(ms);
        return;
      case 'end':
        this.#ended.add(`${file} ${entry.part}`);
        this.#dropped += entry.dropped;
        this.#gaps += entry.gaps;
        this.#unreadable += entry.unreadable;
    }
  }

  #send([line, intendedMs, lagMs, sentMs, answeredMs, status, tries, failure, rows]: SendTuple): void {
    if (this.#lines.has(line)) this.#twice += 1;
    this.#lines.add(line);
    const record = this.#log.open(line, intendedMs, lagMs ?? NaN);
    if (sentMs !== null) this.#log.markSent(record, sentMs, tries);
    const answer = rows === null ? null : Buffer.from(JSON.stringify({ rows }));
    if (failure !== null) this.#log.markFailed(record, answeredMs ?? 0, status ?? -1, failure as Failure, answer);
    else if (answeredMs !== null) this.#log.markAcknowledged(record, answeredMs, status ?? -1, answer);
    if (lagMs !== null || answeredMs === null || (status !== SWITCHING && status !== CONNACK)) return;
    this.#askedMs = Math.min(this.#askedMs, intendedMs);
    this.#opened[status === SWITCHING ? 'residents' : 'doorbells'].push(answeredMs);
  }

  #delivery(resident: number, sequence: number, frame: number, ms: number): void {
    let block = this.#deliveries.at(-1);
    if (block === undefined || block.count === DELIVERIES_PER_BLOCK) {
      block = emptyDeliveryBlock();
      this.#deliveries.push(block);
    }
    const i = block.count;
    block.resident[i] = resident;
    block.sequence[i] = sequence;
    block.frame[i] = frame;
    block.wallMs[i] = ms;
    block.count += 1;
  }

  #notes(): string[] {
    const notes = new Set(this.#starts.flatMap((start) => start.notes));
    if (this.#twice > 0) notes.add(`${this.#twice} inputs were sent by two instances`);
    if (this.#dropped > 0) notes.add(`${this.#dropped} observations beyond the bound were counted, not kept`);
    if (this.#gaps > 0) notes.add(`the target told ${this.#gaps} times that messages are no longer kept`);
    if (this.#unreadable > 0) notes.add(`${this.#unreadable} stream messages were not of the contract`);
    return [...notes];
  }
}

const NO_START: Omit<StartLine, 'target' | 'clock' | 'traceSha256'> = {
  line: 'start',
  script: 'city',
  platformClock: false,
  segment: '',
  notes: [],
};

/** The clock of a run that never came to its window: it was meant to start when it ended. */
function standingClock({ header }: Trace): PlatformClock {
  return { originWallMs: Date.now(), originMs: header.fromMs, speed: 1 };
}

function notOurs(file: string, line: number): Error {
  return traceError(file, `a line of the scripts in harness/drivers/k6/scripts on line ${line + 1}`, 'another');
}

/** Gives each trial what it sends: an excerpt of one recorded world, at a speed that makes the load. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scenario } from '../../../contract/scenario.ts';
import { openYardstick, type Yardstick } from '../../judge/judge.ts';
import { loadWindow } from '../../run/preparation.ts';
import type { Recorded, Trace } from '../../trace/trace-api.ts';
import { openTrace } from '../../trace/read.ts';
import { recordTrace } from '../../trace/record.ts';
import { thinTrace, type Thinning } from '../../trace/thin.ts';
import type { Vary } from './vary.ts';

/** The world to record, and how many residents and doorbells connect. */
export interface WorkloadOptions {
  scenario: Scenario;
  seed: number;
  vary: Vary;
  /** Most residents and doorbells that are connected if their number does not vary. */
  residents: number;
  doorbells: number;
  /** Folder for temporary files; the workload makes and removes its own folders in it. */
  dir: string;
  signal?: AbortSignal;
  onProgress?: (fraction: number) => void;
}

/** A part of the world to send and judge in one trial, and the speed at which it is sent. */
export interface Excerpt {
  yardstick: Yardstick;
  /** Simulated seconds per wall second. */
  speed: number;
  /** Wall seconds of its window. */
  seconds: number;
}

/** A part of the world that was written to a folder for one trial, and may serve others too. */
interface Part {
  yardstick: Yardstick;
  windowMs: number;
  /** The alerts within it if alerts a second vary; else the load that it is for. */
  size: number;
}

interface World {
  recorded: Recorded;
  trace: Trace;
  /** Simulated times of its alerts, ascending. */
  alertsMs: number[];
}

/** One recorded world, from which each trial gets its excerpt. */
export class Workload {
  readonly #options: WorkloadOptions;
  #world: World;
  /** Parts used lately, the latest last: preparing one takes half as long as a trial. */
  #parts: Part[] = [];

  /** Callers use Workload.open, which records the world. */
  constructor(options: WorkloadOptions, world: World) {
    this.#options = options;
    this.#world = world;
  }

  /** Records the world; `recorded.partial` is true if the signal ended that. Throws what recordTrace throws. */
  static async open(options: WorkloadOptions, fullSeconds: number): Promise<Workload> {
    const { speed } = options.scenario.load;
    const wallSeconds = options.vary === 'alertRate' ? AHEAD * fullSeconds : fullSeconds;
    return new Workload(options, await record(options, Math.ceil(1000 * wallSeconds * speed)));
  }

  get recorded(): Recorded {
    return this.#world.recorded;
  }

  /**
   * How many residents, doorbells or agencies the world has; for alerts, their rate a second at the scenario's own speed, which is no
   * limit.
   */
  get available(): number {
    const { header } = this.#world.trace;
    switch (this.#options.vary) {
      case 'residents':
        return header.residents;
      case 'devices':
        return header.doorbells;
      case 'agencies':
        return this.#world.trace.onboarding.agencies.length;
      case 'alertRate': {
        const windowMs = header.untilMs - header.fromMs;
        return (1000 * this.#world.alertsMs.length * this.#options.scenario.load.speed) / windowMs;
      }
    }
  }

  /**
   * The excerpt for a trial of about `seconds` wall seconds. If alerts a second vary, all trials of a length send one stretch of the
   * world, faster or slower, and take up to a third more or less time than asked. Null if the signal ended the recording of a longer
   * world.
   */
  async excerptFor(load: number, seconds: number): Promise<Excerpt | null> {
    const { speed } = this.#options.scenario.load;
    const byAlerts = this.#options.vary === 'alertRate';
    const size = byAlerts ? Math.max(1, Math.round(load * seconds)) : load;
    const windowMs = Math.round(1000 * seconds * speed);
    const serves = (one: Part): boolean =>
      byAlerts ? Math.abs(Math.log(one.size / size)) <= STRETCH : one.size === size && one.windowMs === windowMs;
    const part =
      this.#parts.findLast(serves) ?? (await this.#prepare(byAlerts ? this.#nearlyThere(size) : size, windowMs));
    if (part === null) return null;
    await this.#keep(part);
    const { yardstick } = part;
    if (!byAlerts) return { yardstick, speed, seconds };
    const taken = part.size / load;
    return { yardstick, speed: part.windowMs / (1000 * taken), seconds: taken };
  }

  // --- internal ---

  async #keep(part: Part): Promise<void> {
    this.#parts = [...this.#parts.filter((one) => one !== part), part];
    if (this.#parts.length <= PARTS_KEPT) return;
    const [oldest] = this.#parts.splice(0, 1);
    await rm(oldest.yardstick.trace.dir, { recursive: true, force: true });
  }

  /** All alerts of the world but the last, if that is near enough to `size`: recording a longer world takes half a minute. */
  #nearlyThere(size: number): number {
    const most = this.#world.alertsMs.length - 1;
    return most < size && Math.log(size / most) <= STRETCH ? most : size;
  }

  async #prepare(size: number, windowMs: number): Promise<Part | null> {
    const length = this.#options.vary === 'alertRate' ? await this.#stretchMs(size) : windowMs;
    if (length === null) return null;
    const dir = await mkdtemp(join(this.#options.dir, 'part-'));
    await thinTrace(this.#world.trace, { ...this.#thinning(size), windowMs: length }, dir);
    return { yardstick: await openYardstick(dir), windowMs: length, size };
  }

  /**
   * Length, ms, of the stretch of the world that holds the first `alerts` alerts. Null if the signal ended the recording of a longer
   * world.
   */
  async #stretchMs(alerts: number): Promise<number | null> {
    while (this.#world.alertsMs.length <= alerts) {
      const { header } = this.#world.trace;
      const longer = await record(this.#options, 2 * (header.untilMs - header.fromMs));
      if (longer.recorded.partial) return null;
      await rm(this.#world.trace.dir, { recursive: true });
      this.#world = longer;
    }
    const { alertsMs, trace } = this.#world;
    const endMs = (alertsMs[alerts - 1] + alertsMs[alerts]) / 2;
    return Math.max(1000, Math.round(endMs - trace.header.fromMs));
  }

  #thinning(load: number): Thinning {
    const { vary, residents, doorbells } = this.#options;
    const most = Math.round(load);
    // In that case the audience was cut when the world was recorded.
    if (vary === 'alertRate') return {};
    const keep = {
      residents: vary === 'residents' ? most : residents,
      doorbells: vary === 'devices' ? most : doorbells,
      ...(vary === 'agencies' ? { agencies: most } : {}),
    };
    return { ...keep, connectRampMs: rampMsFor(this.#world.trace, keep) };
  }
}

// --- internal ---

/** The world is first recorded long enough for loads up to this multiple of the scenario's own pace, and longer if that is too short. */
const AHEAD = 15;
const CONNECTIONS_PER_MS = 2.5;
const RAMP_MS_MIN = 500;
/** Each part takes some hundred megabytes on the disk. */
const PARTS_KEPT = 8;
/** A stretch serves a trial that takes up to a third more or less time than asked; this is the logarithm of that ratio. */
const STRETCH = Math.log(4 / 3);

async function record(options: WorkloadOptions, windowMs: number): Promise<World> {
  const { scenario, seed, vary, residents, doorbells, signal, onProgress } = options;
  const dir = await mkdtemp(join(options.dir, 'world-'));
  const recorded = await recordTrace({
    scenario,
    seed,
    ...loadWindow(scenario),
    windowMs,
    dir,
    signal,
    onProgress: (fraction) => onProgress?.(fraction),
  });
  const trace = await openTrace(dir);
  const { fromMs, untilMs } = recorded.header;
  const alertsMs = recorded.shards
    .flatMap(({ judgement }) => judgement.lines)
    .filter(({ msgType, sentMs }) => msgType === 'Alert' && sentMs >= fromMs && sentMs < untilMs)
    .map(({ sentMs }) => sentMs)
    .sort((a, b) => a - b);
  if (vary !== 'alertRate') return { recorded, trace, alertsMs };
  const thinDir = await mkdtemp(join(options.dir, 'world-'));
  await thinTrace(trace, { residents, doorbells, connectRampMs: rampMsFor(trace, { residents, doorbells }) }, thinDir);
  await rm(dir, { recursive: true });
  return { recorded, trace: await openTrace(thinDir), alertsMs };
}

function rampMsFor({ header }: Trace, keep: { residents: number; doorbells: number }): number {
  const connections = Math.min(keep.residents, header.residents) + Math.min(keep.doorbells, header.doorbells);
  return Math.max(RAMP_MS_MIN, Math.round(connections / CONNECTIONS_PER_MS));
}

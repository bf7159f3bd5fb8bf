/** What a trial at a load sends: a part of one recorded world, at a speed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scenario } from '../../../contract/scenario.ts';
import { openYardstick, type Yardstick } from '../../judge/judge.ts';
import { windowOf } from '../../run/preparation.ts';
import type { Recorded, Trace } from '../../trace/trace-api.ts';
import { openTrace } from '../../trace/read.ts';
import { recordTrace } from '../../trace/record.ts';
import { thinTrace, type Thinning } from '../../trace/thin.ts';
import type { Vary } from './vary.ts';

export interface WorkloadOptions {
  scenario: Scenario;
  seed: number;
  vary: Vary;
  /** Most that are connected where they do not vary. */
  residents: number;
  doorbells: number;
  /** Scratch; the workload makes and removes its own folders in it. */
  dir: string;
  signal?: AbortSignal;
  onProgress?: (fraction: number) => void;
}

export interface Stint {
  yardstick: Yardstick;
  speed: number;
  /** Wall time of its window. */
  seconds: number;
}

/** A part of the world that was written for a trial, and serves for others. */
interface Part {
  yardstick: Yardstick;
  windowMs: number;
  /** Where alerts a second vary, those within it; else the load that it is for. */
  size: number;
}

interface World {
  recorded: Recorded;
  trace: Trace;
  alertsMs: number[];
}

export class Workload {
  private readonly o: WorkloadOptions;
  private world: World;
  /** Those used last, the latest last: preparing one takes as long as half a trial. */
  private parts: Part[] = [];

  private constructor(o: WorkloadOptions, world: World) {
    this.o = o;
    this.world = world;
  }

  /** Records the world; `recorded.partial` where the signal ended it. Throws what recordTrace throws. */
  static async open(o: WorkloadOptions, fullSeconds: number): Promise<Workload> {
    const { speed } = o.scenario.load;
    const wallSeconds = o.vary === 'alertRate' ? AHEAD * fullSeconds : fullSeconds;
    return new Workload(o, await record(o, Math.ceil(1000 * wallSeconds * speed)));
  }

  get recorded(): Recorded {
    return this.world.recorded;
  }

  /** What the world has of what varies; of alerts, a second at the scenario's own speed, and no limit. */
  get available(): number {
    const { header } = this.world.trace;
    switch (this.o.vary) {
      case 'residents':
        return header.residents;
      case 'devices':
        return header.doorbells;
      case 'agencies':
        return this.world.trace.onboarding.agencies.length;
      case 'alertRate': {
        const windowMs = header.untilMs - header.fromMs;
        return (1000 * this.world.alertsMs.length * this.o.scenario.load.speed) / windowMs;
      }
    }
  }

  /**
   * What is sent for a trial of about so many seconds. Alerts a second: all trials of a length send one stretch of the world, faster or slower, so
   * that they take up to a third more or less than was asked. Null where the signal ended the recording of a longer world.
   */
  async stint(load: number, seconds: number): Promise<Stint | null> {
    const byAlerts = this.o.vary === 'alertRate';
    const size = byAlerts ? Math.max(1, Math.round(load * seconds)) : load;
    const windowMs = Math.round(1000 * seconds * this.o.scenario.load.speed);
    const serves = (one: Part): boolean =>
      byAlerts ? Math.abs(Math.log(one.size / size)) <= STRETCH : one.size === size && one.windowMs === windowMs;
    const part =
      this.parts.findLast(serves) ?? (await this.prepare(byAlerts ? this.nearlyThere(size) : size, windowMs));
    if (part === null) return null;
    await this.keep(part);
    const { yardstick } = part;
    if (!byAlerts) return { yardstick, speed: this.o.scenario.load.speed, seconds };
    const taken = part.size / load;
    return { yardstick, speed: part.windowMs / (1000 * taken), seconds: taken };
  }

  // --- internal ---

  private async keep(part: Part): Promise<void> {
    this.parts = [...this.parts.filter((one) => one !== part), part];
    if (this.parts.length <= PARTS_KEPT) return;
    const [oldest] = this.parts.splice(0, 1);
    await rm(oldest.yardstick.trace.dir, { recursive: true, force: true });
  }

  /** All alerts of the world but the last, where that is near enough: a longer world takes half a minute. */
  private nearlyThere(size: number): number {
    const most = this.world.alertsMs.length - 1;
    return most < size && Math.log(size / most) <= STRETCH ? most : size;
  }

  private async prepare(size: number, windowMs: number): Promise<Part | null> {
    const length = this.o.vary === 'alertRate' ? await this.lengthOf(size) : windowMs;
    if (length === null) return null;
    const dir = await mkdtemp(join(this.o.dir, 'part-'));
    await thinTrace(this.world.trace, { ...this.thinning(size), windowMs: length }, dir);
    return { yardstick: await openYardstick(dir), windowMs: length, size };
  }

  /** Of the stretch of the world that ends between the last of so many alerts and the next; ms. */
  private async lengthOf(alerts: number): Promise<number | null> {
    while (this.world.alertsMs.length <= alerts) {
      const { header } = this.world.trace;
      const longer = await record(this.o, 2 * (header.untilMs - header.fromMs));
      if (longer.recorded.partial) return null;
      await rm(this.world.trace.dir, { recursive: true });
      this.world = longer;
    }
    const { alertsMs, trace } = this.world;
    const endMs = (alertsMs[alerts - 1] + alertsMs[alerts]) / 2;
    return Math.max(1000, Math.round(endMs - trace.header.fromMs));
  }

  private thinning(load: number): Thinning {
    const { vary } = this.o;
    const most = Math.round(load);
    // That audience was cut when the world was recorded.
    if (vary === 'alertRate') return {};
    const keep = {
      residents: vary === 'residents' ? most : this.o.residents,
      doorbells: vary === 'devices' ? most : this.o.doorbells,
      ...(vary === 'agencies' ? { agencies: most } : {}),
    };
    return { ...keep, connectRampMs: rampMsFor(this.world.trace, keep) };
  }
}

// --- internal ---

/** The world is recorded for so many times the scenario's own pace at first, and anew where that does not do. */
const AHEAD = 15;
const CONNECTIONS_PER_MS = 2.5;
const RAMP_MS_MIN = 500;
/** Each takes some hundred megabytes on the disk. */
const PARTS_KEPT = 8;
/** A stretch serves where its trial takes so much more or less than was asked, in logarithms: a third. */
const STRETCH = Math.log(4 / 3);

async function record(o: WorkloadOptions, windowMs: number): Promise<World> {
  const dir = await mkdtemp(join(o.dir, 'world-'));
  const { scenario, seed, signal } = o;
  const recorded = await recordTrace({
    scenario,
    seed,
    ...windowOf(scenario),
    windowMs,
    dir,
    signal,
    onProgress: (fraction) => o.onProgress?.(fraction),
  });
  const trace = await openTrace(dir);
  const { fromMs, untilMs } = recorded.header;
  const alertsMs = recorded.shards
    .flatMap(({ judgement }) => judgement.lines)
    .filter(({ msgType, sentMs }) => msgType === 'Alert' && sentMs >= fromMs && sentMs < untilMs)
    .map(({ sentMs }) => sentMs)
    .sort((a, b) => a - b);
  if (o.vary !== 'alertRate') return { recorded, trace, alertsMs };
  const thinDir = await mkdtemp(join(o.dir, 'world-'));
  await thinTrace(
    trace,
    { residents: o.residents, doorbells: o.doorbells, connectRampMs: rampMsFor(trace, o) },
    thinDir,
  );
  await rm(dir, { recursive: true });
  return { recorded, trace: await openTrace(thinDir), alertsMs };
}

function rampMsFor({ header }: Trace, keep: { residents: number; doorbells: number }): number {
  const connections = Math.min(keep.residents, header.residents) + Math.min(keep.doorbells, header.doorbells);
  return Math.max(RAMP_MS_MIN, Math.round(connections / CONNECTIONS_PER_MS));
}

/** What a trial at a load sends: a part of one recorded world, at a speed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scenario } from '../../contract/scenario.ts';
import { openYardstick, type Yardstick } from '../judge/judge.ts';
import { windowOf } from '../run/preparation.ts';
import type { Recorded, Trace } from '../trace/contract.ts';
import { openTrace } from '../trace/read.ts';
import { recordTrace } from '../trace/record.ts';
import { thinTrace, type Thinning } from '../trace/thin.ts';
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
}

interface World {
  recorded: Recorded;
  trace: Trace;
  alertsMs: number[];
}

export class Workload {
  private readonly o: WorkloadOptions;
  private world: World;
  /** Of loads that were tried before, the latest last: preparing one takes as long as half a trial. */
  private readonly stints = new Map<string, Stint>();

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

  /** The part of the world that is sent for a trial. Null where the signal ended the recording of a longer world. */
  async stint(load: number, seconds: number): Promise<Stint | null> {
    const key = `${load}/${seconds}`;
    const stint = this.stints.get(key) ?? (await this.prepare(load, seconds));
    if (stint === null) return null;
    this.stints.delete(key);
    this.stints.set(key, stint);
    const [oldest] = this.stints;
    if (this.stints.size > STINTS_KEPT) {
      this.stints.delete(oldest[0]);
      await rm(oldest[1].yardstick.trace.dir, { recursive: true, force: true });
    }
    return stint;
  }

  // --- internal ---

  private async prepare(load: number, seconds: number): Promise<Stint | null> {
    const alerts = Math.max(1, Math.round(load * seconds));
    while (this.o.vary === 'alertRate' && this.world.alertsMs.length <= alerts) {
      const { header } = this.world.trace;
      const longer = await record(this.o, 2 * (header.untilMs - header.fromMs));
      if (longer.recorded.partial) return null;
      await rm(this.world.trace.dir, { recursive: true });
      this.world = longer;
    }
    const { windowMs, speed } = this.pace(alerts, seconds);
    const dir = await mkdtemp(join(this.o.dir, 'stint-'));
    await thinTrace(this.world.trace, { ...this.thinning(load), windowMs }, dir);
    return { yardstick: await openYardstick(dir), speed };
  }

  /** Alerts a second: so many alerts' stretch of the world, sent within the trial. Else the scenario's own speed. */
  private pace(alerts: number, seconds: number): { windowMs: number; speed: number } {
    const { scenario, vary } = this.o;
    if (vary !== 'alertRate')
      return { windowMs: Math.round(1000 * seconds * scenario.load.speed), speed: scenario.load.speed };
    const { header } = this.world.trace;
    const { alertsMs } = this.world;
    const endMs = (alertsMs[alerts - 1] + alertsMs[alerts]) / 2;
    const windowMs = Math.max(1000, Math.round(endMs - header.fromMs));
    return { windowMs, speed: windowMs / (1000 * seconds) };
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
const AHEAD = 6;
const CONNECTIONS_PER_MS = 2.5;
const RAMP_MS_MIN = 500;
/** Each takes some hundred megabytes on the disk. */
const STINTS_KEPT = 8;

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

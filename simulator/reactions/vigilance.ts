/**
 * Wary residents and the strangers whom they report: fear (fear.ts) meets encounters (encounters.ts). Encounters that nobody reports are
 * no events; each resident has an event for the first one that it will report, as things stand.
 */
import { DAY_MS } from '../../contract/time.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { People } from '../people/people.ts';
import { ENCOUNTERS_PER_DAY, type Encounter, type Encounters } from './encounters.ts';
import { Fear, type Worry } from './fear.ts';
import type { Lineage, Stimulus } from './lineage.ts';

/** Factor by which a doorbell's owner sees more strangers. Assumed. */
const DOORBELL_SIGHT = 1.5;

/** Residents, the strangers at their doors, and the function that hears of reports. */
export interface VigilanceOptions {
  kernel: Kernel;
  people: People;
  encounters: Encounters;
  fearHalfLifeMs: number;
  /** Schedules what a resident does at `atMs`. */
  later: (atMs: number, resident: number, act: () => void) => void;
  /** A harmless stranger came, and the resident calls 911. `key` names the encounter in any world. */
  report: (resident: number, key: string, origin: 'alert' | 'post', lineage: Lineage) => void;
}

/** Wary residents of one agency. */
export class Vigilance {
  readonly #options: VigilanceOptions;
  readonly #fear: Fear;
  /**
   * The chance per encounter that makes one expected report, if it decays with the worry: over a worry's life, at the plain rate of
   * encounters, such chances add up to 1.
   */
  readonly #chancePerReport: number;
  /** By resident: the number of the encounter that it will report next, as things stand. */
  readonly #expected = new Map<number, number>();
  /** By resident: the numbers of the encounters that have an event. Each has one at most, however often it is expected. */
  readonly #awaited = new Map<number, Set<number>>();

  constructor(options: VigilanceOptions) {
    this.#options = options;
    this.#fear = new Fear(options.fearHalfLifeMs);
    this.#chancePerReport = (Math.LN2 * DAY_MS) / (options.fearHalfLifeMs * ENCOUNTERS_PER_DAY);
  }

  /**
   * A stimulus makes a resident warier from `sinceMs` on. `expectedReports`: reports that it causes on average, at the plain rate of
   * encounters. False if it causes none.
   */
  worry(resident: number, stimulus: Stimulus, expectedReports: number, sinceMs: number): boolean {
    const { nowMs } = this.#options.kernel;
    const chance = expectedReports * this.#chancePerReport;
    if (!(chance > 0)) return false;
    const { id: cause, kind: origin, lineage } = stimulus;
    this.#fear.add(resident, { sinceMs, chance, cause, origin, lineage }, nowMs);
    this.watch(resident, nowMs);
    return true;
  }

  /** A resident's wariness now, relative to that which a worry of `expectedReports` brings at once. */
  wariness(resident: number, expectedReports: number): number {
    return this.#fear.level(resident, this.#options.kernel.nowMs) / (expectedReports * this.#chancePerReport);
  }

  /**
   * Finds the first encounter from `fromMs` on that the resident will report, if it stays as wary as it is now. Whatever makes it warier
   * before then must call this again, and finds an earlier one.
   */
  watch(resident: number, fromMs: number): void {
    const { encounters, later } = this.#options;
    const uMax = DOORBELL_SIGHT * this.#fear.bound(resident, fromMs);
    const takes = (encounter: Encounter): boolean => this.#cause(resident, encounter) !== null;
    const reported = encounters.find(resident, fromMs, this.#fear.endMs(resident), uMax, takes);
    if (reported === null) {
      this.#expected.delete(resident);
      return;
    }
    this.#expected.set(resident, reported.number);
    const waits = this.#awaited.get(resident) ?? new Set();
    this.#awaited.set(resident, waits);
    if (waits.has(reported.number)) return;
    waits.add(reported.number);
    later(reported.atMs, resident, () => {
      waits.delete(reported.number);
      if (waits.size === 0) this.#awaited.delete(resident);
      if (this.#expected.get(resident) === reported.number) this.#report(resident, reported);
    });
  }

  /** Nobody is wary any more. */
  clear(): void {
    this.#fear.clear();
  }

  /** The worry that makes a resident report an encounter; null if none does. */
  #cause(resident: number, { atMs, u }: Encounter): Worry | null {
    const seesMore = this.#options.people.hasDoorbell[resident] === 1;
    return this.#fear.cause(resident, atMs, seesMore ? u / DOORBELL_SIGHT : u);
  }

  #report(resident: number, encounter: Encounter): void {
    const cause = this.#cause(resident, encounter);
    if (cause === null) throw new Error(`reactions: nothing made resident ${resident} report an encounter`);
    this.#fear.spend(resident, cause);
    this.#options.report(resident, `${resident}/${encounter.number}`, cause.origin, cause.lineage);
    this.watch(resident, this.#options.kernel.nowMs + 1);
  }
}

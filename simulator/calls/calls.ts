/**
 * 911 calls: who calls about an incident and when, how the call-taker learns the place, and when the call becomes a CAD entry. Every draw
 * is keyed by the incident or the call, so that another call changes waits, never words.
 */
import type { City } from '../city/city.ts';
import type { Mix } from '../incidents/mix.ts';
import { ATTEMPTS_MAX, CALLERS_MAX, CALL_SLOTS, type Incident } from '../incidents/incident.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import { exponential, keyedDraw, lognormal, poisson, type Draw, type Seeds } from '../kernel/random.ts';
import { drawAli, rebid, type Ali } from './ali.ts';

/** One caller's call, its redials included. */
export interface Call {
  /** Kernel entity: incident key * CALL_SLOTS + caller * ATTEMPTS_MAX + attempt. */
  id: number;
  incident: Incident;
  /** Number of the caller among those of the incident, from 0. */
  caller: number;
  /** Person number within the agency, for the identity. */
  person: number;
  /** When the first attempt was placed, ms; -1 before. */
  placedMs: number;
  /** When it was answered, ms; -1 before. */
  answeredMs: number;
  /** True if the caller can name the place; otherwise the ALI position has to do. */
  knowsPlace: boolean;
  ali: Ali;
}

/** The callers of one agency, and the functions that hear of their calls. Times in ms. */
export interface CallsOptions {
  kernel: Kernel;
  seeds: Seeds;
  agencyId: string;
  city: City;
  /** People in the jurisdiction. */
  persons: number;
  /** No call is placed at or after this. */
  endMs: number;
  wirelessShare: number;
  /** Time from the answer to the rebid of a wireless call's position, ms. */
  rebidMs: number;
  /** A member of a household; `u`: uniform in [0, 1). */
  personOfHome: (household: number, u: number) => number;
  /** A 911 call is placed, redials included. */
  placed: (call: Call) => void;
  /** The call reaches the call-takers. */
  offer: (call: { id: number }) => void;
  /** The call-taker has typed the entry. */
  entered: (call: Call) => void;
  /** A better position came in for a call whose place came from ALI. */
  relocated: (call: Call) => void;
}

/** A caller at the scene knows the address in this share of calls, a caller at home nearly always (assumed). */
const KNOWS_STREET_SHARE = 0.86;
const KNOWS_HOME_SHARE = 0.985;
const ENTRY_MS_MEAN = 45_000;
const FURTHER_CALL_MS_MEAN = 150_000;

/** The 911 calls of one agency. */
export class Calls {
  readonly #options: CallsOptions;
  readonly #kernel: Kernel;
  /** Calls that wait for an answer, by id. */
  readonly #waiting = new Map<number, Call>();

  constructor(options: CallsOptions) {
    this.#options = options;
    this.#kernel = options.kernel;
    this.#kernel.on(KIND.callArrival, (_entity, payload) => this.#arrive(payload as Call));
    this.#kernel.on(KIND.callTaken, (_entity, payload, ordinal) => {
      if (ordinal === 0) options.entered(payload as Call);
      else this.#rebid(payload as Call);
    });
  }

  /** People call, or nobody does, about an incident that begins or is found now. `always`: somebody does. */
  report(incident: Incident, mix: Mix, always: boolean): void {
    const draw = this.#draws('callers', incident.drawKey);
    if (draw() >= mix.reportedShare && !always) return;
    const count = Math.min(CALLERS_MAX, 1 + poisson(draw, mix.furtherCallersMean));
    // The notice of a cold incident counts from its discovery.
    let atMs = this.#kernel.nowMs + Math.max(1, Math.round(lognormal(draw, mix.noticeMsMean, 1)));
    for (let caller = 0; caller < count; caller += 1) {
      this.#place(this.#newCall(incident, caller), atMs);
      atMs += Math.max(1, Math.round(exponential(draw, FURTHER_CALL_MS_MEAN)));
    }
  }

  /** A call-taker picked up. Throws if the call was not waiting. */
  answered(id: number): void {
    const { nowMs } = this.#kernel;
    const call = this.#waiting.get(id);
    if (call === undefined) throw new Error(`calls: answered call ${id} was not waiting`);
    this.#waiting.delete(id);
    call.answeredMs = nowMs;
    const draw = this.#draws('entry', callKey(call));
    const entryMs = nowMs + Math.max(1000, Math.round(lognormal(draw, ENTRY_MS_MEAN, 0.6)));
    this.#kernel.schedule(entryMs, KIND.callTaken, id, 0, call);
    // The rebid's position matters only if it is the place on record, and after that record exists.
    if (call.knowsPlace || call.ali.classOfService !== 'WPH1') return;
    const rebidMs = Math.max(nowMs + Math.round(this.#options.rebidMs), entryMs + 1);
    this.#kernel.schedule(rebidMs, KIND.callTaken, id, 1, call);
  }

  /** The caller hung up, and calls again at `redialAtMs`, null if never. */
  abandoned(id: number, redialAtMs: number | null): void {
    const call = this.#waiting.get(id);
    this.#waiting.delete(id);
    // A caller tries at most ATTEMPTS_MAX times; each attempt is a call of its own.
    if (call === undefined || redialAtMs === null || (id + 1) % ATTEMPTS_MAX === 0) return;
    call.id = id + 1;
    this.#place(call, redialAtMs);
  }

  #draws(concern: string, key: string): Draw {
    return keyedDraw(this.#options.seeds, `${this.#options.agencyId}/${concern}`, key);
  }

  #newCall(incident: Incident, caller: number): Call {
    const { persons, personOfHome, wirelessShare } = this.#options;
    const draw = this.#draws('caller', `${incident.drawKey}/${caller}`);
    const { household, kind, x, y } = incident.place;
    const atHome = household >= 0 && caller === 0;
    const person = atHome ? personOfHome(household, draw()) : Math.floor(draw() * persons);
    const isWireless = draw() < wirelessShare;
    const knowsPlace = kind !== 'vague' && draw() < (atHome ? KNOWS_HOME_SHARE : KNOWS_STREET_SHARE);
    return {
      id: incident.key * CALL_SLOTS + caller * ATTEMPTS_MAX,
      incident,
      caller,
      person,
      placedMs: -1,
      answeredMs: -1,
      knowsPlace,
      ali: drawAli(x, y, isWireless, draw),
    };
  }

  #place(call: Call, atMs: number): void {
    if (atMs < this.#options.endMs) this.#kernel.schedule(atMs, KIND.callArrival, call.id, 0, call);
  }

  #arrive(call: Call): void {
    const { nowMs } = this.#kernel;
    if (call.placedMs < 0) call.placedMs = nowMs;
    if (call.incident.firstCallMs < 0) call.incident.firstCallMs = nowMs;
    this.#waiting.set(call.id, call);
    this.#options.placed(call);
    this.#options.offer({ id: call.id });
  }

  #rebid(call: Call): void {
    const { x, y } = call.incident.place;
    call.ali = rebid(x, y, this.#draws('rebid', callKey(call)));
    this.#options.relocated(call);
  }
}

// --- internal ---

/** Names a call, its redials included, in the keys of its draws. */
function callKey({ incident, caller }: Call): string {
  return `${incident.drawKey}/${caller}`;
}

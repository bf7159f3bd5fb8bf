/**
 * 911 calls: who calls about an incident, when, what the call-taker learns of where, and when it becomes a CAD entry.
 * Every draw is keyed by the incident or the call, so that another call changes waits, never what is said.
 */
import type { City } from '../city/city.ts';
import type { Mix } from '../incidents/mix.ts';
import { ATTEMPTS_MAX, CALLERS_MAX, CALL_SLOTS, type Incident } from '../incidents/incident.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import { exponential, keyedDraw, lognormal, poisson, type Seeds } from '../kernel/random.ts';
import { aliOf, rebid, type Ali } from './ali.ts';
import type { CallCentre } from './call-centre.ts';

export interface Call {
  /** Kernel entity: incident key * CALL_SLOTS + caller * ATTEMPTS_MAX + attempt. */
  id: number;
  incident: Incident;
  /** 0 for the first to call. */
  caller: number;
  /** Person number within the agency, for the identity. */
  person: number;
  /** First attempt, ms; -1 before. */
  placedMs: number;
  answeredMs: number;
  /** The caller can say where it is; otherwise the ALI position has to do. */
  knowsPlace: boolean;
  ali: Ali;
}

export interface CallsOptions {
  kernel: Kernel;
  seeds: Seeds;
  agencyId: string;
  city: City;
  persons: number;
  endMs: number;
  wirelessShare: number;
  rebidMs: number;
  personOfHome: (household: number, u: number) => number;
  /** A 911 call is placed, redials included. */
  placed: (call: Call) => void;
  /** The call-taker has typed the entry. */
  entered: (call: Call) => void;
  /** A better position came in for a call whose place was taken from ALI. */
  relocated: (call: Call) => void;
}

/** A caller who stands at the scene knows the address in this share of calls; from home nearly always (assumed). */
const KNOWS_STREET_SHARE = 0.86;
const KNOWS_HOME_SHARE = 0.985;
const ENTRY_MS_MEAN = 45_000;
const FURTHER_CALL_MS_MEAN = 150_000;

export interface Calls {
  /** People call (or not) about an incident that begins, or is found, now. */
  report(incident: Incident, mix: Mix, always: boolean): void;
  answered(id: number): void;
  abandoned(id: number, redialAtMs: number | null): void;
}

export function createCalls(o: CallsOptions, centre: () => CallCentre): Calls {
  const { kernel, seeds } = o;
  const waiting = new Map<number, Call>();

  const place = (call: Call, atMs: number): void => {
    if (atMs < o.endMs) kernel.schedule(atMs, KIND.callArrival, call.id, 0, call);
  };

  kernel.on(KIND.callArrival, (_entity, payload) => {
    const call = payload as Call;
    if (call.placedMs < 0) call.placedMs = kernel.nowMs;
    if (call.incident.firstCallMs < 0) call.incident.firstCallMs = kernel.nowMs;
    waiting.set(call.id, call);
    o.placed(call);
    centre().offer({ id: call.id });
  });

  kernel.on(KIND.callTaken, (_entity, payload, ordinal) => {
    const call = payload as Call;
    if (ordinal === 0) {
      o.entered(call);
      return;
    }
    const { x, y } = call.incident.place;
    call.ali = rebid(x, y, keyedDraw(seeds, `${o.agencyId}/rebid`, call.incident.drawKey + '/' + call.caller));
    o.relocated(call);
  });

  return {
    report(incident, mix, always) {
      const draw = keyedDraw(seeds, `${o.agencyId}/callers`, incident.drawKey);
      if (draw() >= mix.reportedShare && !always) return;
      const count = Math.min(CALLERS_MAX, 1 + poisson(draw, mix.furtherCallersMean));
      // A cold incident is called in when it is found; the notice then starts from there.
      let at = kernel.nowMs + Math.max(1, Math.round(lognormal(draw, mix.noticeMsMean, 1)));
      for (let caller = 0; caller < count; caller += 1) {
        const own = keyedDraw(seeds, `${o.agencyId}/caller`, `${incident.drawKey}/${caller}`);
        const atHome = incident.place.household >= 0 && caller === 0;
        const person = atHome ? o.personOfHome(incident.place.household, own()) : Math.floor(own() * o.persons);
        const wireless = own() < o.wirelessShare;
        const knowsPlace = incident.place.kind !== 'vague' && own() < (atHome ? KNOWS_HOME_SHARE : KNOWS_STREET_SHARE);
        const { x, y } = incident.place;
        place(
          {
            id: incident.key * CALL_SLOTS + caller * ATTEMPTS_MAX,
            incident,
            caller,
            person,
            placedMs: -1,
            answeredMs: -1,
            knowsPlace,
            ali: aliOf(x, y, wireless, own),
          },
          at,
        );
        at += Math.max(1, Math.round(exponential(draw, FURTHER_CALL_MS_MEAN)));
      }
    },
    answered(id) {
      const call = waiting.get(id);
      if (call === undefined) throw new Error(`calls: answered call ${id} was not waiting`);
      waiting.delete(id);
      call.answeredMs = kernel.nowMs;
      const draw = keyedDraw(seeds, `${o.agencyId}/entry`, `${call.incident.drawKey}/${call.caller}`);
      const entryMs = kernel.nowMs + Math.max(1000, Math.round(lognormal(draw, ENTRY_MS_MEAN, 0.6)));
      kernel.schedule(entryMs, KIND.callTaken, id, 0, call);
      const fromAli = !call.knowsPlace && call.ali.classOfService === 'WPH1';
      // The rebid's position matters only where it is the place on record, and after that record exists.
      if (fromAli)
        kernel.schedule(Math.max(kernel.nowMs + Math.round(o.rebidMs), entryMs + 1), KIND.callTaken, id, 1, call);
    },
    abandoned(id, redialAtMs) {
      const call = waiting.get(id);
      waiting.delete(id);
      // A caller tries at most ATTEMPTS_MAX times; each attempt is a call of its own.
      if (call === undefined || redialAtMs === null || (id + 1) % ATTEMPTS_MAX === 0) return;
      call.id = id + 1;
      place(call, redialAtMs);
    },
  };
}

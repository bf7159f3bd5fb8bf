/**
 * Exogenous incidents of one agency. They are a Poisson process whose rate follows local hour, weekday and type, made by thinning. Each
 * burglary may trigger further ones nearby (near-repeat kernel: 0.1/day decay, 50 m, cut off at 500 m and 120 days; PredictCode defaults
 * after Mohler et al. 2011, weak). Nothing here depends on alerts, so alerts can't shift it.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS, weekday } from '../../contract/time.ts';
import { zoneOffsetMin } from '../../contract/zones.ts';
import type { City } from '../city/city.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { KIND } from '../kernel/kinds.ts';
import {
  cumulative,
  exponential,
  keyedDraw,
  lognormal,
  pick,
  poisson,
  type Draw,
  type Seeds,
} from '../kernel/random.ts';
import type { Incident, IncidentPlace } from './incident.ts';
import { MIX, NIGHT_FACTOR, NIGHT_TYPES, typeIndex, typeMix, type Mix } from './mix.ts';
import { drawPlace, homeOn } from './places.ts';

/** The rates and shares of an agency's incidents. */
export interface ArrivalOptions {
  kernel: Kernel;
  seeds: Seeds;
  agencyId: string;
  zone: string;
  city: City;
  /** No incident begins at or after this. */
  endMs: number;
  /** People in the jurisdiction. */
  persons: number;
  /** Community-initiated calls for service per person and year, intensity included. */
  callsPerPersonYear: number;
  /** Relative number of calls by local hour 0 to 23, before the factor of night-time types. */
  shareByHour: readonly number[];
  /** Relative number of calls by weekday, from Monday. */
  shareByWeekday: readonly number[];
  /** Relative number of calls by event type. */
  typeMix: Readonly<Record<string, number>>;
  /** Share of hoaxes among reports of types that bring an alert or a large response. */
  hoaxShare: number;
  /** Share of incidents found later, among types that may be. */
  coldShare: number;
  /** Mean number of burglaries that a burglary triggers. */
  nearRepeatMean: number;
  /** An incident begins now, or is discovered now if it is found cold. */
  onset: (incident: Incident, mix: Mix) => void;
}

const YEAR_MS = 365 * DAY_MS;
/** Types whose reports can be hoaxes: those that bring an alert or a large response. */
const HOAX_TYPES = new Set([
  'shots-fired',
  'shooting',
  'stabbing',
  'hostage',
  'robbery',
  'bomb-threat',
  'burglary',
  'arson',
]);
/** Types that may be found hours later. */
const COLD_TYPES = new Set(['burglary', 'vehicle-break-in', 'vehicle-theft', 'vandalism', 'theft']);
const COLD_LAG_MS_MEAN = 7 * HOUR_MS;
const NEAR_REPEAT_MS_MEAN = 10 * DAY_MS;
const NEAR_REPEAT_MS_MAX = 120 * DAY_MS;
const NEAR_REPEAT_DM_MEAN = 500;
const NEAR_REPEAT_DM_MAX = 5000;

/** Starts the process: from now on incidents arrive as kernel events of KIND.incidentArrival. Call it once. */
export function startArrivals(options: ArrivalOptions): void {
  new Arrivals(options).start();
}

// --- internal ---

class Arrivals {
  readonly #options: ArrivalOptions;
  readonly #rates: Rates;
  /** Gaps between candidates, and the thinning of them, in order of time. */
  readonly #gaps: Draw;
  /** Incidents so far. */
  #count = 0;

  constructor(options: ArrivalOptions) {
    this.#options = options;
    this.#rates = ratesOf(options);
    this.#gaps = keyedDraw(options.seeds, `${options.agencyId}/arrivals`, 0);
  }

  start(): void {
    const { kernel } = this.#options;
    kernel.on(KIND.incidentArrival, (entity, payload) => {
      if (entity === 0) this.#candidate();
      else this.#repeat(payload as number);
    });
    this.#scheduleNext();
  }

  #scheduleNext(): void {
    const { kernel, endMs } = this.#options;
    const { ratePerMs, peak } = this.#rates;
    if (ratePerMs <= 0) return;
    const atMs = kernel.nowMs + Math.max(1, Math.round(exponential(this.#gaps, 1 / (ratePerMs * peak))));
    if (atMs < endMs) kernel.schedule(atMs, KIND.incidentArrival, 0, 0);
  }

  /** A candidate at the peak rate: an hour and a weekday keep their share of them. */
  #candidate(): void {
    this.#scheduleNext();
    const { kernel, zone, city, onset } = this.#options;
    const { peak, byHour, byWeekday, typesByHour } = this.#rates;
    const localMs = kernel.nowMs + zoneOffsetMin(zone, kernel.nowMs) * MINUTE_MS;
    const hour = Math.floor(localMs / HOUR_MS) % 24;
    if (this.#gaps() * peak >= byHour[hour] * byWeekday[weekday(localMs)]) return;
    const key = this.#nextKey();
    const draw = this.#draws(key);
    const mix = MIX[pick(typesByHour[hour], draw())];
    const place = drawPlace(city, mix.places, draw);
    const incident = this.#draft(mix, key, place, draw, 'exogenous');
    if (mix.typeId === 'burglary' && incident.really === incident.reported) this.#scheduleRepeats(incident, draw);
    onset(incident, mix);
  }

  /** A burglary on a block, triggered by an earlier one. */
  #repeat(block: number): void {
    const { city, onset } = this.#options;
    const key = this.#nextKey();
    const draw = this.#draws(key);
    const mix = typeMix('burglary');
    const place = homeOn(city, block, draw);
    onset(this.#draft(mix, key, place, draw, 'near-repeat'), mix);
  }

  #nextKey(): number {
    const key = this.#count;
    this.#count += 1;
    return key;
  }

  #draws(key: number): Draw {
    return keyedDraw(this.#options.seeds, `${this.#options.agencyId}/incident`, key);
  }

  #draft(mix: Mix, key: number, place: IncidentPlace, draw: Draw, origin: Incident['origin']): Incident {
    const { kernel, hoaxShare, coldShare } = this.#options;
    const isHoax = HOAX_TYPES.has(mix.typeId) && draw() < hoaxShare;
    const u = draw();
    const isNothing = isHoax || u < mix.nothingShare;
    const really = isNothing ? -1 : drawReally(mix, u);
    const isCold = COLD_TYPES.has(mix.typeId) && draw() < coldShare;
    const lagMs = Math.round(lognormal(draw, COLD_LAG_MS_MEAN, 1));
    return {
      key,
      drawKey: String(key),
      origin,
      onsetMs: isCold && really >= 0 ? kernel.nowMs - lagMs : kernel.nowMs,
      reported: typeIndex(mix.typeId),
      really,
      mistaken: isNothing ? (isHoax ? 'hoax' : 'false alarm') : null,
      place,
      records: [],
      firstCallMs: -1,
    };
  }

  #scheduleRepeats(parent: Incident, draw: Draw): void {
    const { kernel, city, endMs, nearRepeatMean } = this.#options;
    const count = poisson(draw, nearRepeatMean);
    for (let i = 0; i < count; i += 1) {
      const lagMs = Math.round(exponential(draw, NEAR_REPEAT_MS_MEAN));
      const reachDm = exponential(draw, NEAR_REPEAT_DM_MEAN);
      const side = draw();
      if (lagMs > NEAR_REPEAT_MS_MAX || reachDm > NEAR_REPEAT_DM_MAX || kernel.nowMs + lagMs >= endMs) continue;
      // Along one of the four street directions: the plane's distances are street distances here.
      const dx = side < 0.25 ? reachDm : side < 0.5 ? -reachDm : 0;
      const dy = side >= 0.75 ? reachDm : side >= 0.5 ? -reachDm : 0;
      const block = city.blockNearest(Math.round(parent.place.x + dx), Math.round(parent.place.y + dy));
      kernel.schedule(kernel.nowMs + Math.max(1, lagMs), KIND.incidentArrival, 1 + parent.key, i, block);
    }
  }
}

interface Rates {
  /** Mean rate of incidents, those that nobody reports included. */
  ratePerMs: number;
  /** Greatest rate, relative to the mean. */
  peak: number;
  /** Rate relative to the mean, by local hour and by weekday from Monday. */
  byHour: number[];
  byWeekday: number[];
  /** Running sums over MIX, by local hour: how often each type happens. */
  typesByHour: Float64Array[];
}

function ratesOf({ typeMix: shares, shareByHour, shareByWeekday, persons, callsPerPersonYear }: ArrivalOptions): Rates {
  const reported = MIX.reduce((sum, m) => sum + shares[m.typeId], 0);
  // Events that nobody reports happen on top of those of the mix.
  const day = MIX.map((m) => shares[m.typeId] / m.reportedShare / reported);
  const typesByHour = Array.from({ length: 24 }, (_, hour) =>
    cumulative(MIX.map((m, i) => day[i] * (NIGHT_TYPES.has(m.typeId) ? NIGHT_FACTOR[hour] : 1))),
  );
  const baseTotal = day.reduce((a, b) => a + b, 0);
  const hourRate = shareByHour.map((share, hour) => share * typesByHour[hour][MIX.length - 1]);
  const meanHour = hourRate.reduce((a, b) => a + b, 0) / 24;
  const meanDay = shareByWeekday.reduce((a, b) => a + b, 0) / 7;
  const byWeekday = shareByWeekday.map((share) => share / meanDay);
  return {
    ratePerMs: (persons * callsPerPersonYear * baseTotal) / YEAR_MS,
    peak: (Math.max(...hourRate) / meanHour) * Math.max(...byWeekday),
    byHour: hourRate.map((rate) => rate / meanHour),
    byWeekday,
    typesByHour,
  };
}

/** Index into EVENT_TYPES of what an event really was, if anything happened. `u`: uniform in [nothingShare, 1). */
function drawReally(mix: Mix, u: number): number {
  let really = typeIndex(mix.typeId);
  let left = (u - mix.nothingShare) / (1 - mix.nothingShare);
  for (const [id, share] of mix.really) {
    if (left >= 0 && left < share) really = typeIndex(id);
    left -= share;
  }
  return really;
}

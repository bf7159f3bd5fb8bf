/**
 * Exogenous incidents of one agency: a Poisson process whose rate follows local hour, weekday and type, by thinning;
 * each burglary may trigger further ones nearby (near-repeat kernel: 0.1/day decay, 50 m, cut off at 500 m and 120 days;
 * PredictCode defaults after Mohler et al. 2011, weak). Nothing here depends on alerts, so alerts can't shift it.
 */
import { EVENT_TYPES } from '../../contract/catalogue.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, weekday } from '../../contract/time.ts';
import { zoneOffsetMin } from '../../contract/zones.ts';
import type { City } from '../city/city.ts';
import { householdPlace } from '../city/city.ts';
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
import { MIX, NIGHT_FACTOR, NIGHT_TYPES, type Mix, type PlaceShares } from './mix.ts';

export interface ArrivalOptions {
  kernel: Kernel;
  seeds: Seeds;
  agencyId: string;
  zone: string;
  city: City;
  endMs: number;
  persons: number;
  /** Community-initiated calls for service per person and year, intensity included. */
  callsPerPersonYear: number;
  /** Relative calls by local hour 0 to 23, before the night-time types' own factor, by weekday from Monday, and by event type. */
  shareByHour: readonly number[];
  shareByWeekday: readonly number[];
  typeMix: Readonly<Record<string, number>>;
  hoaxShare: number;
  coldShare: number;
  nearRepeatMean: number;
  /** Called at the moment of onset (of discovery, for an incident found cold). */
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

const TYPE_INDEX = new Map(EVENT_TYPES.map((t, i) => [t.id, i]));
const MIX_BY_TYPE = new Map(MIX.map((m) => [m.typeId, m]));

export function typeIndex(id: string): number {
  const index = TYPE_INDEX.get(id);
  if (index === undefined) throw new RangeError(`no event type ${id}`);
  return index;
}

export function mixOf(typeId: string): Mix {
  const found = MIX_BY_TYPE.get(typeId);
  if (found === undefined) throw new RangeError(`no mix for event type ${typeId}`);
  return found;
}

/** Starts the process: from now on incidents arrive as kernel events of KIND.incidentArrival. */
export function startArrivals(o: ArrivalOptions): void {
  const { kernel, seeds, city } = o;
  const reported = MIX.reduce((sum, m) => sum + o.typeMix[m.typeId], 0);
  // Events nobody reports happen on top of those of the mix.
  const day = MIX.map((m) => o.typeMix[m.typeId] / m.reportedShare / reported);
  const hourly = Array.from({ length: 24 }, (_, hour) =>
    cumulative(MIX.map((m, i) => day[i] * (NIGHT_TYPES.has(m.typeId) ? NIGHT_FACTOR[hour] : 1))),
  );
  const baseTotal = day.reduce((a, b) => a + b, 0);
  const hourRate = o.shareByHour.map((share, hour) => share * hourly[hour][MIX.length - 1]);
  const meanHour = hourRate.reduce((a, b) => a + b, 0) / 24;
  const meanDay = o.shareByWeekday.reduce((a, b) => a + b, 0) / 7;
  const dayRate = o.shareByWeekday.map((share) => share / meanDay);
  const peak = (Math.max(...hourRate) / meanHour) * Math.max(...dayRate);
  const ratePerMs = (o.persons * o.callsPerPersonYear * baseTotal) / YEAR_MS;
  const gaps = keyedDraw(seeds, `${o.agencyId}/arrivals`, 0);
  let next = 0;

  const scheduleNext = (): void => {
    if (ratePerMs <= 0) return;
    const at = kernel.nowMs + Math.max(1, Math.round(exponential(gaps, 1 / (ratePerMs * peak))));
    if (at < o.endMs) kernel.schedule(at, KIND.incidentArrival, 0, 0);
  };

  const draft = (mix: Mix, key: number, place: IncidentPlace, draw: Draw, origin: Incident['origin']): Incident => {
    const hoax = HOAX_TYPES.has(mix.typeId) && draw() < o.hoaxShare;
    const u = draw();
    let really = typeIndex(mix.typeId);
    let mistaken: string | null = null;
    if (hoax || u < mix.nothingShare) {
      really = -1;
      mistaken = hoax ? 'hoax' : 'false alarm';
    } else {
      let left = (u - mix.nothingShare) / (1 - mix.nothingShare);
      for (const [id, share] of mix.really) {
        if (left >= 0 && left < share) really = typeIndex(id);
        left -= share;
      }
    }
    const cold = COLD_TYPES.has(mix.typeId) && draw() < o.coldShare;
    const lag = Math.round(lognormal(draw, COLD_LAG_MS_MEAN, 1));
    return {
      key,
      drawKey: String(key),
      origin,
      onsetMs: cold && really >= 0 ? kernel.nowMs - lag : kernel.nowMs,
      reported: typeIndex(mix.typeId),
      really,
      mistaken,
      place,
      records: [],
      firstCallMs: -1,
    };
  };

  const repeats = (parent: Incident, draw: Draw): void => {
    const count = poisson(draw, o.nearRepeatMean);
    for (let i = 0; i < count; i += 1) {
      const lag = Math.round(exponential(draw, NEAR_REPEAT_MS_MEAN));
      const reach = exponential(draw, NEAR_REPEAT_DM_MEAN);
      const side = draw();
      if (lag > NEAR_REPEAT_MS_MAX || reach > NEAR_REPEAT_DM_MAX || kernel.nowMs + lag >= o.endMs) continue;
      // Along one of the four street directions: the plane's distances are street distances here.
      const dx = side < 0.25 ? reach : side < 0.5 ? -reach : 0;
      const dy = side >= 0.75 ? reach : side >= 0.5 ? -reach : 0;
      const block = city.blockNearest(Math.round(parent.place.x + dx), Math.round(parent.place.y + dy));
      kernel.schedule(kernel.nowMs + Math.max(1, lag), KIND.incidentArrival, 1 + parent.key, i, block);
    }
  };

  kernel.on(KIND.incidentArrival, (entity, payload) => {
    if (entity === 0) {
      scheduleNext();
      const local = kernel.nowMs + zoneOffsetMin(o.zone, kernel.nowMs) * MINUTE_MS;
      const hour = Math.floor(local / HOUR_MS) % 24;
      if (gaps() * peak >= (hourRate[hour] / meanHour) * dayRate[weekday(local)]) return;
      const key = next;
      next += 1;
      const draw = keyedDraw(seeds, `${o.agencyId}/incident`, key);
      const mix = MIX[pick(hourly[hour], draw())];
      const incident = draft(mix, key, drawPlace(city, mix.places, draw), draw, 'exogenous');
      if (mix.typeId === 'burglary' && incident.really === incident.reported) repeats(incident, draw);
      o.onset(incident, mix);
      return;
    }
    const key = next;
    next += 1;
    const draw = keyedDraw(seeds, `${o.agencyId}/incident`, key);
    const mix = mixOf('burglary');
    o.onset(draft(mix, key, homeOn(city, payload as number, draw), draw, 'near-repeat'), mix);
  });
  scheduleNext();
}

/** A place for an event, by the shares of its type. Blocks are weighted by households and hot spots. */
function drawPlace(city: City, shares: PlaceShares, draw: Draw): IncidentPlace {
  const u = draw();
  const { gazetteer } = city;
  const block = city.pickBlock(draw());
  let limit = shares.crossing;
  if (u < limit) {
    const ends = city.endCrossings(block);
    const index = ends[draw() < 0.5 ? 0 : 1];
    return {
      kind: 'crossing',
      block,
      household: -1,
      index,
      mile: 0,
      x: gazetteer.crossingX[index],
      y: gazetteer.crossingY[index],
    };
  }
  limit += shares.landmark;
  if (u < limit && gazetteer.landmarks.length > 0) {
    const index = Math.floor(draw() * gazetteer.landmarks.length);
    const at = gazetteer.landmarks[index].block;
    return { kind: 'landmark', block: at, household: -1, index, mile: 0, ...middle(city, at) };
  }
  limit += shares.mile;
  if (u < limit && gazetteer.highways.length > 0) {
    const index = Math.floor(draw() * gazetteer.highways.length);
    return onHighway(city, index, draw());
  }
  limit += shares.vague;
  if (u < limit) return { kind: 'vague', block, household: -1, index: -1, mile: 0, ...middle(city, block) };
  return homeOn(city, block, draw);
}

/** A home on a block, uniformly; the block's middle where nobody lives there. */
export function homeOn(city: City, block: number, draw: Draw): IncidentPlace {
  const first = city.firstHousehold[block];
  const count = city.firstHousehold[block + 1] - first;
  if (count === 0)
    return {
      kind: 'crossing',
      block,
      household: -1,
      index: city.endCrossings(block)[0],
      mile: 0,
      ...middle(city, block),
    };
  const household = first + Math.floor(draw() * count);
  const place = householdPlace(city, household);
  return { kind: 'home', block, household, index: -1, mile: 0, x: place.x, y: place.y };
}

/** The middle of a block's box. */
export function middle(city: City, block: number): { x: number; y: number } {
  const b = city.gazetteer.blockBox;
  const i = 4 * block;
  return { x: Math.floor((b[i] + b[i + 2]) / 2), y: Math.floor((b[i + 1] + b[i + 3]) / 2) };
}

// --- internal ---

function onHighway(city: City, index: number, u: number): IncidentPlace {
  const highway = city.gazetteer.highways[index];
  const stretches = highway.stretches
    .map((box, i) => ({ box, i }))
    .filter(({ box }) => box.x1 > box.x0 || box.y1 > box.y0);
  const chosen = stretches[Math.min(stretches.length - 1, Math.floor(u * stretches.length))];
  const fraction = u * stretches.length - Math.floor(u * stretches.length);
  const x = Math.floor(chosen.box.x0 + fraction * (chosen.box.x1 - chosen.box.x0));
  const y = Math.floor((chosen.box.y0 + chosen.box.y1) / 2);
  // Milepost within the stretch; a cut-off stretch still counts its whole five miles.
  const mile = Math.min(highway.milesMax, Math.round((chosen.i * 5 + fraction * 4.9) * 10) / 10);
  return { kind: 'mile', block: city.blockNearest(x, y), household: -1, index, mile, x, y };
}

/** What one job takes: drawn from its own streams, by job id. */
import { MINUTE_MS } from '../../contract/time.ts';
import { keyedDraw, lognormal, poisson, type Seeds } from '../kernel/random.ts';
import { serviceOf } from './parameters.ts';

/** Most units that one job asks for. Assumed. */
const UNITS_MAX = 6;

/** Time at the scene (lognormal, integer ms) and units wanted (1 + Poisson, at most 6) of a job of a type (an id of EVENT_TYPES). */
export function drawService(
  seeds: Seeds,
  agency: string,
  eventTypeId: string,
  jobId: number,
): { serviceMs: number; unitsWanted: number } {
  const { meanMin, cv, unitsMean } = serviceOf(eventTypeId);
  return {
    serviceMs: Math.round(lognormal(keyedDraw(seeds, `police/${agency}/service`, jobId), meanMin * MINUTE_MS, cv)),
    unitsWanted: Math.min(UNITS_MAX, 1 + poisson(keyedDraw(seeds, `police/${agency}/units`, jobId), unitsMean - 1)),
  };
}

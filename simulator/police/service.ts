/** What one job takes: drawn from its own streams, by job id. */
import { MINUTE_MS } from '../../contract/time.ts';
import { keyedDraw, lognormal, poisson, type Seeds } from '../kernel/random.ts';
import { isDangerous, priorityOf, serviceOf } from './parameters.ts';

/** Most units that one job asks for. Assumed. */
const UNITS_MAX = 6;

/** What an agency's rules make of a job. */
export interface WorkRules {
  /** Dangerous types get two units from the start, and the published mean where that is more. */
  backup: boolean;
  /** Share of priority 4 calls that a telephone report can settle. */
  phoneShare: number;
}

export interface Work {
  /** Lognormal, integer ms. */
  serviceMs: number;
  /** 1 + Poisson, or 2 + Poisson; at most 6. */
  unitsWanted: number;
  unitsMin: number;
  byPhone: boolean;
}

/** What a job of a type (an id of EVENT_TYPES) takes. */
export function drawService(
  seeds: Seeds,
  agency: string,
  eventTypeId: string,
  jobId: number,
  rules: WorkRules = { backup: false, phoneShare: 0 },
): Work {
  const { meanMin, cv, unitsMean } = serviceOf(eventTypeId);
  const unitsMin = rules.backup && isDangerous(eventTypeId) ? 2 : 1;
  const further = poisson(keyedDraw(seeds, `police/${agency}/units`, jobId), Math.max(0, unitsMean - unitsMin));
  const isMinor = rules.phoneShare > 0 && priorityOf(eventTypeId) === 4;
  return {
    serviceMs: Math.round(lognormal(keyedDraw(seeds, `police/${agency}/service`, jobId), meanMin * MINUTE_MS, cv)),
    unitsWanted: Math.min(UNITS_MAX, unitsMin + further),
    unitsMin,
    byPhone: isMinor && keyedDraw(seeds, `police/${agency}/phone`, jobId)() < rules.phoneShare,
  };
}

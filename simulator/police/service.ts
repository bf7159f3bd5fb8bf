/** The work of one job, drawn from streams of its own, by job id. */
import { MINUTE_MS } from '../../contract/time.ts';
import { keyedDraw, lognormal, poisson, type Seeds } from '../kernel/random.ts';
import { isDangerous, typePriority, typeService } from './parameters.ts';

/** The most units that one job asks for. Assumed. */
const UNITS_MAX = 6;

/** An agency's rules for the work of its jobs. */
export interface WorkRules {
  /** True if dangerous types get at least two units from the start; the published mean still holds if it is more. */
  backup: boolean;
  /** Share of priority 4 calls that a telephone report can settle. */
  phoneShare: number;
}

/** The work of one job. */
export interface Work {
  /** Time at the scene: lognormal, integer ms. */
  serviceMs: number;
  /** 1 + Poisson, or 2 + Poisson; at most 6. */
  unitsWanted: number;
  /** Units that the officers' safety demands: 1 or 2. */
  unitsMin: number;
  /** True if a telephone report can settle the job. */
  byPhone: boolean;
}

/** Draws the work of a job. `eventTypeId`: an id of EVENT_TYPES; throws if there is none such. */
export function drawService(
  seeds: Seeds,
  agency: string,
  eventTypeId: string,
  jobId: number,
  rules: WorkRules = { backup: false, phoneShare: 0 },
): Work {
  const { meanMin, cv, unitsMean } = typeService(eventTypeId);
  const unitsMin = rules.backup && isDangerous(eventTypeId) ? 2 : 1;
  const further = poisson(keyedDraw(seeds, `police/${agency}/units`, jobId), Math.max(0, unitsMean - unitsMin));
  const isMinor = rules.phoneShare > 0 && typePriority(eventTypeId) === 4;
  return {
    serviceMs: Math.round(lognormal(keyedDraw(seeds, `police/${agency}/service`, jobId), meanMin * MINUTE_MS, cv)),
    unitsWanted: Math.min(UNITS_MAX, unitsMin + further),
    unitsMin,
    byPhone: isMinor && keyedDraw(seeds, `police/${agency}/phone`, jobId)() < rules.phoneShare,
  };
}

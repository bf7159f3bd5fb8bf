/**
 * ALI: the location that comes with a call. A wireline call brings the subscriber's address. A wireless one brings a position with
 * uncertainty and confidence: first the cell sector's (phase I), after a rebid the handset's (phase II).
 *
 * The handset's error is 50 m at 67% and 150 m at 90% (FCC 07-114; solid, limits); the sector's error is assumed.
 */
import { exponential, normal, type Draw } from '../kernel/random.ts';

/** Residence, business, internet telephony, and wireless of phase I and II. */
export type ClassOfService = 'RESD' | 'BUSN' | 'VOIP' | 'WPH1' | 'WPH2';

/** The location of a call. */
export interface Ali {
  classOfService: ClassOfService;
  /** Position of the call, dm; exact for wireline. */
  x: number;
  y: number;
  /** Radius that holds the caller with the stated confidence, m; 0 for wireline. */
  uncertaintyM: number;
  confidencePercent: number;
}

/** Scale of the handset's error on each axis, dm, such that 67% lie within 50 m. */
const HANDSET_SIGMA_DM = 336;
/** One in ten handset fixes is far worse (assumed), so that 150 m hold about 90%. */
const HANDSET_OUTLIER_SHARE = 0.1;
const HANDSET_OUTLIER_SIGMA_DM = 1800;
/** Mean distance to the cell sector's published centroid, dm (assumed). */
const SECTOR_DM_MEAN = 7000;

/** Draws the ALI of a call from (x, y), dm. */
export function drawAli(x: number, y: number, isWireless: boolean, draw: Draw): Ali {
  const kind = draw();
  if (!isWireless) {
    return {
      classOfService: kind < 0.6 ? 'RESD' : kind < 0.8 ? 'BUSN' : 'VOIP',
      x,
      y,
      uncertaintyM: 0,
      confidencePercent: 100,
    };
  }
  const side = draw();
  const distance = exponential(draw, SECTOR_DM_MEAN);
  const dx = side < 0.5 ? distance : -distance;
  return {
    classOfService: 'WPH1',
    x: Math.round(x + dx * 0.7),
    y: Math.round(y + (draw() < 0.5 ? 1 : -1) * distance * 0.7),
    uncertaintyM: 1500,
    confidencePercent: 90,
  };
}

/** Draws the ALI of a call from (x, y), dm, after a rebid: a handset fix. */
export function rebid(x: number, y: number, draw: Draw): Ali {
  const sigma = draw() < HANDSET_OUTLIER_SHARE ? HANDSET_OUTLIER_SIGMA_DM : HANDSET_SIGMA_DM;
  return {
    classOfService: 'WPH2',
    x: Math.round(x + sigma * normal(draw)),
    y: Math.round(y + sigma * normal(draw)),
    uncertaintyM: sigma === HANDSET_SIGMA_DM ? 50 : 300,
    confidencePercent: 67,
  };
}

/** A ground-truth incident: what really happened, or that nothing did. Kept for the whole run. */
import type { Lineage } from '../reactions/lineage.ts';

export type Origin = 'exogenous' | 'near-repeat' | 'alert' | 'post';

/** Where it happened, and how a caller would name the place. */
export interface IncidentPlace {
  kind: 'home' | 'crossing' | 'landmark' | 'mile' | 'vague';
  /** Gazetteer block that holds it (for a mile: the nearest). */
  block: number;
  /** Household index, or -1. */
  household: number;
  /** Gazetteer crossing, landmark or highway index by `kind`, else -1. */
  index: number;
  /** Mile with one decimal, for `mile`. */
  mile: number;
  x: number;
  y: number;
}

export interface Incident {
  /** Unique in its agency: exogenous ones from 0, induced ones from INDUCED_FROM. */
  key: number;
  /** Keys its random draws: the same event draws the same whatever else happens. */
  drawKey: string;
  origin: Origin;
  /** Only where an alert or a post led to it. */
  lineage?: Lineage;
  onsetMs: number;
  /** Index into EVENT_TYPES of what callers report. */
  reported: number;
  /** Index into EVENT_TYPES of what it really was; -1 where nothing had happened. */
  really: number;
  /** What was mistaken for it where nothing had happened, in words; null otherwise. */
  mistaken: string | null;
  place: IncidentPlace;
  /** Records of this incident, in order of creation. */
  records: number[];
  /** First call placed, ms; -1 before. */
  firstCallMs: number;
}

/** Keys at and above this are of incidents caused by alerts or posts. */
export const INDUCED_FROM = 1 << 28;
/** At most this many callers an incident, and attempts a caller. */
export const CALLERS_MAX = 4;
export const ATTEMPTS_MAX = 2;
/** Call ids an incident can use. */
export const CALL_SLOTS = CALLERS_MAX * ATTEMPTS_MAX;
/** Kernel entities (calls, records) of officer-initiated work start here: above every call of every incident. */
export const ON_VIEW_FROM = 3_221_225_472;
/** Keys that are left for induced incidents. */
export const INDUCED_KEYS = ON_VIEW_FROM / CALL_SLOTS - INDUCED_FROM;

/** Ground-truth incidents: what really happened, or that nothing did. The world keeps them for the whole run. */
import type { Lineage } from '../reactions/lineage.ts';

/** The cause of an incident: none in the simulation, an earlier burglary, an alert or a post. */
export type Origin = 'exogenous' | 'near-repeat' | 'alert' | 'post';

/** The place of an incident, and the way in which a caller would name it. */
export interface IncidentPlace {
  kind: 'home' | 'crossing' | 'landmark' | 'mile' | 'vague';
  /** Gazetteer block that holds it; for a mile, the nearest. */
  block: number;
  /** Household number; -1 if it happened at none. */
  household: number;
  /** Gazetteer crossing, landmark or highway index by `kind`, else -1. */
  index: number;
  /** Mile marker with one decimal, for `mile`; else 0. */
  mile: number;
  /** Position, dm. */
  x: number;
  y: number;
}

/** One incident. */
export interface Incident {
  /** Unique in its agency: exogenous incidents count from 0, induced ones from INDUCED_FROM. */
  key: number;
  /** Keys its random draws: the same event draws the same whatever else happens. */
  drawKey: string;
  origin: Origin;
  /** Left out if no alert or post led to it. */
  lineage?: Lineage;
  /** When it began, ms; before its discovery if it is found cold. */
  onsetMs: number;
  /** Index into EVENT_TYPES of the type that callers report. */
  reported: number;
  /** Index into EVENT_TYPES of its real type; -1 if nothing had happened. */
  really: number;
  /** If nothing had happened: what was mistaken for it, in words. Null otherwise. */
  mistaken: string | null;
  place: IncidentPlace;
  /** Ordinals of its records, in order of creation. */
  records: number[];
  /** When the first call was placed, ms; -1 before. */
  firstCallMs: number;
}

/** Incidents that alerts or posts caused have keys from here on. */
export const INDUCED_FROM = 1 << 28;
/** The most callers of an incident. */
export const CALLERS_MAX = 4;
/** The most attempts of a caller. */
export const ATTEMPTS_MAX = 2;
/** Call ids that an incident can use. */
export const CALL_SLOTS = CALLERS_MAX * ATTEMPTS_MAX;
/** Kernel entities (calls, records) of officer-initiated work count from here: above every call of every incident. */
export const ON_VIEW_FROM = 3_221_225_472;
/** Keys that are left for induced incidents. */
export const INDUCED_KEYS = ON_VIEW_FROM / CALL_SLOTS - INDUCED_FROM;

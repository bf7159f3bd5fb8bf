/** Whom and what a note can name; all synthetic, as the world made them up. */
import type { Identity as Person } from '../people/identity.ts';

/** A person as the world knows it; plates are told apart from their owners. */
export type Identity = Omit<Person, 'plate'>;

export interface Cast {
  caller: Identity;
  /** The suspect, neighbour or victim. */
  other: Identity;
  /** Where it happened or the caller is, as typed: `2854 W MAPLE ST`, or a crossing `N 5TH AVE / W MAPLE ST`. */
  address: string;
  /** `APT 4B`; null without one. */
  unit: string | null;
  plate: string;
  /** A plain word or two: `INSULIN`. */
  medical: string;
  /** Matches /^ZQ[A-Z]{8,}$/; typed as a surname in each first note, so that a leak can be told from chance. */
  canary: string;
}

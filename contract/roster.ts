/** The residents who use the app, as columns: index i is one resident in all of them. */

/** Greatest number of app users that an agency can have. A resident's id is agency index * RESIDENTS_PER_AGENCY_MAX + index within the agency. */
export const RESIDENTS_PER_AGENCY_MAX = 1 << 20;

/** Residents with their homes and wishes. */
export interface Roster {
  /** Resident ids, ascending. */
  ids: Uint32Array;
  /** Position of the home, dm (contract/plane.ts). */
  x: Int32Array;
  y: Int32Array;
  /** Alert radius around the home, dm. */
  radiusDm: Int32Array;
  /** Bit i is set if the resident wants alerts of CATEGORIES[i]. */
  categories: Uint16Array;
  /** The bits ROSTER_MUTED and ROSTER_QUIT. */
  flags: Uint8Array;
}

/** A roster without residents. */
export const EMPTY_ROSTER: Readonly<Roster> = {
  ids: new Uint32Array(0),
  x: new Int32Array(0),
  y: new Int32Array(0),
  radiusDm: new Int32Array(0),
  categories: new Uint16Array(0),
  flags: new Uint8Array(0),
};

/** The resident wants no alerts for now. */
export const ROSTER_MUTED = 1;
/** The resident has left the app for good. */
export const ROSTER_QUIT = 2;

/** A change of one resident's settings, in the units of Roster. Fields that are left out stay as they are. */
export interface PreferenceChange {
  resident: number;
  radiusDm?: number;
  categories?: number;
  muted?: boolean;
  quit?: boolean;
}

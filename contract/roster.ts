/** The app's subscribers, as columns. Index i is one resident throughout. */

/** Largest number of app users an agency can have: resident id = agency index * RESIDENTS_PER_AGENCY_MAX + index within the agency. */
export const RESIDENTS_PER_AGENCY_MAX = 1 << 20;

export interface Roster {
  /** Resident ids, ascending. */
  ids: Uint32Array;
  /** Home position, dm. */
  x: Int32Array;
  y: Int32Array;
  /** Alert radius around the home, dm. */
  radiusDm: Int32Array;
  /** Bit i set: wants category CATEGORIES[i]. */
  categories: Uint16Array;
  /** ROSTER_MUTED | ROSTER_QUIT. */
  flags: Uint8Array;
}

/** Nobody. */
export const EMPTY_ROSTER: Readonly<Roster> = {
  ids: new Uint32Array(0),
  x: new Int32Array(0),
  y: new Int32Array(0),
  radiusDm: new Int32Array(0),
  categories: new Uint16Array(0),
  flags: new Uint8Array(0),
};

export const ROSTER_MUTED = 1;
export const ROSTER_QUIT = 2;

/** A change of one resident's settings; fields left out stay as they are. */
export interface PreferenceChange {
  resident: number;
  radiusDm?: number;
  categories?: number;
  muted?: boolean;
  quit?: boolean;
}

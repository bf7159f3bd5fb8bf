/** Who gets a message: residents by home, radius, wishes and mute. Residents are rows of the roster; answers are ids, ascending. */
import KDBush from 'kdbush';
import { CATEGORIES, type Category } from '../../contract/catalogue.ts';
import { distanceSquaredToBox, type Box } from '../../contract/plane.ts';
import { ROSTER_MUTED, ROSTER_QUIT, type PreferenceChange, type Roster } from '../../contract/roster.ts';

export interface Target {
  /** Residents who match a place now: not quit, not muted, want the category, and live within their own radius of the box. */
  matching(category: Category, box: Box | null): Uint32Array;
  /** Those of `ids` who have neither quit nor muted. */
  reachable(ids: Uint32Array): Uint32Array;
  /** Residents, not quit and not muted, who live within `distanceDm` of a resident's home, itself excepted; null where there is no such resident. */
  neighbours(resident: number, distanceDm: number): Uint32Array | null;
  /** False where there is no such resident. */
  change(change: PreferenceChange): boolean;
}

export function createTarget(roster: Roster): Target {
  // The caller's columns are shared with others: what changes is copied.
  const radiusDm = roster.radiusDm.slice();
  const categories = roster.categories.slice();
  const flags = roster.flags.slice();
  const { ids, x, y } = roster;
  let index = new HomeIndex(roster, radiusDm);

  const isOn = (i: number) => (flags[i] & (ROSTER_MUTED | ROSTER_QUIT)) === 0;

  return {
    matching(category, box) {
      if (box === null) return new Uint32Array(0);
      const bit = 1 << CATEGORIES.indexOf(category);
      const rows = index.withinOwnRadius(box).filter((i) => {
        if (!isOn(i) || (categories[i] & bit) === 0) return false;
        return distanceSquaredToBox(x[i], y[i], box) <= radiusDm[i] * radiusDm[i];
      });
      return idsOf(rows, ids);
    },

    reachable: (sent) => sent.filter((id) => isOn(rowOf(ids, id))),

    neighbours(resident, distanceDm) {
      const author = rowOf(ids, resident);
      if (author < 0) return null;
      const home = { x0: x[author], y0: y[author], x1: x[author], y1: y[author] };
      const rows = index
        .within(home, distanceDm)
        .filter((i) => i !== author && isOn(i) && distanceSquaredToBox(x[i], y[i], home) <= distanceDm * distanceDm);
      return idsOf(rows, ids);
    },

    change(change) {
      const i = rowOf(ids, change.resident);
      if (i < 0) return false;
      if (change.categories !== undefined) categories[i] = change.categories;
      if (change.muted !== undefined) flags[i] = withFlag(flags[i], ROSTER_MUTED, change.muted);
      if (change.quit !== undefined) flags[i] = withFlag(flags[i], ROSTER_QUIT, change.quit);
      if (change.radiusDm !== undefined) {
        radiusDm[i] = change.radiusDm;
        if (!index.radiusChanged(i, radiusDm[i])) index = new HomeIndex(roster, radiusDm);
      }
      return true;
    },
  };
}

/** Both sets, ascending, each id once. */
export function unionAscending(a: Uint32Array, b: Uint32Array): Uint32Array {
  const union = new Uint32Array(a.length + b.length);
  let length = 0;
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const next = j === b.length || (i < a.length && a[i] <= b[j]) ? a[i] : b[j];
    if (i < a.length && a[i] === next) i++;
    if (j < b.length && b[j] === next) j++;
    union[length++] = next;
  }
  return union.slice(0, length);
}

// --- internal ---

/** Residents whose radius outgrew their class are looked through one by one, until they are this many and the index is made anew. */
const OUTGROWN_MAX = 1024;

/**
 * A static index of homes, split by radius into classes of powers of two: a query reaches only as far as the residents of a class can,
 * so that a few with a large radius don't make every query large. kdbush calls Math.log and Math.exp when it chooses pivots: that
 * decides how its tree is laid out, never what a query finds, and what it finds is sorted here.
 */
class HomeIndex {
  private readonly trees: { reachDm: number; tree: KDBush; rows: Uint32Array }[] = [];
  private readonly classes: Uint8Array;
  private readonly outgrown = new Set<number>();

  constructor(roster: Roster, radiusDm: Int32Array) {
    this.classes = new Uint8Array(radiusDm.length);
    const sizes = new Uint32Array(33);
    for (let i = 0; i < radiusDm.length; i++) sizes[(this.classes[i] = classOf(radiusDm[i]))]++;
    for (let k = 0; k < sizes.length; k++) {
      if (sizes[k] === 0) continue;
      const rows = new Uint32Array(sizes[k]);
      const tree = new KDBush(sizes[k], 64, Int32Array);
      for (let i = 0, n = 0; i < radiusDm.length; i++) {
        if (this.classes[i] !== k) continue;
        rows[n++] = i;
        tree.add(roster.x[i], roster.y[i]);
      }
      tree.finish();
      this.trees.push({ reachDm: k === 31 ? 2_147_483_648 : 1 << k, tree, rows });
    }
  }

  /** Rows, ascending, among which are all whose own radius reaches the box. */
  withinOwnRadius(box: Box): Uint32Array {
    return this.query(box, null);
  }

  /** Rows, ascending, among which are all that live within `distanceDm` of the box. */
  within(box: Box, distanceDm: number): Uint32Array {
    return this.query(box, distanceDm);
  }

  /** False where the index should be made anew. */
  radiusChanged(row: number, radiusDm: number): boolean {
    if (classOf(radiusDm) > this.classes[row]) this.outgrown.add(row);
    return this.outgrown.size <= OUTGROWN_MAX;
  }

  private query(box: Box, distanceDm: number | null): Uint32Array {
    const found: number[] = [];
    for (const { reachDm, tree, rows } of this.trees) {
      const reach = distanceDm ?? reachDm;
      for (const n of tree.range(box.x0 - reach, box.y0 - reach, box.x1 + reach, box.y1 + reach)) {
        if (!this.outgrown.has(rows[n])) found.push(rows[n]);
      }
    }
    for (const row of this.outgrown) found.push(row);
    return Uint32Array.from(found).sort();
  }
}

/** The smallest k with |radius| <= 2^k. */
function classOf(radiusDm: number): number {
  return 32 - Math.clz32(Math.max(Math.abs(radiusDm) - 1, 0));
}

function withFlag(flags: number, flag: number, on: boolean): number {
  return on ? flags | flag : flags & ~flag;
}

function idsOf(rows: Uint32Array, ids: Uint32Array): Uint32Array {
  return rows.map((row) => ids[row]);
}

/** Row of a resident's id, or -1. */
function rowOf(ids: Uint32Array, id: number): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (ids[mid] < id) low = mid + 1;
    else high = mid;
  }
  return ids[low] === id ? low : -1;
}

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
  // The caller's columns are shared with others, and in any order: here are copies, neighbours side by side, so that a query reads little memory.
  const order = spatialOrder(roster);
  const ids = roster.ids.map((_, row) => roster.ids[order[row]]);
  const x = roster.x.map((_, row) => roster.x[order[row]]);
  const y = roster.y.map((_, row) => roster.y[order[row]]);
  const radiusDm = roster.radiusDm.map((_, row) => roster.radiusDm[order[row]]);
  const categories = roster.categories.map((_, row) => roster.categories[order[row]]);
  const flags = roster.flags.map((_, row) => roster.flags[order[row]]);
  const rowAt = new Uint32Array(order.length);
  order.forEach((at, row) => (rowAt[at] = row));
  let index = new HomeIndex(x, y, radiusDm);

  /** Row of a resident's id, or -1. */
  function rowOf(id: number): number {
    const at = positionOf(roster.ids, id);
    return at < 0 ? -1 : rowAt[at];
  }

  const isOn = (i: number) => (flags[i] & (ROSTER_MUTED | ROSTER_QUIT)) === 0;

  return {
    matching(category, box) {
      if (box === null) return new Uint32Array(0);
      const bit = 1 << CATEGORIES.indexOf(category);
      const wanted = (i: number) => isOn(i) && (categories[i] & bit) !== 0;
      return idsOf(
        index.within(box, null, (i) => wanted(i) && distanceSquaredToBox(x[i], y[i], box) <= radiusDm[i] * radiusDm[i]),
        ids,
      );
    },

    reachable: (sent) => sent.filter((id) => isOn(rowOf(id))),

    neighbours(resident, distanceDm) {
      const author = rowOf(resident);
      if (author < 0) return null;
      const home = { x0: x[author], y0: y[author], x1: x[author], y1: y[author] };
      const isNear = (i: number) => distanceSquaredToBox(x[i], y[i], home) <= distanceDm * distanceDm;
      return idsOf(
        index.within(home, distanceDm, (i) => i !== author && isOn(i) && isNear(i)),
        ids,
      );
    },

    change(change) {
      const i = rowOf(change.resident);
      if (i < 0) return false;
      if (change.categories !== undefined) categories[i] = change.categories;
      if (change.muted !== undefined) flags[i] = withFlag(flags[i], ROSTER_MUTED, change.muted);
      if (change.quit !== undefined) flags[i] = withFlag(flags[i], ROSTER_QUIT, change.quit);
      if (change.radiusDm !== undefined) {
        radiusDm[i] = change.radiusDm;
        if (!index.radiusChanged(i, radiusDm[i])) index = new HomeIndex(x, y, radiusDm);
      }
      return true;
    },
  };
}

/** Both sets, ascending, each id once. */
export function unionAscending(a: Uint32Array, b: Uint32Array): Uint32Array {
  const union = new Uint32Array(a.length + b.length);
  let length = 0;
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
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
 * decides how its tree is laid out, never what a query finds, and what it finds is sorted by id.
 */
class HomeIndex {
  readonly #trees: { reachDm: number; tree: KDBush; rows: Uint32Array }[] = [];
  readonly #classes: Uint8Array;
  readonly #outgrown = new Set<number>();

  constructor(x: Int32Array, y: Int32Array, radiusDm: Int32Array) {
    this.#classes = new Uint8Array(radiusDm.length);
    const sizes = new Uint32Array(33);
    for (let i = 0; i < radiusDm.length; i++) sizes[(this.#classes[i] = classOf(radiusDm[i]))]++;
    for (let k = 0; k < sizes.length; k++) {
      if (sizes[k] === 0) continue;
      const rows = new Uint32Array(sizes[k]);
      const tree = new KDBush(sizes[k], 64, Int32Array);
      for (let i = 0, n = 0; i < radiusDm.length; i++) {
        if (this.#classes[i] !== k) continue;
        rows[n++] = i;
        tree.add(x[i], y[i]);
      }
      tree.finish();
      this.#trees.push({ reachDm: k === 31 ? 2_147_483_648 : 1 << k, tree, rows });
    }
  }

  /** Rows that `accepts`, of all that live within `distanceDm` of the box (null: each within its own radius) and some more; in no order. */
  within(box: Box, distanceDm: number | null, accepts: (row: number) => boolean): number[] {
    const found: number[] = [];
    for (const { reachDm, tree, rows } of this.#trees) {
      const reach = distanceDm ?? reachDm;
      for (const n of tree.range(box.x0 - reach, box.y0 - reach, box.x1 + reach, box.y1 + reach)) {
        const row = rows[n];
        if (accepts(row) && !this.#outgrown.has(row)) found.push(row);
      }
    }
    for (const row of this.#outgrown) if (accepts(row)) found.push(row);
    return found;
  }

  /** False where the index should be made anew. */
  radiusChanged(row: number, radiusDm: number): boolean {
    if (classOf(radiusDm) > this.#classes[row]) this.#outgrown.add(row);
    return this.#outgrown.size <= OUTGROWN_MAX;
  }
}

/** The smallest k with |radius| <= 2^k. */
function classOf(radiusDm: number): number {
  return 32 - Math.clz32(Math.max(Math.abs(radiusDm) - 1, 0));
}

function withFlag(flags: number, flag: number, on: boolean): number {
  return on ? flags | flag : flags & ~flag;
}

function idsOf(rows: number[], ids: Uint32Array): Uint32Array {
  const found = new Uint32Array(rows.length);
  for (let i = 0; i < rows.length; i++) found[i] = ids[rows[i]];
  return found.sort();
}

/** Width of the cells by which homes are laid side by side, dm. */
const CELL_DM = 4096;
const CELLS_PER_AXIS = 1 << 15;

/** The roster's positions, cell by cell; cells and positions are packed into one number, 2^30 x 2^23 at most, to be sorted fast. */
function spatialOrder(roster: Roster): Uint32Array {
  const size = roster.ids.length;
  const keys = new Float64Array(size);
  for (let at = 0; at < size; at++) {
    const cell =
      (Math.floor(roster.y[at] / CELL_DM) & (CELLS_PER_AXIS - 1)) * CELLS_PER_AXIS +
      (Math.floor(roster.x[at] / CELL_DM) & (CELLS_PER_AXIS - 1));
    keys[at] = cell * size + at;
  }
  return Uint32Array.from(keys.sort(), (key) => key % size);
}

/** Position of an id among ascending ones, or -1. */
function positionOf(ids: Uint32Array, id: number): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (ids[mid] < id) low = mid + 1;
    else high = mid;
  }
  return ids[low] === id ? low : -1;
}

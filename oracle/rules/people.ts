/** The oracle's own subscribers: their settings now and at any earlier moment, and who matches a place (docs/reference/rules.md, 'Who'). */
import { CATEGORIES, type Category } from '../../contract/catalogue.ts';
import type { Box } from '../../contract/plane.ts';
import { distanceSquaredToBox } from '../../contract/plane.ts';
import { type PreferenceChange, type Roster, ROSTER_MUTED, ROSTER_QUIT } from '../../contract/roster.ts';

/** One resident's settings, with the roster's bit masks. */
export interface Settings {
  radiusDm: number;
  categories: number;
  flags: number;
}

/** Rules that keep a resident from an alert, in the order in which they are tested. */
export type Mismatch = 'quit' | 'muted' | 'not-wanted' | 'too-far';

/** Side of a cell: 1 km. A query then reads about as many homes outside its radius as inside. */
const CELL_DM = 10_000;
const CELLS_MAX = 1 << 22;

/** The subscribers of a run. */
export class People {
  readonly #ids: Uint32Array;
  readonly #x: Int32Array;
  readonly #y: Int32Array;
  readonly #radiusDm: Int32Array;
  readonly #categories: Uint16Array;
  readonly #flags: Uint8Array;
  readonly #grid: Grid;
  /** Queries write their result here, so that none has to grow an array of its own. */
  readonly #buffer: Uint32Array;
  /** In order of time. `index`: the resident's place in the columns. */
  readonly #changes: { atMs: number; index: number; before: Settings }[] = [];
  /** Indices of `#changes` by the resident's place in the columns. */
  readonly #changesByIndex = new Map<number, number[]>();
  readonly #doubts: { resident: number; fromMs: number; toMs: number }[] = [];
  #radiusDmMax = 0;

  constructor(roster: Roster) {
    this.#ids = roster.ids;
    this.#x = roster.x;
    this.#y = roster.y;
    // The target may share these columns and change them: the oracle keeps copies.
    this.#radiusDm = Int32Array.from(roster.radiusDm);
    this.#categories = Uint16Array.from(roster.categories);
    this.#flags = Uint8Array.from(roster.flags);
    for (const radius of this.#radiusDm) this.#radiusDmMax = Math.max(this.#radiusDmMax, radius);
    this.#grid = new Grid(roster.x, roster.y);
    this.#buffer = new Uint32Array(roster.ids.length);
  }

  /** A resident's settings change. A change of an unknown resident is ignored. */
  change(change: PreferenceChange, atMs: number): void {
    const i = findSorted(this.#ids, change.resident);
    if (i < 0) return;
    const mine = this.#changesByIndex.get(i);
    if (mine === undefined) this.#changesByIndex.set(i, [this.#changes.length]);
    else mine.push(this.#changes.length);
    this.#changes.push({ atMs, index: i, before: this.#settingsNow(i) });
    if (change.radiusDm !== undefined) this.#radiusDm[i] = change.radiusDm;
    if (change.categories !== undefined) this.#categories[i] = change.categories;
    if (change.muted !== undefined) this.#setFlag(i, ROSTER_MUTED, change.muted);
    if (change.quit !== undefined) this.#setFlag(i, ROSTER_QUIT, change.quit);
    this.#radiusDmMax = Math.max(this.#radiusDmMax, this.#radiusDm[i]);
  }

  /** Ids of all residents who match a place and category now, ascending. A place without a box matches nobody. */
  matching(box: Box | null, category: Category): Uint32Array {
    if (box === null) return new Uint32Array(0);
    const bit = 1 << CATEGORIES.indexOf(category);
    const ids = this.#ids;
    const x = this.#x;
    const y = this.#y;
    const radiusDm = this.#radiusDm;
    const categories = this.#categories;
    const flags = this.#flags;
    const buffer = this.#buffer;
    const { members } = this.#grid;
    let n = 0;
    for (const [from, to] of this.#grid.runsNear(box, this.#radiusDmMax)) {
      for (let m = from; m < to; m++) {
        const i = members[m];
        if (flags[i] !== 0 || (categories[i] & bit) === 0) continue;
        // The distance of contract/plane.ts, in line: in a nation's run, most of the oracle's time is spent in this loop.
        const dx = x[i] < box.x0 ? box.x0 - x[i] : x[i] > box.x1 ? x[i] - box.x1 : 0;
        const dy = y[i] < box.y0 ? box.y0 - y[i] : y[i] > box.y1 ? y[i] - box.y1 : 0;
        if (dx * dx + dy * dy <= radiusDm[i] * radiusDm[i]) buffer[n++] = ids[i];
      }
    }
    return buffer.slice(0, n).sort();
  }

  /** Those of `ids` who neither quit nor are muted now. Every id must be on the roster. */
  listening(ids: Uint32Array): Uint32Array {
    let n = 0;
    for (let i = 0; i < ids.length; i++)
      if (this.#flags[findSorted(this.#ids, ids[i])] === 0) this.#buffer[n++] = ids[i];
    return this.#buffer.slice(0, n);
  }

  /** Every distinct setting that a resident had from `fromMs` to `toMs`, in order; empty for an unknown resident. */
  settingsBetween(resident: number, fromMs: number, toMs: number): Settings[] {
    const i = findSorted(this.#ids, resident);
    if (i < 0) return [];
    const changes = this.#changes;
    const mine = this.#changesByIndex.get(i) ?? [];
    const after = mine.find((c) => changes[c].atMs > toMs);
    const within = mine.filter((c) => changes[c].atMs >= fromMs && changes[c].atMs <= toMs);
    const last = after === undefined ? this.#settingsNow(i) : changes[after].before;
    return [...within.map((c) => changes[c].before), last];
  }

  /** Residents whose settings changed in [fromMs, toMs]. */
  changedBetween(fromMs: number, toMs: number): number[] {
    const residents = new Set<number>();
    const changes = this.#changes;
    for (let c = this.#firstChangeFrom(fromMs); c < changes.length && changes[c].atMs <= toMs; c++)
      residents.add(this.#ids[changes[c].index]);
    return [...residents];
  }

  /** Nobody knows, between these moments, whether the resident's last change has arrived. */
  doubt(resident: number, fromMs: number, toMs: number): void {
    this.#doubts.push({ resident, fromMs, toMs });
  }

  /** Residents whose settings are in doubt at some moment of [fromMs, toMs]. */
  doubtedBetween(fromMs: number, toMs: number): number[] {
    return this.#doubts.filter((d) => d.fromMs <= toMs && d.toMs >= fromMs).map((d) => d.resident);
  }

  /** The first rule by which settings keep a resident from a place; null if it matches. */
  mismatch(resident: number, settings: Settings, box: Box | null, category: Category): Mismatch | null {
    const i = findSorted(this.#ids, resident);
    if ((settings.flags & ROSTER_QUIT) !== 0) return 'quit';
    if ((settings.flags & ROSTER_MUTED) !== 0) return 'muted';
    if ((settings.categories & (1 << CATEGORIES.indexOf(category))) === 0) return 'not-wanted';
    if (box === null || distanceSquaredToBox(this.#x[i], this.#y[i], box) > settings.radiusDm * settings.radiusDm)
      return 'too-far';
    return null;
  }

  #settingsNow(i: number): Settings {
    return { radiusDm: this.#radiusDm[i], categories: this.#categories[i], flags: this.#flags[i] };
  }

  #setFlag(i: number, flag: number, isSet: boolean): void {
    this.#flags[i] = isSet ? this.#flags[i] | flag : this.#flags[i] & ~flag;
  }

  /** Index of the first change at or after a moment. */
  #firstChangeFrom(ms: number): number {
    let low = 0;
    let high = this.#changes.length;
    while (low < high) {
      const mid = (low + high) >>> 1;
      if (this.#changes[mid].atMs < ms) low = mid + 1;
      else high = mid;
    }
    return low;
  }
}

/** The union of two ascending sets, ascending. */
export function union(a: Uint32Array, b: Uint32Array): Uint32Array {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const out = new Uint32Array(a.length + b.length);
  let n = 0;
  for (let i = 0, j = 0; i < a.length || j < b.length; n++) {
    if (j >= b.length || (i < a.length && a[i] < b[j])) out[n] = a[i++];
    else {
      if (i < a.length && a[i] === b[j]) i++;
      out[n] = b[j++];
    }
  }
  return out.slice(0, n);
}

/** Position of a value in an ascending column, or -1. */
export function findSorted(sorted: Uint32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (sorted[mid] < value) low = mid + 1;
    else high = mid;
  }
  return low < sorted.length && sorted[low] === value ? low : -1;
}

// --- internal ---

/** Homes by square cells. */
class Grid {
  /** Indices of homes, cell by cell, row by row. */
  readonly members: Int32Array;
  /** For each cell, the index in `members` at which its homes begin; one more entry for the end. */
  readonly #starts: Int32Array;
  readonly #x0: number;
  readonly #y0: number;
  readonly #cellDm: number;
  readonly #columns: number;
  readonly #rows: number;

  constructor(x: Int32Array, y: Int32Array) {
    let [x0, y0, x1, y1] = [0, 0, 0, 0];
    for (let i = 0; i < x.length; i++) {
      x0 = i === 0 ? x[i] : Math.min(x0, x[i]);
      y0 = i === 0 ? y[i] : Math.min(y0, y[i]);
      x1 = i === 0 ? x[i] : Math.max(x1, x[i]);
      y1 = i === 0 ? y[i] : Math.max(y1, y[i]);
    }
    let cellDm = CELL_DM;
    const across = (): number => Math.floor((x1 - x0) / cellDm) + 1;
    const down = (): number => Math.floor((y1 - y0) / cellDm) + 1;
    while (across() * down() > CELLS_MAX) cellDm *= 2;
    const columns = across();
    const rows = down();
    const starts = new Int32Array(columns * rows + 1);
    const cellOf = (i: number): number => Math.floor((y[i] - y0) / cellDm) * columns + Math.floor((x[i] - x0) / cellDm);
    for (let i = 0; i < x.length; i++) starts[cellOf(i) + 1]++;
    for (let c = 0; c < columns * rows; c++) starts[c + 1] += starts[c];
    const next = starts.slice();
    const members = new Int32Array(x.length);
    for (let i = 0; i < x.length; i++) members[next[cellOf(i)]++] = i;
    this.members = members;
    this.#starts = starts;
    this.#x0 = x0;
    this.#y0 = y0;
    this.#cellDm = cellDm;
    this.#columns = columns;
    this.#rows = rows;
  }

  /** Stretches [from, to) of `members` that hold every home within `marginDm` of the box, and some that lie further. */
  runsNear(box: Box, marginDm: number): [number, number][] {
    const cellDm = this.#cellDm;
    const fromColumn = Math.max(0, Math.floor((box.x0 - marginDm - this.#x0) / cellDm));
    const toColumn = Math.min(this.#columns - 1, Math.floor((box.x1 + marginDm - this.#x0) / cellDm));
    const fromRow = Math.max(0, Math.floor((box.y0 - marginDm - this.#y0) / cellDm));
    const toRow = Math.min(this.#rows - 1, Math.floor((box.y1 + marginDm - this.#y0) / cellDm));
    const runs: [number, number][] = [];
    for (let row = fromRow; row <= toRow && fromColumn <= toColumn; row++)
      runs.push([this.#starts[row * this.#columns + fromColumn], this.#starts[row * this.#columns + toColumn + 1]]);
    return runs;
  }
}

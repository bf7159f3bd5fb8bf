/** The oracle's own subscribers: settings as they change, a grid over the homes, and what each setting was at any moment. */
import { CATEGORIES, type Category } from '../contract/catalogue.ts';
import type { Box } from '../contract/plane.ts';
import { distanceSquaredToBox } from '../contract/plane.ts';
import { type PreferenceChange, type Roster, ROSTER_MUTED, ROSTER_QUIT } from '../contract/roster.ts';

export interface Settings {
  radiusDm: number;
  categories: number;
  flags: number;
}

export interface People {
  change(change: PreferenceChange, atMs: number): void;
  /** Ids of all that match a place and category now, ascending. */
  matching(box: Box | null, category: Category): Uint32Array;
  /** Those of `ids` that neither quit nor are muted now. */
  listening(ids: Uint32Array): Uint32Array;
  /** Every distinct setting that a resident had from `fromMs` to `toMs`, in order; empty for an unknown resident. */
  settingsBetween(resident: number, fromMs: number, toMs: number): Settings[];
  /** Residents whose settings changed in [fromMs, toMs]. */
  changedBetween(fromMs: number, toMs: number): number[];
  /** Between these moments it is not known whether a resident's last change has arrived. */
  doubt(resident: number, fromMs: number, toMs: number): void;
  /** Residents so doubted at some moment of [fromMs, toMs]. */
  doubtedBetween(fromMs: number, toMs: number): number[];
  /** The first rule by which settings keep a resident from a place; null where it matches. */
  mismatch(resident: number, settings: Settings, box: Box | null, category: Category): Mismatch | null;
}

export type Mismatch = 'quit' | 'muted' | 'not-wanted' | 'too-far';

/** 1 km: a query reads about as many homes outside its radius as inside. */
const CELL_DM = 10_000;
const CELLS_MAX = 1 << 22;

export function createPeople(roster: Roster): People {
  const { ids, x, y } = roster;
  // The target may share these columns and change them: the oracle keeps copies.
  const radiusDm = Int32Array.from(roster.radiusDm);
  const categories = Uint16Array.from(roster.categories);
  const flags = Uint8Array.from(roster.flags);
  const changes: { atMs: number; index: number; before: Settings }[] = [];
  const changesOf = new Map<number, number[]>();
  const doubts: { resident: number; fromMs: number; toMs: number }[] = [];
  let radiusDmMax = 0;
  for (const radius of radiusDm) radiusDmMax = Math.max(radiusDmMax, radius);
  const grid = createGrid(x, y);
  // Where queries write, lest each grow an array of its own.
  const buffer = new Uint32Array(ids.length);

  const settingsNow = (i: number): Settings => ({ radiusDm: radiusDm[i], categories: categories[i], flags: flags[i] });
  const firstChangeFrom = (ms: number): number => {
    let low = 0;
    let high = changes.length;
    while (low < high) {
      const mid = (low + high) >>> 1;
      if (changes[mid].atMs < ms) low = mid + 1;
      else high = mid;
    }
    return low;
  };

  return {
    change(change, atMs) {
      const i = indexOf(ids, change.resident);
      if (i < 0) return;
      const mine = changesOf.get(i);
      if (mine === undefined) changesOf.set(i, [changes.length]);
      else mine.push(changes.length);
      changes.push({ atMs, index: i, before: settingsNow(i) });
      if (change.radiusDm !== undefined) radiusDm[i] = change.radiusDm;
      if (change.categories !== undefined) categories[i] = change.categories;
      if (change.muted !== undefined) flags[i] = change.muted ? flags[i] | ROSTER_MUTED : flags[i] & ~ROSTER_MUTED;
      if (change.quit !== undefined) flags[i] = change.quit ? flags[i] | ROSTER_QUIT : flags[i] & ~ROSTER_QUIT;
      radiusDmMax = Math.max(radiusDmMax, radiusDm[i]);
    },
    matching(box, category) {
      if (box === null) return new Uint32Array(0);
      const bit = 1 << CATEGORIES.indexOf(category);
      let n = 0;
      for (const [from, to] of grid.runsNear(box, radiusDmMax)) {
        for (let m = from; m < to; m++) {
          const i = grid.members[m];
          if (flags[i] !== 0 || (categories[i] & bit) === 0) continue;
          // The distance of contract/plane.ts, in line: this loop is where a nation's time goes.
          const dx = x[i] < box.x0 ? box.x0 - x[i] : x[i] > box.x1 ? x[i] - box.x1 : 0;
          const dy = y[i] < box.y0 ? box.y0 - y[i] : y[i] > box.y1 ? y[i] - box.y1 : 0;
          if (dx * dx + dy * dy <= radiusDm[i] * radiusDm[i]) buffer[n++] = ids[i];
        }
      }
      return buffer.slice(0, n).sort();
    },
    listening(some) {
      let n = 0;
      for (let s = 0; s < some.length; s++) if (flags[indexOf(ids, some[s])] === 0) buffer[n++] = some[s];
      return buffer.slice(0, n);
    },
    settingsBetween(resident, fromMs, toMs) {
      const i = indexOf(ids, resident);
      if (i < 0) return [];
      const mine = changesOf.get(i) ?? [];
      const after = mine.find((c) => changes[c].atMs > toMs);
      const within = mine.filter((c) => changes[c].atMs >= fromMs && changes[c].atMs <= toMs);
      return [...within.map((c) => changes[c].before), after === undefined ? settingsNow(i) : changes[after].before];
    },
    changedBetween(fromMs, toMs) {
      const found = new Set<number>();
      for (let c = firstChangeFrom(fromMs); c < changes.length && changes[c].atMs <= toMs; c++)
        found.add(ids[changes[c].index]);
      return [...found];
    },
    doubt: (resident, fromMs, toMs) => void doubts.push({ resident, fromMs, toMs }),
    doubtedBetween: (fromMs, toMs) => doubts.filter((d) => d.fromMs <= toMs && d.toMs >= fromMs).map((d) => d.resident),
    mismatch(resident, settings, box, category) {
      const i = indexOf(ids, resident);
      if ((settings.flags & ROSTER_QUIT) !== 0) return 'quit';
      if ((settings.flags & ROSTER_MUTED) !== 0) return 'muted';
      if ((settings.categories & (1 << CATEGORIES.indexOf(category))) === 0) return 'not-wanted';
      if (box === null || distanceSquaredToBox(x[i], y[i], box) > settings.radiusDm * settings.radiusDm)
        return 'too-far';
      return null;
    },
  };
}

/** Both ascending sets as one. */
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
export function indexOf(sorted: Uint32Array, value: number): number {
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

interface Grid {
  /** Indices of homes, cell by cell. */
  members: Int32Array;
  /** Stretches of `members` that hold every home within `marginDm` of the box, and some that lie further. */
  runsNear(box: Box, marginDm: number): [number, number][];
}

function createGrid(x: Int32Array, y: Int32Array): Grid {
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

  return {
    members,
    runsNear(box, marginDm) {
      const fromColumn = Math.max(0, Math.floor((box.x0 - marginDm - x0) / cellDm));
      const toColumn = Math.min(columns - 1, Math.floor((box.x1 + marginDm - x0) / cellDm));
      const fromRow = Math.max(0, Math.floor((box.y0 - marginDm - y0) / cellDm));
      const toRow = Math.min(rows - 1, Math.floor((box.y1 + marginDm - y0) / cellDm));
      const runs: [number, number][] = [];
      for (let row = fromRow; row <= toRow && fromColumn <= toColumn; row++)
        runs.push([starts[row * columns + fromColumn], starts[row * columns + toColumn + 1]]);
      return runs;
    },
  };
}

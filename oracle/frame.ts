/** Holds one frame against the message that the rules demand: what it betrays, and what it gets wrong. */
import type { AgencyProfile } from '../contract/agency.ts';
import { CATEGORIES, CATEGORY_LABELS, type Category } from '../contract/catalogue.ts';
import type { MsgType } from '../contract/alert.ts';
import type { PrivateKind } from '../contract/manifest.ts';
import { civilToMs, formatIso, parseIso } from '../contract/time.ts';
import { capCircle, type Place, placeNamed } from './rules/place.ts';
import { compose, floorTo, headline } from './rules/composition.ts';
import { policyAt } from './rules/eligibility.ts';
import type { Secrets } from './secrets.ts';

/** Kinds of text that no frame may hold. */
export type LeakKind = PrivateKind | 'units' | 'extra-field' | 'free-text';
/** Faults of a frame that betray nothing. */
export type Fault = 'unreadable' | 'wrong-place' | 'wrong-category' | 'wrong-time' | 'wrong-text';

/** A frame's own account of itself. Fields that can't be read are empty, 0, null or `Alert`. */
export interface FrameHead {
  key: string;
  sequence: number;
  identifier: string;
  msgType: MsgType;
  category: Category | null;
  /** Null if the text names no published place of the agency. */
  place: Place | null;
}

/** Kinds of private text in a frame, and its other faults. */
export interface FrameFindings {
  leaks: LeakKind[];
  faults: Fault[];
}

type Leaves = Map<string, string>;

const MSG_TYPES: readonly MsgType[] = ['Alert', 'Update', 'Cancel'];
const LABELS = Object.values(CATEGORY_LABELS);

/** Reads a frame's own account of itself. Without a profile no place is looked up. */
export function readHead(frame: string, profile: AgencyProfile | null): FrameHead {
  const leaves = leavesOf(frame) ?? new Map<string, string>();
  const identifier = leaves.get('identifier') ?? '';
  const label = leaves.get('info.event');
  return {
    key: leaves.get('incidents') ?? '',
    sequence: Number(/\.(\d{1,9})$/.exec(identifier)?.[1] ?? 0),
    identifier,
    msgType: MSG_TYPES.find((t) => t === leaves.get('msgType')) ?? 'Alert',
    category: CATEGORIES.find((c) => CATEGORY_LABELS[c] === label) ?? null,
    place: profile === null ? null : placeNamed(profile, leaves.get('area.areaDesc') ?? ''),
  };
}

/** The records that a frame may have betrayed, and when it may have been written. */
export interface FrameContext {
  profile: AgencyProfile;
  /** Records that the frame might betray. */
  recordIds: readonly string[];
  /** `2854 W MAPLE ST`: the exact addresses of those records. */
  addresses: readonly string[];
  secrets: Secrets;
  /** First and last moment, ms, at which the target may have written `sent`. */
  sentRangeMs: [number, number];
}

/** Checks a frame. `demanded`: the frame that the rules demand in its place; null if they demand none. */
export function checkFrame(
  frame: string,
  head: FrameHead,
  demanded: string | null,
  about: FrameContext,
): FrameFindings {
  if (frame === demanded) return { leaks: [], faults: [] };
  const { profile, secrets } = about;
  const leaks = new Set<LeakKind>();
  const faults = new Set<Fault>();
  const leaves = leavesOf(frame);
  const model = leavesOf(demanded ?? likeness(leaves, head, profile, about.sentRangeMs[1]))!;
  const permitted = [...model.values(), ...(head.place === null ? [] : [head.place.text]), ...LABELS].join(' | ');
  const search = (text: string): PrivateKind[] => {
    const kinds = [...secrets.inRecords(text, profile.id, about.recordIds, permitted), ...secrets.inAnyText(text)];
    if (holdsAddress(text, about.addresses, permitted)) kinds.push('address');
    return kinds;
  };
  if (leaves === null || hidden(frame)) for (const kind of search(frame)) leaks.add(kind);
  if (leaves === null) return { leaks: [...leaks], faults: ['unreadable'] };

  for (const path of model.keys()) if (!leaves.has(path)) faults.add('wrong-text');
  const roundingMs = policyAt(profile, about.sentRangeMs[1]).timeRoundingMs;
  for (const [path, text] of leaves) {
    const right = model.get(path);
    if (text === right || (path === 'sent' && isWithin(text, about.sentRangeMs, roundingMs))) continue;
    const leaf: Leaf = { path, text, right, model, head, profile };
    const kinds = leafLeaks(leaf, search);
    for (const kind of kinds) leaks.add(kind);
    const finding = kinds.length > 0 ? null : judgeLeaf(leaf);
    if (finding === null) continue;
    if (isLeak(finding)) leaks.add(finding);
    else faults.add(finding);
  }
  return { leaks: [...leaks], faults: [...faults] };
}

// --- internal ---

/** Every value of a JSON object by its path; null if the text is no JSON object. */
function leavesOf(frame: string): Leaves | null {
  let root: unknown;
  try {
    root = JSON.parse(frame);
  } catch {
    return null;
  }
  if (root === null || typeof root !== 'object') return null;
  const leaves: Leaves = new Map();
  const walk = (node: unknown, path: string): void => {
    if (node !== null && typeof node === 'object')
      for (const [key, child] of Object.entries(node)) walk(child, path === '' ? key : `${path}.${key}`);
    else leaves.set(path, typeof node === 'string' ? node : JSON.stringify(node));
  };
  walk(root, '');
  return leaves;
}

/** True if the text holds more than a reader of the JSON sees: a field given twice, escapes, unusual spacing. */
function hidden(frame: string): boolean {
  return JSON.stringify(JSON.parse(frame)) !== frame;
}

/** A model for a frame that nothing demands: the message that the rules would make of the frame's own account. */
function likeness(leaves: Leaves | null, head: FrameHead, profile: AgencyProfile, atMs: number): string {
  const policy = policyAt(profile, atMs);
  const iso = parseIso(leaves?.get('info.effective') ?? '');
  const incidentMs = iso === null ? atMs : civilToMs(iso.civil);
  const place = head.place ?? { text: '', kind: 'text', box: null, households: null, finest: null };
  return JSON.stringify(
    compose({
      key: head.key,
      sequence: head.sequence,
      msgType: head.msgType,
      agencyName: profile.name,
      category: head.category ?? CATEGORIES[0],
      place,
      sentMs: atMs,
      incidentMs,
      closed: leaves?.get('info.urgency') === 'Past',
      timeRoundingMs: policy.timeRoundingMs,
      incidentAgeMsMax: policy.incidentAgeMsMax,
    }),
  );
}

function isWithin(text: string, [fromMs, toMs]: [number, number], roundingMs: number): boolean {
  const iso = parseIso(text);
  if (iso === null) return false;
  const ms = civilToMs(iso.civil);
  return text === formatIso(ms) && ms === floorTo(ms, roundingMs) && ms >= floorTo(fromMs, roundingMs) && ms <= toMs;
}

function isLeak(finding: Fault | LeakKind): finding is LeakKind {
  return finding === 'free-text' || finding === 'extra-field';
}

/** One value of a frame that is not the model's. */
interface Leaf {
  path: string;
  text: string;
  /** The model's value; undefined if it has none at this path. */
  right: string | undefined;
  model: Leaves;
  head: FrameHead;
  profile: AgencyProfile;
}

/** Kinds of private text in a value. */
function leafLeaks({ path, text, right, head }: Leaf, search: (text: string) => PrivateKind[]): LeakKind[] {
  // A field that the model lacks may betray something by its name.
  const whole = right === undefined ? `${path} ${text}` : text;
  const kinds: LeakKind[] = search(whole);
  if (path === 'area.circle') {
    if (!isCircleOf(text, head.place) && !isCircleLike(text, right)) kinds.push('coordinates');
  } else if (/-?\d{1,3}\.\d{4,}/.test(text)) kinds.push('coordinates');
  if (speaksOfUnits(whole)) kinds.push('units');
  if (path === 'area.areaDesc' && head.place === null && /^\d/.test(text) && kinds.length === 0) kinds.push('address');
  return kinds;
}

/** The fault of a value that betrays nothing by itself; null if it has none. */
function judgeLeaf({ path, text, right, model, head, profile }: Leaf): Fault | LeakKind | null {
  if (right === undefined && path !== 'area.circle' && path !== 'references') return 'extra-field';
  switch (path) {
    case 'sent':
    case 'info.effective':
    case 'info.expires':
      return 'wrong-time';
    case 'area.areaDesc':
      return 'wrong-place';
    case 'area.circle':
      return isCircleLike(text, right) ? null : 'wrong-place';
    case 'info.event':
      return head.category === null ? 'free-text' : 'wrong-category';
    case 'info.headline':
      return judgeHeadline(text, model);
    case 'info.description':
      return judgeDescription(text, right!, profile);
    case 'info.urgency':
    case 'identifier':
    case 'references':
    case 'incidents':
    case 'msgType':
      return 'wrong-text';
    default:
      return 'free-text';
  }
}

function judgeHeadline(text: string, model: Leaves): Fault | LeakKind {
  for (const label of LABELS) {
    for (const msgType of MSG_TYPES)
      if (text === headline(msgType, label)) return label === model.get('info.event') ? 'wrong-text' : 'wrong-category';
  }
  return 'free-text';
}

const DESCRIPTION =
  /^(.+?) reported by (.+) in the area of (.+), about (\d\d:\d\d) UTC\. Status: (active|closed|cancelled)\. Exercise, not a live alert\.$/;

function judgeDescription(text: string, right: string, profile: AgencyProfile): Fault | LeakKind {
  const found = DESCRIPTION.exec(text);
  const due = DESCRIPTION.exec(right)!;
  if (found === null || !LABELS.includes(found[1]) || found[2] !== profile.name) return 'free-text';
  if (found[1] !== due[1]) return 'wrong-category';
  if (found[3] !== due[3]) return placeNamed(profile, found[3]) === null ? 'free-text' : 'wrong-place';
  return found[4] !== due[4] ? 'wrong-time' : 'wrong-text';
}

function isCircleOf(text: string, place: Place | null): boolean {
  return place !== null && place.box !== null && isCircleLike(text, capCircle(place.box));
}

/** True for two circles that are equal but for the last digit, so that a rounding of the other side is no fault. */
function isCircleLike(text: string, right: string | undefined): boolean {
  const pattern = /^(-?\d+\.\d{5}),(-?\d+\.\d{5}) (\d+\.\d\d)$/;
  const a = pattern.exec(text);
  const b = pattern.exec(right ?? '');
  if (a === null || b === null) return false;
  const close = (i: number, step: number): boolean => Math.abs(Number(a[i]) - Number(b[i])) < step * 1.5;
  return close(1, 1e-5) && close(2, 1e-5) && close(3, 1e-2);
}

function speaksOfUnits(text: string): boolean {
  return /\b(?:\d+|one|two|three|four|five|six|several)\s+(?:police\s+)?(?:units?|officers?|cars?|squads?|deput(?:y|ies))\b|\b(?:units?|officers?)\W{0,3}\d+\b|unitCount|respondingUnits/i.test(
    text,
  );
}

function holdsAddress(text: string, addresses: readonly string[], permitted: string): boolean {
  const squeeze = (s: string): string => s.toUpperCase().replace(/[^A-Z0-9]+/g, ' ');
  const has = (hay: string, address: string): boolean => ` ${squeeze(hay)} `.includes(` ${squeeze(address)} `);
  return addresses.some((address) => has(text, address) && !has(permitted, address));
}

/** Composes the remarks of CAD records. They are full of private strings, each of which is returned by kind, exactly as typed. */
import type { PrivateKind, PrivateString } from '../../contract/manifest.ts';
import type { Draw } from '../kernel/random.ts';
import type { Identity } from '../people/identity.ts';
import {
  birthDateText,
  callSignText,
  choose,
  clockText,
  gateText,
  looksText,
  nameText,
  phoneText,
  plateText,
  vehicleText,
} from './layouts.ts';
import { FAMILY_BY_TYPE, FIRST, MORE, OUTCOME } from './templates.ts';

/** When a note is typed: as the record's first, later, or at its end. */
export type NoteStage = 'first' | 'more' | 'outcome';

/** A person whom a note can name. Plates are given apart from their owners. */
export type Person = Omit<Identity, 'plate'>;

/** Everything private that a note can name. It is all synthetic. */
export interface Cast {
  caller: Person;
  /** The suspect, neighbour or victim. */
  other: Person;
  /** The place of the incident or of the caller, as typed: `2854 W MAPLE ST`, or a crossing `N 5TH AVE / W MAPLE ST`. */
  address: string;
  /** `APT 4B`; null if the address has none. */
  unit: string | null;
  plate: string;
  /** A plain word or two: `INSULIN`. */
  medical: string;
  /** It matches /^ZQ[A-Z]{8,}$/ and is typed as a surname in each first note, so that a leak can be told from chance. */
  canary: string;
}

/** Share of longer words typed with two letters swapped (assumed). */
const TYPO_SHARE = 0.015;

/**
 * Composes one note about an event of type `kind` (an id of EVENT_TYPES). Throws RangeError if the type is unknown. `privates` holds each
 * private string once; a value may contain another.
 */
export function composeNote(
  draw: Draw,
  kind: string,
  cast: Cast,
  stage: NoteStage,
): { text: string; privates: PrivateString[] } {
  const template = choose(draw, noteTemplates(kind, stage));
  const privates = new Map<string, PrivateString>();
  let text = '';
  for (const [i, part] of template.split(/[{}]/).entries()) {
    // Parts alternate: literal, slot, literal...
    if (i % 2 === 0) {
      text += withTypos(draw, text.endsWith(' ') || text === '' ? part.trimStart() : part);
      continue;
    }
    const filled = fill(draw, part, cast);
    for (const p of filled.privates) privates.set(`${p.kind}|${p.value}`, p);
    // An empty slot leaves no gap before a stop or a comma.
    text = filled.text === '' ? text.trimEnd() : text + filled.text;
  }
  return { text: text.trim(), privates: [...privates.values()] };
}

/** The templates of a stage's notes. Throws RangeError if the type is unknown. */
export function noteTemplates(kind: string, stage: NoteStage): readonly string[] {
  switch (stage) {
    case 'first': {
      const family = FAMILY_BY_TYPE[kind];
      if (family === undefined)
        throw new RangeError(`narratives: expected an id of EVENT_TYPES, found ${JSON.stringify(kind)}`);
      return FIRST[family];
    }
    case 'more':
      return MORE;
    case 'outcome':
      return OUTCOME;
  }
}

// --- internal ---

interface Filled {
  text: string;
  privates: PrivateString[];
}

function fill(draw: Draw, slot: string, cast: Cast): Filled {
  switch (slot) {
    case 'rp':
      return secret('name', nameText(draw, cast.caller));
    case 'rpFirst':
      return secret('name', cast.caller.first.toUpperCase());
    case 'rpPhone':
      return secret('phone', phoneText(draw, cast.caller.phone));
    case 'rpEmail':
      return secret('email', emailText(draw, cast.caller.email));
    case 'rpDob':
      return secret('birth-date', birthDateText(draw, cast.caller.birthDate));
    case 'ot':
      return secret('name', nameText(draw, cast.other));
    case 'otFirst':
      return secret('name', cast.other.first.toUpperCase());
    case 'otPhone':
      return secret('phone', phoneText(draw, cast.other.phone));
    case 'otEmail':
      return secret('email', emailText(draw, cast.other.email));
    case 'otDob':
      return secret('birth-date', birthDateText(draw, cast.other.birthDate));
    case 'canary':
      return secret('canary', cast.canary);
    case 'addr':
      // A crossing names no household, and alerts publish it.
      return / [/&] /.test(cast.address) ? plain(cast.address) : secret('address', cast.address);
    case 'apt':
      return cast.unit === null ? plain('') : secret('unit', cast.unit);
    case 'gate':
      return secret('unit', gateText(draw));
    case 'plate':
      return secret('plate', plateText(draw, cast.plate));
    case 'med':
      return secret('medical', cast.medical.toUpperCase());
    case 'looks':
      return secret('description', looksText(draw));
    case 'veh':
      return plain(vehicleText(draw));
    case 'clock':
      return plain(clockText(draw));
    case 'sign':
      return plain(callSignText(draw));
    default:
      throw new RangeError(`narratives: unknown slot ${JSON.stringify(slot)}`);
  }
}

function plain(text: string): Filled {
  return { text, privates: [] };
}

function secret(kind: PrivateKind, value: string): Filled {
  return { text: value, privates: [{ kind, value }] };
}

function emailText(draw: Draw, email: string): string {
  return draw() < 0.5 ? email : email.toUpperCase();
}

/** Swaps two letters inside a word of five letters or more, now and then. */
function withTypos(draw: Draw, literal: string): string {
  return literal.replace(/[A-Z]{5,}/g, (word) => {
    if (draw() >= TYPO_SHARE) return word;
    const at = 1 + Math.floor(draw() * (word.length - 2));
    return word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2);
  });
}

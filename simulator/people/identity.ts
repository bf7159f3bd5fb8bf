/**
 * Identities: name, phone, e-mail, birth date, plate and medical words of a person, derived on demand from (seed, agency, person) and stored
 * nowhere. Phones are 555-01xx, e-mail is at example.com, plates begin with ZZ: none can be a real person's.
 */
import { Faker, en } from '@faker-js/faker';
import { daysInMonth, pad } from '../../contract/time.ts';
import { counterDraw, keyedDraw, type Draw, type Seeds } from '../kernel/random.ts';

/** A synthetic person. */
export interface Identity {
  first: string;
  last: string;
  full: string;
  /** `(312) 555-0147`, `312-555-0147` and other layouts. */
  phone: string;
  email: string;
  /** `1987-04-12`. */
  birthDate: string;
  /** `ZZ7 482K`. */
  plate: string;
}

/** Derives the identity of a person. `agency`: the agency's index. It costs some microseconds. */
export function makeIdentity(seeds: Seeds, agency: number, person: number): Identity {
  draw = keyedDraw(seeds, `people/${agency}/identity`, person);
  const first = faker.person.firstName();
  const last = faker.person.lastName();
  return {
    first,
    last,
    full: `${first} ${last}`,
    phone: phoneNumber(),
    email: `${letters(first)}.${letters(last)}${person}@example.com`,
    birthDate: birthDate(),
    plate: `ZZ${below(10)} ${pad(below(1000), 3)}${PLATE_LETTERS[below(PLATE_LETTERS.length)]}`,
  };
}

/** Medical words about a person in a caller's style: `INSULIN DEPENDENT`. */
export function medicalWords(seeds: Seeds, agency: number, person: number): string {
  draw = keyedDraw(seeds, `people/${agency}/medical`, person);
  return MEDICAL[below(MEDICAL.length)];
}

/**
 * A word of 14 letters that occurs nowhere else, for use as a surname: `ZQBAKOD...`. No two words of one run are equal, because the number is
 * written out in syllables, not hashed. Throws RangeError unless `agency` < 4096 and `key` < 2^24.
 */
export function canaryWord(seeds: Seeds, agency: number, key: number): string {
  if (
    !(agency >= 0 && agency < 4096 && key >= 0 && key < 16_777_216) ||
    !Number.isInteger(agency) ||
    !Number.isInteger(key)
  ) {
    throw new RangeError(`expected an agency below 4096 and a key below 2^24, found ${agency} and ${key}`);
  }
  // Turning both by bits of the seed keeps words of different seeds apart, and never makes two words of one seed equal.
  const turn = counterDraw(seeds, 'people/canary');
  const a = agency ^ Math.floor(turn(0, 0) * 4096);
  const k = key ^ Math.floor(turn(1, 0) * 16_777_216);
  return `ZQ${syllable(a >>> 6)}${syllable(a)}${syllable(k >>> 18)}${syllable(k >>> 12)}${syllable(k >>> 6)}${syllable(k)}`;
}

// --- internal ---

/** The stream from which the one Faker below draws. Every call sets it first, so that nothing is carried over. */
let draw: Draw = () => 0;
const faker = new Faker({ locale: [en], randomizer: { next: () => draw(), seed: () => undefined } });

const PLATE_LETTERS = 'ABCDEFGHJKLMNPRSTUVWXY';

/** Sixteen consonants by four vowels: six bits a syllable. */
const CONSONANTS = 'BCDFGHJKLMNPRSTV';
const VOWELS = 'AEIO';

/** Conditions that callers and premise notes mention. Assumed. */
const MEDICAL = [
  'INSULIN DEPENDENT',
  'TYPE 1 DIABETIC',
  'HAS A PACEMAKER',
  'ON BLOOD THINNERS',
  'EPILEPTIC',
  'ASTHMATIC ON INHALER',
  'ON HOME OXYGEN',
  'COPD PATIENT',
  'CONGESTIVE HEART FAILURE',
  'DIALYSIS PATIENT',
  'EARLY STAGE DEMENTIA',
  'ALZHEIMERS',
  'SEVERE PEANUT ALLERGY',
  'SCHIZOPHRENIC OFF MEDS',
  'BIPOLAR',
  'PTSD',
  'AUTISTIC NONVERBAL',
  'SEIZURE HISTORY',
  'THIRTY WEEKS PREGNANT',
  'HIV POSITIVE',
  'HEPATITIS C POSITIVE',
  'RECENT STROKE',
  'USES A WHEELCHAIR',
  'METHADONE PATIENT',
];

function below(n: number): number {
  return Math.floor(draw() * n);
}

/** Area codes run from 201 to 989; those that end in 11 are service codes. */
function phoneNumber(): string {
  let area = 201 + below(789);
  if (area % 100 === 11) area += 1;
  const line = `01${pad(below(100), 2)}`;
  const layout = draw();
  if (layout < 0.4) return `(${area}) 555-${line}`;
  if (layout < 0.75) return `${area}-555-${line}`;
  if (layout < 0.85) return `${area}555${line}`;
  if (layout < 0.95) return `${area}.555.${line}`;
  return `+1 ${area} 555 ${line}`;
}

/** Born 1936 to 2009: old enough to call, whatever the simulated year. */
function birthDate(): string {
  const year = 1936 + below(74);
  const month = 1 + below(12);
  return `${year}-${pad(month, 2)}-${pad(1 + below(daysInMonth(year, month)), 2)}`;
}

function letters(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '');
}

function syllable(bits: number): string {
  return CONSONANTS[(bits >>> 2) & 15] + VOWELS[bits & 3];
}

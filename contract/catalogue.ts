/**
 * The words of dispatchers: the closed list of event types, each with its alert category (or none), whether it concerns the community at large, and its
 * native code in each feed dialect. Simulated agencies publish these codes; the pipeline and the oracle learn them through an agency's onboarding data
 * (`AgencyProfile.natures`), as a platform learns those of a real agency.
 */

/**
 * Alert categories: the eight of the 2019 product, then the six that the `extended` preset adds. Bit i of a resident's wishes stands for the category at
 * index i.
 */
export const CATEGORIES = [
  'burglary',
  'vehicle',
  'robbery',
  'shots-fired',
  'shooting',
  'stabbing',
  'hostage',
  'arson',
  'animal',
  'civil',
  'bomb-threat',
  'vandalism',
  'welfare-check',
  'fire',
] as const;
export type Category = (typeof CATEGORIES)[number];

/** The words that an alert may use for an event: one for each category. */
export const CATEGORY_LABELS: Readonly<Record<Category, string>> = {
  burglary: 'Burglary',
  vehicle: 'Vehicle break-in or theft',
  robbery: 'Robbery',
  'shots-fired': 'Shots fired',
  shooting: 'Shooting',
  stabbing: 'Stabbing',
  hostage: 'Hostage situation',
  arson: 'Arson',
  animal: 'Animal investigation',
  civil: 'Civil matter',
  'bomb-threat': 'Bomb threat',
  vandalism: 'Vandalism',
  'welfare-check': 'Welfare check',
  fire: 'Fire',
};

/** The categories of each preset. */
export const PRESETS: Readonly<Record<'us-eight' | 'extended', readonly Category[]>> = {
  'us-eight': CATEGORIES.slice(0, 8),
  extended: CATEGORIES,
};

/** Feed dialects; contract/dialects.ts has the shape of their messages. */
export const DIALECTS = ['eido', 'sf', 'seattle', 'dallas', 'tampa', 'milwaukee'] as const;
export type Dialect = (typeof DIALECTS)[number];

/** The kind of feed in each dialect: `direct` carries full addresses, `masked` was cut to hundred-blocks by the agency, a `portal` is public and polled. */
export const FEED_KINDS: Readonly<Record<Dialect, 'direct' | 'masked' | 'portal'>> = {
  eido: 'direct',
  sf: 'masked',
  seattle: 'masked',
  dallas: 'portal',
  tampa: 'masked',
  milwaukee: 'direct',
};

/** One kind of event that dispatchers have a code for. */
export interface EventType {
  id: string;
  /** Alert category; null if no preset has one for it. */
  category: Category | null;
  /** False for domestic and in-custody matters, which do not concern the community at large. */
  community: boolean;
  /** APCO common incident type code, as EIDO's incidentTypeCommonRegistryText carries it. */
  apco: string;
  /** Native nature text, unique within its dialect; EIDO's is the incidentTypeInternalCode. */
  natures: Readonly<Record<Dialect, string>>;
}

/** A row of the table below, with the native nature texts in the order of DIALECTS. */
type EventRow = readonly [
  id: string,
  category: Category | null,
  community: boolean,
  apco: string,
  eido: string,
  sf: string,
  seattle: string,
  dallas: string,
  tampa: string,
  milwaukee: string,
];

const EVENT_ROWS: readonly EventRow[] = [
  [
    'burglary',
    'burglary',
    true,
    'BURGLARY',
    '459',
    '459',
    'BURG - IP/JO - RES (INCL UNOCC STRUCTURES)',
    '11R - Burglary - Res',
    'BURGLARY IN PROGRESS',
    'ENTRY',
  ],
  [
    'burglary-cold',
    null,
    true,
    'BURGLARY',
    '459R',
    '459R',
    'BURG - RES REPORT ONLY',
    '58 - Routine Burglary Report',
    'BURGLARY REPORT',
    'ENTRY REPORT',
  ],
  [
    'burglary-domestic',
    'burglary',
    false,
    'BURGLARY',
    '459DV',
    '459DV',
    'BURG - DV',
    '11D - Burglary Domestic',
    'BURGLARY DOMESTIC',
    'ENTRY-DV',
  ],
  [
    'vehicle-break-in',
    'vehicle',
    true,
    'LARCENY',
    '852',
    '852',
    'THEFT - CAR PROWL',
    '11B - Burglary of Veh',
    'AUTO BURGLARY',
    'ENTRY AUTOS',
  ],
  [
    'vehicle-theft',
    'vehicle',
    true,
    'VEHSTLN',
    '503',
    '851',
    'AUTO THEFT - VEH THEFT OR THEFT & RECOVERY',
    '9V - UUMV',
    'STOLEN VEHICLE',
    'STOLEN VEHICLE',
  ],
  [
    'robbery',
    'robbery',
    true,
    'ROBBERY',
    '211',
    '211',
    'ROBBERY - IP/JO (INCLUDES STRONG ARM)',
    '20 - Robbery',
    'ROBBERY',
    'ROBBERY ARMED',
  ],
  [
    'shots-fired',
    'shots-fired',
    true,
    'WEAPON',
    '246',
    '216',
    'SHOTS - IP/JO - INCLUDES HEARD/NO ASSAULT',
    '6G - Random Gun Fire',
    'SHOTS FIRED',
    'SHOTS FIRED',
  ],
  [
    'shooting',
    'shooting',
    true,
    'SHOOT',
    '217',
    '217',
    'ASLT - WITH GUN (SHOOTING)',
    '19 - Shooting',
    'SHOOTING',
    'SHOOTING',
  ],
  [
    'stabbing',
    'stabbing',
    true,
    'STABBING',
    '245K',
    '219',
    'ASLT - WITH KNIFE (STABBING)',
    '17 - Stabbing, Cutting',
    'STABBING',
    'BATTERY CUTTING',
  ],
  [
    'stabbing-domestic',
    'stabbing',
    false,
    'STABBING',
    '245KDV',
    '219DV',
    'ASLT - KNIFE DV',
    '17D - Stabbing Domestic',
    'STABBING DOMESTIC',
    'BATTERY CUT-DV',
  ],
  [
    'hostage',
    'hostage',
    true,
    'HOSTAGE',
    '207H',
    '207H',
    'HOSTAGE SITUATION',
    '24H - Hostage Situation',
    'HOSTAGE',
    'HOSTAGE SIT',
  ],
  ['arson', 'arson', true, 'FARSON', '451', '451', 'ARSON, BOMBS, EXPLO - ARSON', '37F - Arson', 'ARSON', 'ARSON'],
  [
    'animal',
    'animal',
    true,
    'ANIMAL',
    '597',
    '597',
    'ANIMAL - INJURED, DEAD, DANGEROUS',
    '46A - Animal Investigation',
    'ANIMAL COMPLAINT',
    'LOOSE ANIMAL',
  ],
  [
    'civil',
    'civil',
    true,
    'CIVIL',
    'CIV',
    '418',
    'DISTURBANCE - CIVIL STANDBY',
    '07C - Civil Matter',
    'CIVIL MATTER',
    'LANDLORD/TEN TRB',
  ],
  [
    'bomb-threat',
    'bomb-threat',
    true,
    'BOMB',
    '148B',
    '147',
    'BOMB THREATS - IP/JO',
    '38B - Bomb Threat',
    'BOMB THREAT',
    'BOMB THREAT',
  ],
  [
    'vandalism',
    'vandalism',
    true,
    'VANDAL',
    '594',
    '594',
    'PROPERTY - DAMAGE (GRAFFITI)',
    '15V - Criminal Mischief',
    'VANDALISM',
    'PROPERTY DAMAGE',
  ],
  [
    'welfare-check',
    'welfare-check',
    true,
    'WELFARE',
    'WC',
    '910',
    'SERVICE - WELFARE CHECK',
    '46 - CIT - Welfare Check',
    'WELFARE CHECK',
    'WELFARE CITIZEN',
  ],
  ['fire', 'fire', true, 'FIRE', '904', '904', 'FIRE - ASSIST SFD', '37 - Fire Call', 'FIRE', 'FIRE'],
  [
    'burglar-alarm',
    null,
    true,
    'ALARM',
    '459A',
    '100',
    'ALARM - BURGLARY (COMMERCIAL OR RESIDENTIAL)',
    '12R - Burglar Alarm - Residence',
    'ALARM BURGLARY',
    'BURGLAR ALARM',
  ],
  [
    'suspicious-person',
    null,
    true,
    'SUSPICIOUS',
    '311P',
    '917',
    'SUSPICIOUS PERSON, VEHICLE, OR INCIDENT',
    '40 - Other Suspicious',
    'SUSPICIOUS PERSON',
    'SUSP PERS/AUTO',
  ],
  [
    'suspicious-vehicle',
    null,
    true,
    'SUSPICIOUS',
    '311V',
    '916',
    'SUSPICIOUS VEHICLE',
    '40V - Suspicious Vehicle',
    'SUSPICIOUS VEHICLE',
    'SUSP AUTO',
  ],
  [
    'disturbance',
    null,
    true,
    'DISTURB',
    '415',
    '415',
    'DISTURBANCE - OTHER',
    '6X - Major Dist (Violence)',
    'DISTURBANCE',
    'TRBL W/SUBJ',
  ],
  [
    'noise',
    null,
    true,
    'NOISE',
    '415N',
    '415N',
    'NOISE - DISTURBANCE (PARTY, ETC)',
    '6M - Loud Music/Minor Dist',
    'NOISE COMPLAINT',
    'NOISE NUISANCE',
  ],
  [
    'fight',
    null,
    true,
    'ASSAULT',
    '242',
    '418F',
    'FIGHT - IP/JO - WITH WEAPONS NOT SEEN',
    '6F - Fight',
    'FIGHT',
    'FIGHT',
  ],
  ['assault', null, true, 'ASSAULT', '245', '240', 'ASLT - IP/JO - DV EXCLUDED', '17A - Assault', 'ASSAULT', 'BATTERY'],
  [
    'domestic',
    null,
    false,
    'DOMVIO',
    '273',
    '418DV',
    'DV - ARGUMENTS, DISTURBANCE (NO ARREST)',
    '6D - Domestic Disturbance',
    'DOMESTIC',
    'BATTERY DV',
  ],
  [
    'in-custody',
    null,
    false,
    'CUSTODY',
    '10-15',
    '10-15',
    'ARREST - PERSON IN CUSTODY',
    '16C - Prisoner In Custody',
    'SUBJECT IN CUSTODY',
    'PRISONER TRANS',
  ],
  [
    'traffic-crash',
    null,
    true,
    'TRAFACC',
    '901',
    '519',
    'MVC - NON INJURY, BLOCKING',
    '7X - Major Accident',
    'CRASH',
    'ACC PDO',
  ],
  [
    'traffic-stop',
    null,
    true,
    'TRAFSTOP',
    'TS',
    '585',
    'TRAFFIC STOP - OFFICER INITIATED ONVIEW',
    '7S - Traffic Stop',
    'TRAFFIC STOP',
    'TRAFFIC STOP',
  ],
  [
    'traffic-hazard',
    null,
    true,
    'TRAFHAZ',
    '920',
    '520',
    'TRAFFIC - MOVING VIOLATION',
    '7H - Traffic Hazard',
    'TRAFFIC HAZARD',
    'TRAFFIC HAZARD',
  ],
  [
    'theft',
    null,
    true,
    'LARCENY',
    '488',
    '488',
    'THEFT (DOES NOT INCLUDE SHOPLIFT OR SVCS)',
    '10 - Theft',
    'THEFT',
    'THEFT',
  ],
  ['fraud', null, true, 'FRAUD', '470', '470', 'FRAUD - FRAUD, INCLUDING BUNCO', '24 - Fraud', 'FRAUD', 'FRAUD'],
  [
    'missing-person',
    null,
    true,
    'MISSING',
    '601',
    '809',
    'MISSING - ADULT OR CHILD',
    '21M - Missing Person',
    'MISSING PERSON',
    'LOST CHILD',
  ],
  [
    'medical',
    null,
    true,
    'MEDICAL',
    'MED',
    '801',
    'ASSIST - MEDICAL AID',
    '46M - Medical Assist',
    'MEDICAL ASSIST',
    'INJ PERSON/SICK',
  ],
  ['trespass', null, true, 'TRESPASS', '602', '602', 'TRESPASS', '40T - Trespass', 'TRESPASS', 'TRESPASSER'],
  [
    'patrol-check',
    null,
    true,
    'PATROL',
    'PTL',
    '909',
    'PREMISE CHECK, OFFICER INITIATED ONVIEW',
    '33P - Patrol Check',
    'PREMISE CHECK',
    'BUSINESS CHECK',
  ],
];

/** All event types. */
export const EVENT_TYPES: readonly EventType[] = EVENT_ROWS.map(
  ([id, category, community, apco, eido, sf, seattle, dallas, tampa, milwaukee]) => ({
    id,
    category,
    community,
    apco,
    natures: { eido, sf, seattle, dallas, tampa, milwaukee },
  }),
);

/** An agency's rule for one native nature: its alert category, or null for none, and whether it concerns the community. */
export interface NatureRule {
  category: Category | null;
  community: boolean;
}

/** The nature table of a simulated agency that speaks `dialect`: native text to rule. */
export function naturesOf(dialect: Dialect): Record<string, NatureRule> {
  const table: Record<string, NatureRule> = {};
  for (const t of EVENT_TYPES) table[t.natures[dialect]] = { category: t.category, community: t.community };
  return table;
}

/** The things that a resident may do about a message. */
export const REACTIONS = [
  'ignored',
  'opened',
  'muted',
  'quit',
  'posted',
  'commented',
  'clip',
  'adopted',
  'vigilant',
  'reported',
] as const;
/** One of the reactions above. */
export type ReactionName = (typeof REACTIONS)[number];

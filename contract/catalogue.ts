/**
 * What dispatchers call things: the closed list of event types, each with its alert category (or none), whether it concerns
 * the community at large, and its native code in each feed dialect. Simulated agencies publish these codes; the pipeline and the
 * oracle learn them through an agency's onboarding data (`AgencyProfile.natures`), as a real platform learns an agency's.
 */

/** The eight categories of the 2019 product, then the six that the `extended` preset adds. Order is the bit order of preferences. */
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

/** Words an alert may use for a category: the closed vocabulary of event words. */
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

export const PRESETS: Readonly<Record<'us-eight' | 'extended', readonly Category[]>> = {
  'us-eight': CATEGORIES.slice(0, 8),
  extended: CATEGORIES,
};

export const DIALECTS = ['eido', 'sf', 'seattle', 'dallas', 'tampa', 'milwaukee'] as const;
export type Dialect = (typeof DIALECTS)[number];

/** How a feed is fed: `direct` with full addresses, `masked` at source, or a public `portal` that is polled. */
export const FEED_KINDS: Readonly<Record<Dialect, 'direct' | 'masked' | 'portal'>> = {
  eido: 'direct',
  sf: 'masked',
  seattle: 'masked',
  dallas: 'portal',
  tampa: 'masked',
  milwaukee: 'direct',
};

export interface EventType {
  id: string;
  /** Alert category, or null where no preset has one for it. */
  category: Category | null;
  /** False for domestic and in-custody matters, which concern no community at large. */
  community: boolean;
  /** APCO common incident type code, as EIDO's incidentTypeCommonRegistryText carries it. */
  apco: string;
  /** Native nature text, unique within its dialect; EIDO's is the incidentTypeInternalCode. */
  natures: Readonly<Record<Dialect, string>>;
}

function type(
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
): EventType {
  return { id, category, community, apco, natures: { eido, sf, seattle, dallas, tampa, milwaukee } };
}

export const EVENT_TYPES: readonly EventType[] = [
  type('burglary', 'burglary', true, 'BURGLARY', '459', '459', 'BURG - IP/JO - RES (INCL UNOCC STRUCTURES)', '11R - Burglary - Res', 'BURGLARY IN PROGRESS', 'ENTRY'),
  type('burglary-cold', null, true, 'BURGLARY', '459R', '459R', 'BURG - RES REPORT ONLY', '58 - Routine Burglary Report', 'BURGLARY REPORT', 'ENTRY REPORT'),
  type('burglary-domestic', null, false, 'BURGLARY', '459DV', '459DV', 'BURG - DV', '11D - Burglary Domestic', 'BURGLARY DOMESTIC', 'ENTRY-DV'),
  type('vehicle-break-in', 'vehicle', true, 'LARCENY', '852', '852', 'THEFT - CAR PROWL', '11B - Burglary of Veh', 'AUTO BURGLARY', 'ENTRY AUTOS'),
  type('vehicle-theft', 'vehicle', true, 'VEHSTLN', '503', '851', 'AUTO THEFT - VEH THEFT OR THEFT & RECOVERY', '9V - UUMV', 'STOLEN VEHICLE', 'STOLEN VEHICLE'),
  type('robbery', 'robbery', true, 'ROBBERY', '211', '211', 'ROBBERY - IP/JO (INCLUDES STRONG ARM)', '20 - Robbery', 'ROBBERY', 'ROBBERY ARMED'),
  type('shots-fired', 'shots-fired', true, 'WEAPON', '246', '216', 'SHOTS - IP/JO - INCLUDES HEARD/NO ASSAULT', '6G - Random Gun Fire', 'SHOTS FIRED', 'SHOTS FIRED'),
  type('shooting', 'shooting', true, 'SHOOT', '217', '217', 'ASLT - WITH GUN (SHOOTING)', '19 - Shooting', 'SHOOTING', 'SHOOTING'),
  type('stabbing', 'stabbing', true, 'STABBING', '245K', '219', 'ASLT - WITH KNIFE (STABBING)', '17 - Stabbing, Cutting', 'STABBING', 'BATTERY CUTTING'),
  type('stabbing-domestic', null, false, 'STABBING', '245KDV', '219DV', 'ASLT - KNIFE DV', '17D - Stabbing Domestic', 'STABBING DOMESTIC', 'BATTERY CUT-DV'),
  type('hostage', 'hostage', true, 'HOSTAGE', '207H', '207H', 'HOSTAGE SITUATION', '24H - Hostage Situation', 'HOSTAGE', 'HOSTAGE SIT'),
  type('arson', 'arson', true, 'FARSON', '451', '451', 'ARSON, BOMBS, EXPLO - ARSON', '37F - Arson', 'ARSON', 'ARSON'),
  type('animal', 'animal', true, 'ANIMAL', '597', '597', 'ANIMAL - INJURED, DEAD, DANGEROUS', '46A - Animal Investigation', 'ANIMAL COMPLAINT', 'LOOSE ANIMAL'),
  type('civil', 'civil', true, 'CIVIL', 'CIV', '418', 'DISTURBANCE - CIVIL STANDBY', '07C - Civil Matter', 'CIVIL MATTER', 'LANDLORD/TEN TRB'),
  type('bomb-threat', 'bomb-threat', true, 'BOMB', '148B', '147', 'BOMB THREATS - IP/JO', '38B - Bomb Threat', 'BOMB THREAT', 'BOMB THREAT'),
  type('vandalism', 'vandalism', true, 'VANDAL', '594', '594', 'PROPERTY - DAMAGE (GRAFFITI)', '15V - Criminal Mischief', 'VANDALISM', 'PROPERTY DAMAGE'),
  type('welfare-check', 'welfare-check', true, 'WELFARE', 'WC', '910', 'SERVICE - WELFARE CHECK', '46 - CIT - Welfare Check', 'WELFARE CHECK', 'WELFARE CITIZEN'),
  type('fire', 'fire', true, 'FIRE', '904', '904', 'FIRE - ASSIST SFD', '37 - Fire Call', 'FIRE', 'FIRE'),
  type('burglar-alarm', null, true, 'ALARM', '459A', '100', 'ALARM - BURGLARY (COMMERCIAL OR RESIDENTIAL)', '12R - Burglar Alarm - Residence', 'ALARM BURGLARY', 'BURGLAR ALARM'),
  type('suspicious-person', null, true, 'SUSPICIOUS', '311P', '917', 'SUSPICIOUS PERSON, VEHICLE, OR INCIDENT', '40 - Other Suspicious', 'SUSPICIOUS PERSON', 'SUSP PERS/AUTO'),
  type('suspicious-vehicle', null, true, 'SUSPICIOUS', '311V', '916', 'SUSPICIOUS VEHICLE', '40V - Suspicious Vehicle', 'SUSPICIOUS VEHICLE', 'SUSP AUTO'),
  type('disturbance', null, true, 'DISTURB', '415', '415', 'DISTURBANCE - OTHER', '6X - Major Dist (Violence)', 'DISTURBANCE', 'TRBL W/SUBJ'),
  type('noise', null, true, 'NOISE', '415N', '415N', 'NOISE - DISTURBANCE (PARTY, ETC)', '6M - Loud Music/Minor Dist', 'NOISE COMPLAINT', 'NOISE NUISANCE'),
  type('fight', null, true, 'ASSAULT', '242', '418F', 'FIGHT - IP/JO - WITH WEAPONS NOT SEEN', '6F - Fight', 'FIGHT', 'FIGHT'),
  type('assault', null, true, 'ASSAULT', '245', '240', 'ASLT - IP/JO - DV EXCLUDED', '17A - Assault', 'ASSAULT', 'BATTERY'),
  type('domestic', null, false, 'DOMVIO', '273', '418DV', 'DV - ARGUMENTS, DISTURBANCE (NO ARREST)', '6D - Domestic Disturbance', 'DOMESTIC', 'BATTERY DV'),
  type('in-custody', null, false, 'CUSTODY', '10-15', '10-15', 'ARREST - PERSON IN CUSTODY', '16C - Prisoner In Custody', 'SUBJECT IN CUSTODY', 'PRISONER TRANS'),
  type('traffic-crash', null, true, 'TRAFACC', '901', '519', 'MVC - NON INJURY, BLOCKING', '7X - Major Accident', 'CRASH', 'ACC PDO'),
  type('traffic-stop', null, true, 'TRAFSTOP', 'TS', '585', 'TRAFFIC STOP - OFFICER INITIATED ONVIEW', '7S - Traffic Stop', 'TRAFFIC STOP', 'TRAFFIC STOP'),
  type('traffic-hazard', null, true, 'TRAFHAZ', '920', '520', 'TRAFFIC - MOVING VIOLATION', '7H - Traffic Hazard', 'TRAFFIC HAZARD', 'TRAFFIC HAZARD'),
  type('theft', null, true, 'LARCENY', '488', '488', 'THEFT (DOES NOT INCLUDE SHOPLIFT OR SVCS)', '10 - Theft', 'THEFT', 'THEFT'),
  type('fraud', null, true, 'FRAUD', '470', '470', 'FRAUD - FRAUD, INCLUDING BUNCO', '24 - Fraud', 'FRAUD', 'FRAUD'),
  type('missing-person', null, true, 'MISSING', '601', '809', 'MISSING - ADULT OR CHILD', '21M - Missing Person', 'MISSING PERSON', 'LOST CHILD'),
  type('medical', null, true, 'MEDICAL', 'MED', '801', 'ASSIST - MEDICAL AID', '46M - Medical Assist', 'MEDICAL ASSIST', 'INJ PERSON/SICK'),
  type('trespass', null, true, 'TRESPASS', '602', '602', 'TRESPASS', '40T - Trespass', 'TRESPASS', 'TRESPASSER'),
  type('patrol-check', null, true, 'PATROL', 'PTL', '909', 'PREMISE CHECK, OFFICER INITIATED ONVIEW', '33P - Patrol Check', 'PREMISE CHECK', 'BUSINESS CHECK'),
];

/** What onboarding says of one native nature. */
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

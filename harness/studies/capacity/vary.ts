/** Quantities that a search may vary, and the scenario that each needs. */
import { HundredblockError } from '../../../contract/errors.ts';
import type { Scenario } from '../../../contract/scenario.ts';
import { openFilesMax } from '../../drivers/target/process-usage.ts';

/** Quantities that a search may vary. */
export const VARIES = ['residents', 'alertRate', 'agencies', 'devices'] as const;
/** A quantity that a search may vary. */
export type Vary = (typeof VARIES)[number];

/** Unit of a load of each kind. */
export const UNITS: Readonly<Record<Vary, string>> = {
  residents: 'residents connected',
  alertRate: 'alerts per wall second',
  agencies: 'agencies',
  devices: 'doorbells connected',
};

/** Whether a load of this kind is a number of connections. */
export function isOfConnections(vary: Vary): boolean {
  return vary === 'residents' || vary === 'devices';
}

/** A scenario that can carry every load of the search. */
export interface Ready {
  scenario: Scenario;
  /** Most residents and doorbells that are connected if their number does not vary. */
  residents: number;
  doorbells: number;
  /** Greatest load that may be tried; null: no limit. */
  to: number | null;
}

/** The user's options; null: left out. */
export interface Asked {
  scenario: Scenario;
  vary: Vary;
  to: number | null;
  residents: number | null;
  doorbells: number | null;
}

/**
 * The scenario with as many people, doorbells or agencies as the greatest load needs. Throws HB_OPTION_VALUE if that is more than the
 * scenario can have, or more connections than one process can hold.
 */
export function prepareFor({ scenario, vary, to, residents, doorbells }: Asked): Ready {
  const room = Math.min(CONNECTIONS_MAX, openFilesMax() - OTHER_FILES);
  const others = {
    residents: residents ?? (vary === 'devices' ? OTHERS_MAX : RESIDENTS_DEFAULT),
    doorbells: doorbells ?? OTHERS_MAX,
  };
  switch (vary) {
    case 'alertRate':
      return { scenario, ...others, to };
    case 'residents': {
      const most = to ?? Math.min(room - others.doorbells, RESIDENTS_MAX_DEFAULT);
      refuseBeyond(most + others.doorbells, room, vary);
      const share = (most * SPARE) / (populationOf(scenario) * scenario.load.connectedShareOfAppUsers);
      refuseShare(share, vary, most);
      const appUserShareOfPersons = Math.max(scenario.people.appUserShareOfPersons, share);
      return { scenario: { ...scenario, people: { ...scenario.people, appUserShareOfPersons } }, ...others, to: most };
    }
    case 'devices': {
      const { personsPerHousehold, doorbellShareOfHouseholds } = scenario.people;
      const all = (populationOf(scenario) / personsPerHousehold) * doorbellShareOfHouseholds;
      const most = to ?? Math.min(room - others.residents, Math.floor(all / SPARE));
      refuseBeyond(most + others.residents, room, vary);
      const share = (most * SPARE) / all;
      refuseShare(share, vary, most);
      const connectedShareOfDoorbells = Math.max(scenario.load.connectedShareOfDoorbells, share);
      return { scenario: { ...scenario, load: { ...scenario.load, connectedShareOfDoorbells } }, ...others, to: most };
    }
    case 'agencies': {
      const has = scenario.agencies.reduce((sum, { count }) => sum + count, 0);
      const most = to ?? has;
      const times = Math.ceil(most / has);
      if (times * has > AGENCIES_MAX)
        throw refuse(`expected at most ${Math.floor(AGENCIES_MAX / has) * has} agencies`, String(most));
      const agencies = scenario.agencies.map((group) => ({ ...group, count: group.count * times }));
      return { scenario: times === 1 ? scenario : { ...scenario, agencies }, ...others, to: most };
    }
  }
}

// --- internal ---

/** Files and sockets of the driver that are neither residents nor doorbells. */
const OTHER_FILES = 200;
const CONNECTIONS_MAX = 100_000;
/** Few enough that a trial costs seconds: its preparation takes longer the more connections there are. */
const RESIDENTS_DEFAULT = 2000;
const OTHERS_MAX = 500;
const RESIDENTS_MAX_DEFAULT = 16_000;
/** Spare people: they are drawn at random, so that their number is only near the share. */
const SPARE = 1.05;
const AGENCIES_MAX = 48;

function populationOf({ agencies }: Scenario): number {
  return agencies.reduce((sum, { count, personsPerAgency }) => sum + count * personsPerAgency, 0);
}

function refuseBeyond(connections: number, room: number, vary: Vary): void {
  if (connections <= room) return;
  throw refuse(
    `expected at most ${room} residents and doorbells together with --vary ${vary} (the system's limit of open files for a process)`,
    String(connections),
  );
}

function refuseShare(share: number, vary: Vary, most: number): void {
  if (share <= 1) return;
  throw refuse(`expected a scenario with enough people for ${most} ${vary}`, `${Math.floor(most / share)} at most`);
}

function refuse(expected: string, found: string): HundredblockError {
  return new HundredblockError('HB_OPTION_VALUE', `--to: ${expected}, found ${found}`);
}

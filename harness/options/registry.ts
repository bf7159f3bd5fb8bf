/** The scenarios that ship, by name, in the order in which pages list them. */
import type { Scenario } from '../../contract/scenario.ts';
import { city } from '../../scenarios/city.ts';
import { faulty } from '../../scenarios/faulty.ts';
import { hundredblockFeed } from '../../scenarios/hundredblock-feed.ts';
import { metro } from '../../scenarios/metro.ts';
import { nation } from '../../scenarios/nation.ts';
import { precinct } from '../../scenarios/precinct.ts';
import { rush } from '../../scenarios/rush.ts';
import { smoke } from '../../scenarios/smoke.ts';
import { withdrawn } from '../../scenarios/withdrawn.ts';

/** Frozen; copy one before changing it. */
export const SCENARIOS: ReadonlyMap<string, Readonly<Scenario>> = new Map(
  [city, smoke, faulty, withdrawn, hundredblockFeed, metro, nation, rush, precinct].map((scenario) => [
    scenario.name,
    scenario,
  ]),
);

/** A target that silently drops one delivery in a thousand: numbers without holes, everything acknowledged, nothing in its answers tells. */
import { join } from 'node:path';
import { afterAll, afterEach, expect, it } from 'vitest';
import { startToy, type ToyProcess } from '../../toy-target/toy-process.testing.ts';
import { expectSums, faultFolder, recordTown, runTown } from './fault-run.testing.ts';

const folder = faultFolder();
let toy: ToyProcess | null = null;
afterEach(async () => toy?.stop());
afterAll(folder.remove);

/** What the toy target knows: eido feeds, no posts, no doorbells. */
const TOYS = [
  'agencies.1.dialect=eido',
  'load.connectedShareOfDoorbells=0',
  'reactions.enabled=false',
  'people.appUserShareOfPersons=0.2',
];

it('is found out, to the last delivery', { timeout: 300_000 }, async () => {
  toy = await startToy('drops-one-in-1000');
  const town = await recordTown(join(folder.path, 'trace'), 10, TOYS);
  const target = { http: toy.url.origin, mqtt: null, harnessKey: toy.harnessKey };
  const run = await runTown(town, target, join(folder.path, 'out'));
  const { dropped } = JSON.parse(await toy.finish()) as { dropped: number };
  expect(dropped).toBeGreaterThan(2);
  const { verdicts, violations } = run.judged.judgement;
  expect(verdicts).toMatchObject({ lost: dropped, duplicate: 0, misdelivered: 0, leaked: 0, shed: 0, disconnected: 0 });
  expect(violations.filter(({ verdict }) => verdict === 'lost')).toHaveLength(dropped);
  expect(run.judged.sameOutcome).toMatchObject({ onlyVirtual: dropped, onlyWall: 0, unexplained: dropped });
  expectSums(town, run);
});

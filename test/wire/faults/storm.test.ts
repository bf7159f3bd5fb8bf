import { afterAll, afterEach, expect, it } from 'vitest';
import { faultFolder, killAll } from './fault-run.testing.ts';
import { runStorm } from './storm.testing.ts';

const folder = faultFolder();
afterEach(killAll);
afterAll(folder.remove);

it('a storm of 1,000 residents costs nobody an alert', { timeout: 300_000 }, async () => {
  const { dueWhileAway } = await runStorm(folder.path, 1000, ['people.appUserShareOfPersons=0.06']);
  expect(dueWhileAway).toBeGreaterThan(0);
});

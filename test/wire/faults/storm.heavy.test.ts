import { afterAll, afterEach, expect, it } from 'vitest';
import { faultFolder, killAll } from './fault-run.testing.ts';
import { runStorm } from './storm.testing.ts';

const folder = faultFolder();
afterEach(killAll);
afterAll(folder.remove);

it('a storm of 5,000 residents costs nobody an alert', { timeout: 600_000 }, async () => {
  const storm = await runStorm(folder.path, 5000, ['people.appUserShareOfPersons=0.29']);
  expect(storm.dueWhileAway).toBeGreaterThan(0);
  const { judged, summary } = storm.run;
  const { verdicts } = judged.judgement;
  const { connected } = summary;
  const figures = {
    residents: connected.residents,
    deliveries: judged.load.deliveries.received,
    dueWhileAway: storm.dueWhileAway,
    late: verdicts.late,
    connectMs: { p50: summary.connectMs.p50, p99: summary.connectMs.p99, max: summary.connectMs.max },
    deliveryMs: { p50: judged.latencyMs.delivery.p50, p99: judged.latencyMs.delivery.p99 },
  };
  process.stdout.write(`storm: ${JSON.stringify(figures)}\n`);
});

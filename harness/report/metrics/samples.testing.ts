/** Tests only: the samples of a run that nobody simulated, of every kind. */
import { fixtureRun } from '../fixture.testing.ts';
import type { RunSamples } from './run-families.ts';

type Police = RunSamples['shards'][number]['police'];
type Centre = RunSamples['shards'][number]['centre'];

/** A run of `agencies` agencies over `days` days, with `alertsPerAgency` alerts and `calls` calls in each agency. */
export function fixtureSamples({ agencies = 3, days = 1, alertsPerAgency = 20, calls = 40 } = {}): RunSamples {
  const { record, alerts, faults } = fixtureRun({ agencies, days, alertsPerAgency });
  const waits = Float64Array.from({ length: calls }, (_, i) => (i % 5 === 0 ? 0 : i * 900));
  const byPriority: Police['responseMs'] = { 1: waits, 2: waits, 3: waits, 4: waits };
  const hours = Array.from({ length: days * 24 }, (_, h) => h);
  const police = {
    units: 5,
    busyMs: { total: 9_000_001, call: 8_000_000, self: 1_000_001, unfounded: 77_000, induced: 5000 },
    responseMs: byPriority,
    queueMs: byPriority,
    hourly: hours.map((h) => ({ busyMs: (h % 7) * 60_001, waitingMs: (h % 3) * 1001 })),
  } as Police;
  const shards = record.agencies.map(({ id }) => ({
    id,
    cadRecords: 2 * calls,
    hourlyCalls: hours.map((h) => (h === 3 ? calls : 0)),
    police,
    centre: { answerMs: waits } as Centre,
  }));
  const loop = { ...record.loop, reactions: { ignored: 900, opened: 40, vigilant: 2 } };
  return { record: { ...record, loop }, lines: alerts, faults, shards };
}

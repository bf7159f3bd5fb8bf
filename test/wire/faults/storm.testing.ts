/** A reconnect storm: all residents lose their connection at once, while alerts flow, and all come back at once. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { expectSound, placeIn, recordTown, runTown, startServe, type Run, type Town } from './fault-run.testing.ts';

const SECONDS = 8;

/** Runs it with so many residents or a few more, and demands that nobody lost anything and nothing came twice; how many deliveries fell due meanwhile. `sets` make the town so large. */
export async function runStorm(
  folder: string,
  residents: number,
  sets: readonly string[],
): Promise<{ run: Run; dueWhileAway: number }> {
  const town = await recordTown(join(folder, 'trace'), SECONDS, ['reactions.enabled=false', ...sets], (scenario) => {
    scenario.load.storms = [{ atMs: 3000, share: 1, awayMs: 2000, rampMs: 0 }];
  });
  expect(town.trace.header.residents).toBeGreaterThanOrEqual(residents);
  const serve = await startServe(await placeIn(folder, 'data'));
  const run = await runTown(town, serve, join(folder, 'out'));
  expectSound(town, run);
  expect(run.judged.sameOutcome).toMatchObject({ onlyVirtual: 0, onlyWall: 0, unexplained: 0 });
  expect(run.judged.judgement.verdicts.disconnected).toBe(0);
  expect(run.judged.load.inputs['connect']).toEqual({
    meant: town.trace.header.residents,
    sent: town.trace.header.residents,
    acknowledged: town.trace.header.residents,
  });
  return { run, dueWhileAway: dueWhileAway(town, run) };
}

// --- internal ---

/** Deliveries that fell due while their residents were away, and came when they were back. */
function dueWhileAway(town: Town, { summary, deliveries, frames, sends }: Run): number {
  const back = new Map<number, number>();
  for (const { input, answeredMs } of sends) {
    const given = town.inputs[input];
    if (input >= town.trace.header.preamble && given.kind === 'connect')
      back.set(given.resident, answeredMs ?? Infinity);
  }
  const { originWallMs, originMs, speed } = summary.clock;
  const due = new Map(
    town.replayed.publishes.map((p) => [p.identifier, originWallMs + (p.atMs - originMs) / speed] as const),
  );
  return deliveries.filter(([resident, , frame, wallMs]) => {
    const { identifier } = JSON.parse(frames[frame].text) as { identifier?: string };
    const backMs = back.get(resident) ?? Infinity;
    return wallMs >= backMs && (due.get(identifier ?? '') ?? Infinity) < backMs;
  }).length;
}

/** Checks of the platform's clock, which every rule goes by. */
import { HOUR_MS } from '../../../contract/time.ts';
import { MEDIA, PATHS } from '../../../contract/wire.ts';
import type { CheckGroup } from '../check.ts';
import { LeftOut, must } from '../outcome.ts';
import { type Answer, jsonOf, mustRefuse } from '../client.ts';
import { isBarrier, NEAR, setClock, TOWN_START_MS, type TestTown } from '../test-town.ts';

export const clockChecks: CheckGroup = {
  name: 'clock',
  checks: [
    {
      name: 'get',
      says: 'GET returns the clock that was set',
      async run(town) {
        mustHaveClock(town);
        const clock = { originWallMs: 1_780_000_000_000.5, originMs: TOWN_START_MS, speed: 0 };
        await setClock(town.target, clock);
        const found = jsonOf(await town.target.client.send('GET', PATHS.clock, { token: town.target.harnessKey }));
        const same = Object.entries(clock).every(([name, value]) => found[name] === value);
        must(same, JSON.stringify(found).slice(0, 120));
        return JSON.stringify(clock);
      },
    },
    {
      name: 'invalid',
      says: 'without the harness key a clock is refused; a document that is no clock is invalid',
      async run(town) {
        mustHaveClock(town);
        const good = { originWallMs: 0, originMs: TOWN_START_MS, speed: 0 };
        mustRefuse(await put(town, good, `${town.target.harnessKey}x`), 'unauthenticated', 'forbidden');
        const broken = [
          { ...good, speed: -1 },
          { ...good, speed: 10_001 },
          { ...good, speed: town.target.canary },
          { ...good, originMs: 0.5 },
          { originMs: TOWN_START_MS, speed: 1 },
        ];
        for (const clock of broken) mustRefuse(await put(town, clock), 'invalid');
        return `${broken.length} of ${broken.length} refused`;
      },
    },
    {
      name: 'age',
      says: 'an hour counts by the platform clock: a record an hour old gets no alert, one a moment younger does',
      async run(town) {
        mustHaveClock(town);
        const listener = await town.listen(NEAR);
        await town.standAt(TOWN_START_MS + 2 * HOUR_MS);
        const edge = TOWN_START_MS + HOUR_MS;
        await town.push(town.record({ incidentMs: edge, number: 154 }));
        await town.push(town.record({ incidentMs: edge + 1, number: 354 }));
        await town.settle(listener);
        const places = listener.frames.filter(({ text }) => !isBarrier(text)).map(({ text }) => text);
        must(
          places.length === 1 && places[0].includes('300 BLOCK W MAPLE ST'),
          `${places.length} alerts instead of that for the younger one`,
        );
        return 'an hour old 0, a millisecond younger 1';
      },
    },
    {
      name: 'runs',
      says: 'at a speed it runs on from its origin',
      async run(town) {
        mustHaveClock(town);
        const listener = await town.listen(NEAR);
        // An hour a second: after a moment a record of this time lies more than an hour back.
        const startMs = TOWN_START_MS + 4 * HOUR_MS;
        await setClock(town.target, { originWallMs: Date.now(), originMs: startMs, speed: 3600 });
        await new Promise((resolve) => setTimeout(resolve, 1500));
        await town.push(town.record({ incidentMs: startMs, updatedMs: startMs }));
        await town.standAt(startMs + 10_000 * HOUR_MS);
        await town.settle(listener);
        must(
          listener.frames.every(({ text }) => isBarrier(text)),
          'an alert for what is an hour old by then',
        );
        return 'too old after 1.5 s at speed 3600';
      },
    },
  ],
};

// --- internal ---

function mustHaveClock(town: TestTown): void {
  if (!town.target.hasClock) throw new LeftOut(`${PATHS.clock}: 404`);
}

function put(town: TestTown, clock: object, token = town.target.harnessKey): Promise<Answer> {
  return town.target.client.send('PUT', PATHS.clock, {
    token,
    headers: { 'content-type': MEDIA.json },
    body: JSON.stringify(clock),
  });
}

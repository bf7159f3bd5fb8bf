/** Checks of preferences, mute and leaving: each takes effect at once. */
import { CATEGORIES } from '../../../contract/catalogue.ts';
import { CLOSE_CODES, MEDIA, PATHS } from '../../../contract/wire.ts';
import type { CheckGroup } from '../check.ts';
import { must } from '../outcome.ts';
import { type Answer, jsonOf, mustRefuse, mustTake } from '../client.ts';
import { BESIDE, HIGH, isBarrier, NEAR, PICKY, type TestTown } from '../test-town.ts';

export const preferenceChecks: CheckGroup = {
  name: 'preferences',
  checks: [
    {
      name: 'get',
      says: 'GET returns radius and categories as onboarded',
      async run(town) {
        mustBe(await ask(town, 'GET', NEAR), 300, [...CATEGORIES]);
        return mustBe(await ask(town, 'GET', PICKY), 300, ['hostage', 'arson']);
      },
    },
    {
      name: 'patch',
      says: 'fields left out stay as they are; the answer is the new state',
      async run(town) {
        mustBe(await ask(town, 'PATCH', HIGH, { radiusM: 123.4 }), 123.4, [...CATEGORIES]);
        mustBe(await ask(town, 'PATCH', HIGH, { categories: ['fire', 'robbery'] }), 123.4, ['robbery', 'fire']);
        return mustBe(await ask(town, 'GET', HIGH), 123.4, ['robbery', 'fire']);
      },
    },
    {
      name: 'invalid',
      says: 'unknown fields, names and values out of range are invalid, and change nothing',
      async run(town) {
        const { canary } = town.target;
        const changes = [
          { [canary]: 1 },
          { radiusM: -1 },
          { radiusM: 100_000.1 },
          { radiusM: 0.05 },
          { radiusM: '100' },
          { categories: [canary] },
          { categories: ['arson', 'arson'] },
          { categories: 'arson' },
        ];
        for (const change of changes) mustRefuse(await ask(town, 'PATCH', NEAR, change), 'invalid');
        mustRefuse(await ask(town, 'PATCH', NEAR, `{"${canary}`), 'invalid');
        mustBe(await ask(town, 'GET', NEAR), 300, [...CATEGORIES]);
        return `${changes.length + 1} of ${changes.length + 1} refused`;
      },
    },
    {
      name: 'effect',
      says: 'wishes decide who gets an alert from the moment of their acknowledgement',
      async run(town) {
        const near = await town.listen(NEAR);
        const beside = await town.listen(BESIDE);
        await ask(town, 'PATCH', NEAR, { categories: ['arson', 'hostage'] });
        await ask(town, 'PATCH', BESIDE, { radiusM: 10 });
        await town.push(town.record());
        // The alert that settle waits for is for the whole town: every resident is near it.
        await town.settle(near, beside);
        const counts = [near, beside].map(({ frames }) => frames.filter(({ text }) => !isBarrier(text)).length);
        must(counts.join() === '0,0', `unwanted category ${counts[0]}, too far ${counts[1]}`);
        await ask(town, 'PATCH', NEAR, { categories: [...CATEGORIES] });
        await town.push(town.record());
        await town.settle(near, beside);
        must(near.frames.filter(({ text }) => !isBarrier(text)).length === 1, 'wanted again, and not sent');
        return 'unwanted 0, too far 0, wanted again 1';
      },
    },
    {
      name: 'mute',
      says: 'while muted nothing comes, not even later; afterwards it does, under the next number',
      async run(town) {
        const near = await town.listen(NEAR);
        const witness = await town.listen(PICKY);
        mustTake(await town.target.client.send('PUT', PATHS.mute, { token: town.token('resident', NEAR) }));
        await town.push(town.record());
        await town.settle(witness);
        const muted = near.frames.length;
        mustTake(await town.target.client.send('DELETE', PATHS.mute, { token: town.token('resident', NEAR) }));
        await town.settle(near, witness);
        must(muted === 0 && near.frames.length === 1, `muted ${muted}, afterwards ${near.frames.length - muted}`);
        return 'muted 0, afterwards 1';
      },
    },
    {
      name: 'leave',
      says: 'the stream of a resident who leaves is closed with 4002, nothing more is sent, and the token is forbidden',
      async run(town) {
        const near = await town.listen(NEAR);
        const witness = await town.listen(PICKY);
        const token = town.token('resident', NEAR);
        mustTake(await town.target.client.send('DELETE', PATHS.me, { token }));
        await near.until(() => near.closeCode() !== null, 'the stream to close');
        must(near.closeCode() === CLOSE_CODES.left, `closed with ${near.closeCode()}`);
        await town.settle(witness);
        const answer = await town.target.client.send('GET', PATHS.preferences, { token });
        return `closed with ${near.closeCode()}; ${mustRefuse(answer, 'forbidden')}`;
      },
    },
  ],
};

// --- internal ---

function ask(town: TestTown, method: 'GET' | 'PATCH', resident: number, change?: object | string): Promise<Answer> {
  return town.target.client.send(method, PATHS.preferences, {
    token: town.token('resident', resident),
    headers: change === undefined ? {} : { 'content-type': MEDIA.json },
    body: change === undefined || typeof change === 'string' ? change : JSON.stringify(change),
  });
}

function mustBe(answer: Answer, radiusM: number, categories: string[]): string {
  const expected = JSON.stringify({ radiusM, categories });
  const body = jsonOf(answer);
  const found = JSON.stringify({ radiusM: body.radiusM, categories: body.categories });
  must(answer.status === 200 && found === expected, `expected ${expected}, found ${answer.status} ${found}`);
  return found;
}

/** Checks of onboarding: the key that it needs, the documents that are accepted, and that a new document replaces everything. */
import { ONBOARDING_SCHEMA } from '../../../contract/onboarding.ts';
import { CLOSE_CODES, PATHS } from '../../../contract/wire.ts';
import type { CheckGroup } from '../check.ts';
import { must } from '../outcome.ts';
import { mustRefuse, mustTake } from '../client.ts';
import { NEAR, onboard, openTestTown } from '../test-town.ts';

export const onboardingChecks: CheckGroup = {
  name: 'onboarding',
  checks: [
    {
      name: 'key',
      says: 'without the harness key, or with another, it is refused',
      async run({ target, document }) {
        const body = JSON.stringify(document);
        const none = mustRefuse(await onboard(target, body, null), 'unauthenticated');
        const wrong = mustRefuse(await onboard(target, body, `${target.harnessKey}x`), 'unauthenticated', 'forbidden');
        return `${none}; ${wrong}`;
      },
    },
    {
      name: 'invalid',
      says: "a document that can't be worked with is invalid, and what was known before stays",
      async run(town) {
        const { target, document } = town;
        const { ids: _ids, ...roster } = document.roster;
        const broken = [
          `{"schema":"${target.canary}`,
          JSON.stringify([document]),
          JSON.stringify({ ...document, schema: 'hundredblock.onboarding/99.0' }),
          JSON.stringify({ ...document, roster }),
          JSON.stringify({ ...document, roster: { ...document.roster, x: [1] } }),
        ];
        for (const body of broken) mustRefuse(await onboard(target, body), 'invalid');
        const token = town.token('resident', NEAR);
        mustTake(await target.client.send('GET', PATHS.preferences, { token }));
        return `${broken.length} of ${broken.length} refused, residents still known`;
      },
    },
    {
      name: 'ready',
      says: 'once onboarded it is alive and ready',
      async run({ target }) {
        for (const path of [PATHS.health, PATHS.ready]) {
          const { status } = await target.client.send('GET', path);
          must(status === 200, `${path}: ${status}`);
        }
        return '200, 200';
      },
    },
    {
      name: 'replaces',
      says: 'a new document replaces everything: streams close with 4004, old tokens are worthless, numbers begin anew',
      async run(town) {
        const { target } = town;
        must(town.document.schema === ONBOARDING_SCHEMA, 'another schema');
        const listener = await town.listen(NEAR);
        await town.push(town.record());
        await town.settle(listener);
        const next = await openTestTown(target);
        await listener.until(() => listener.closeCode() !== null, 'the stream to close');
        must(listener.closeCode() === CLOSE_CODES.reset, `closed with ${listener.closeCode()}`);
        const old = { token: town.token('resident', NEAR) };
        mustRefuse(await target.client.send('GET', PATHS.preferences, old), 'unauthenticated');
        const anew = await next.listen(NEAR);
        await anew.until(() => anew.raw.length > 0, 'hello');
        await next.close();
        must(anew.raw[0] === '{"type":"hello","lastSequence":0}', 'numbers went on');
        return `closed with ${listener.closeCode()}, 401, numbers from 0`;
      },
    },
  ],
};

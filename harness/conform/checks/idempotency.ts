/** Checks of idempotency keys: a message has its effect once, however often it is sent. */
import { HEADERS } from '../../../contract/wire.ts';
import type { CheckGroup } from '../check.ts';
import { must } from '../outcome.ts';
import { mustRefuse, describeAnswer } from '../client.ts';
import { eidoBody } from '../dialect-body.ts';
import { AGENCY, isBarrier, NEAR, OTHER_AGENCY } from '../test-town.ts';

export const idempotencyChecks: CheckGroup = {
  name: 'idempotency',
  checks: [
    {
      name: 'same',
      says: 'the same key with the same body is answered as the first time, and says so',
      async run(town) {
        const key = town.key();
        const body = eidoBody(town.record(), town.target.canary);
        const first = await town.pushBody(AGENCY, key, body);
        const again = await town.pushBody(AGENCY, key, body);
        must(
          again.status === first.status && again.text === first.text,
          `first ${describeAnswer(first)}, then ${again.text === first.text ? '' : 'another answer, '}${describeAnswer(again)}`,
        );
        must(again.headers[HEADERS.replayed] === 'true', `${HEADERS.replayed} is missing`);
        return `${again.status} twice, ${HEADERS.replayed}: true`;
      },
    },
    {
      name: 'other-body',
      says: 'the key with another body is refused, and has no effect',
      async run(town) {
        const listener = await town.listen(NEAR);
        const key = town.key();
        const told = town.record();
        await town.pushBody(AGENCY, key, eidoBody(told, town.target.canary));
        const other = eidoBody({ ...told, number: 354 }, town.target.canary);
        const found = mustRefuse(await town.pushBody(AGENCY, key, other), 'idempotency-key-reused');
        await town.settle(listener);
        const alerts = listener.frames.filter(({ text }) => !isBarrier(text)).length;
        must(alerts === 1, `${alerts} messages instead of 1`);
        return found;
      },
    },
    {
      name: 'scope',
      says: 'two agencies may use the same key',
      async run(town) {
        const key = town.key();
        const first = await town.pushBody(AGENCY, key, eidoBody(town.record(), town.target.canary));
        const second = await town.pushBody(OTHER_AGENCY, key, eidoBody(town.record(), town.target.canary));
        must(first.status === 202 && second.status === 202, `${describeAnswer(first)}, ${describeAnswer(second)}`);
        must(second.headers[HEADERS.replayed] === undefined, "the second was answered with the first's answer");
        return '202, 202';
      },
    },
    {
      name: 'at-once',
      says: 'sent twice at the same moment it has one effect: the other is replayed or busy',
      async run(town) {
        const listener = await town.listen(NEAR);
        const key = town.key();
        const body = eidoBody(town.record(), town.target.canary);
        const answers = await Promise.all([1, 2, 3, 4].map(() => town.pushBody(AGENCY, key, body)));
        const fresh = answers.filter(
          ({ status, headers }) => status === 202 && headers[HEADERS.replayed] === undefined,
        ).length;
        for (const answer of answers) if (answer.status !== 202) mustRefuse(answer, 'idempotency-key-busy');
        must(fresh === 1, `${fresh} of 4 taken as new`);
        await town.settle(listener);
        const alerts = listener.frames.filter(({ text }) => !isBarrier(text)).length;
        must(alerts === 1, `${alerts} alerts instead of 1`);
        return answers.map(describeAnswer).join(', ');
      },
    },
  ],
};

/** Checks of residents' posts. */
import { HEADERS, MEDIA, PATHS } from '../../../contract/wire.ts';
import type { CheckGroup } from '../check.ts';
import { must } from '../outcome.ts';
import { type Answer, jsonOf, mustHave, mustRefuse, describeAnswer } from '../client.ts';
import { BESIDE, FAR, NEAR, type TestTown } from '../test-town.ts';

export const postChecks: CheckGroup = {
  name: 'posts',
  checks: [
    {
      name: 'neighbours',
      says: 'a post reaches those within 800 m of its author, not the author, with private strings blanked',
      async run(town) {
        const listeners = [await town.listen(NEAR), await town.listen(BESIDE), await town.listen(FAR)];
        const text = 'Lost cat near the library, call 555-0142';
        const answer = mustHave(await post(town, 'post-1', JSON.stringify({ text })), PATHS.posts);
        must(answer.status === 202 && jsonOf(answer).postId === 'post-1', `answered ${describeAnswer(answer)}`);
        await town.settle(...listeners);
        const got = listeners.map(({ frames }) => frames.filter(({ type }) => type === 'post'));
        const counts = got.map((posts) => posts.length).join();
        must(counts === '0,1,0', `author, neighbour, far away: ${counts}`);
        const shown = JSON.parse(got[1][0].text) as { postId?: string; text?: string };
        must(shown.postId === 'post-1' && typeof shown.text === 'string', 'not the post that was sent');
        must(!got[1][0].text.includes('555-0142'), 'the phone number is still in it');
        return 'author 0, neighbour 1, far away 0; phone number blanked';
      },
    },
    {
      name: 'invalid',
      says: 'a post without a key is refused; empty, too long or with other fields it is invalid',
      async run(town) {
        const none = mustHave(await post(town, null, '{"text":"x"}'), PATHS.posts);
        mustRefuse(none, 'idempotency-key-missing');
        const bodies = [{ text: '' }, { text: 'x'.repeat(4001) }, { text: 'x', [town.target.canary]: 1 }, {}];
        for (const body of bodies) mustRefuse(await post(town, town.key(), JSON.stringify(body)), 'invalid');
        return `${bodies.length + 1} of ${bodies.length + 1} refused`;
      },
    },
    {
      name: 'key',
      says: "a key belongs to its resident: the same one with another text is refused, another resident's is not",
      async run(town) {
        mustHave(await post(town, 'shared', '{"text":"one"}'), PATHS.posts);
        const reused = mustRefuse(await post(town, 'shared', '{"text":"two"}'), 'idempotency-key-reused');
        const other = await post(town, 'shared', '{"text":"three"}', BESIDE);
        must(
          other.status === 202 && other.headers[HEADERS.replayed] === undefined,
          `another's: ${describeAnswer(other)}`,
        );
        return `${reused}; another's 202`;
      },
    },
  ],
};

// --- internal ---

function post(town: TestTown, key: string | null, body: string, resident = NEAR): Promise<Answer> {
  return town.target.client.send('POST', PATHS.posts, {
    token: town.token('resident', resident),
    headers: { 'content-type': MEDIA.json, ...(key === null ? {} : { [HEADERS.idempotencyKey]: key }) },
    body,
  });
}

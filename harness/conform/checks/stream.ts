/** Checks of the residents' stream: who gets which messages, in exactly which bytes, and how the stream ends. */
import { Compile } from 'typebox/compile';
import { AlertSchema } from '../../../contract/alert.ts';
import { AlertsPageSchema, CLOSE_CODES, PATHS, STREAM_PROTOCOL, STREAM_TOKEN_PREFIX } from '../../../contract/wire.ts';
import type { CheckGroup } from '../check.ts';
import { LeftOut, must } from '../outcome.ts';
import { jsonOf, mustHave, describeAnswer } from '../client.ts';
import type { Listener } from '../listener.ts';
import { BESIDE, FAR, HIGH, isBarrier, MUTED, NEAR, PICKY, type TestTown } from '../test-town.ts';

export const streamChecks: CheckGroup = {
  name: 'stream',
  checks: [
    {
      name: 'hello',
      says: 'the first frame is hello with the number of the last message before it',
      async run(town) {
        const first = await town.listen(NEAR);
        await first.until(() => first.raw.length > 0, 'hello');
        must(first.raw[0] === '{"type":"hello","lastSequence":0}', 'the first frame is not hello with 0');
        await town.push(town.record());
        await town.settle(first);
        const second = await town.listen(NEAR);
        await second.until(() => second.raw.length > 0, 'hello');
        must(second.raw[0] === '{"type":"hello","lastSequence":2}', 'after two messages it is not hello with 2');
        return '0, then 2';
      },
    },
    {
      name: 'bytes',
      says: 'an alert has exactly the fields and the form of the contract',
      async run(town) {
        const listener = await town.listen(NEAR);
        await town.push(town.record());
        await town.settle(listener);
        const frames = listener.raw.slice(1);
        must(frames.length === listener.frames.length, 'a frame is not {"sequence":N,"type":"...","message":...}');
        for (const { text } of listener.frames) {
          const value: unknown = JSON.parse(text);
          must(alertSchema.Check(value), 'a message breaks the schema of alerts');
          must(JSON.stringify(value) === text, 'a message is not as JSON.stringify writes it');
        }
        return `${frames.length} messages`;
      },
    },
    {
      name: 'dense',
      says: "each resident's messages are numbered 1, 2, 3, ... without holes",
      async run(town) {
        const listeners = [await town.listen(BESIDE), await town.listen(PICKY), await town.listen(HIGH)];
        for (let i = 0; i < 5; i++) await town.push(town.record({ event: i % 2 === 0 ? 'burglary' : 'arson' }));
        await town.settle(...listeners);
        for (const { frames } of listeners) {
          const first = frames[0]?.sequence ?? 0;
          const holes = frames.filter(({ sequence }, i) => sequence !== first + i).length;
          must(holes === 0, `${frames.map(({ sequence }) => sequence).join(', ')}`);
        }
        return listeners.map(({ frames }) => frames.map((frame) => frame.sequence).join(' ')).join('; ');
      },
    },
    {
      name: 'audience',
      says: 'residents near the published place get it: not those far away, muted, or who want other things',
      async run(town) {
        const near = await town.listen(NEAR);
        const high = await town.listen(HIGH);
        const others = [await town.listen(FAR), await town.listen(PICKY)];
        const muted = await town.listen(MUTED);
        await town.push(town.record());
        await town.settle(near, high, ...others);
        const counts = [near, high, ...others, muted].map(alertCount);
        must(counts.join() === '1,1,0,0,0', `near, high id, far, other wishes, muted: ${counts.join(', ')}`);
        return 'near and high id 1; far, other wishes, muted 0';
      },
    },
    {
      name: 'protocol',
      says: `a token may come as the second subprotocol; ${STREAM_PROTOCOL} is then chosen`,
      async run(town) {
        const token = town.token('resident', NEAR);
        const asProtocol = [STREAM_PROTOCOL, `${STREAM_TOKEN_PREFIX}${token}`];
        const listener = await town.listen(NEAR, { token: undefined, asProtocol });
        must(listener.protocol === STREAM_PROTOCOL, 'another subprotocol was chosen');
        await listener.until(() => listener.raw.length > 0, 'hello');
        return `${STREAM_PROTOCOL} chosen`;
      },
    },
    {
      name: 'one-way',
      says: 'a client that sends a data frame is closed with 1008',
      async run(town) {
        const listener = await town.listen(NEAR);
        listener.socket.send(`{"type":"${town.target.canary}"}`);
        return closedWith(listener, CLOSE_CODES.clientSpoke);
      },
    },
    {
      name: 'large',
      says: 'a frame that is too large to look at is closed with 1009 (or 1008)',
      async run(town) {
        const listener = await town.listen(NEAR);
        listener.socket.send(Buffer.alloc(1_000_000));
        return closedWith(listener, CLOSE_CODES.tooLarge, CLOSE_CODES.clientSpoke);
      },
    },
    {
      name: 'ping',
      says: 'pings are answered',
      async run(town) {
        const listener = await town.listen(NEAR);
        let answered = false;
        listener.socket.once('pong', () => {
          answered = true;
        });
        listener.socket.ping('conform');
        const untilMs = Date.now() + town.target.patienceMs;
        while (!answered && Date.now() < untilMs) await new Promise((resolve) => setTimeout(resolve, 20));
        must(answered, 'no pong');
        return 'pong';
      },
    },
    {
      name: 'replaced',
      says: 'if a resident opens more connections than allowed, the oldest is closed with 4001',
      async run(town) {
        const open: Listener[] = [];
        for (let i = 0; i < CONNECTIONS_MAX && open[0]?.closeCode() == null; i++) open.push(await town.listen(NEAR));
        for (let i = 0; i < 20 && open[0].closeCode() === null; i++)
          await new Promise((resolve) => setTimeout(resolve, 50));
        if (open[0].closeCode() === null) throw new LeftOut(`${open.length} connections of one resident are allowed`);
        must(open.at(-1)!.closeCode() === null, 'the newest was closed');
        return closedWith(open[0], CLOSE_CODES.replaced);
      },
    },
    { name: 'page', says: 'the page of alerts holds the same messages under the same numbers', run: pageOfAlerts },
  ],
};

// --- internal ---

const alertSchema = Compile(AlertSchema);
const pageSchema = Compile(AlertsPageSchema);
const CONNECTIONS_MAX = 20;

function alertCount({ frames }: Listener): number {
  return frames.filter(({ text }) => !isBarrier(text)).length;
}

/** Waits for the close and says its code; throws Missed if it is none of these. */
async function closedWith(listener: Listener, ...codes: number[]): Promise<string> {
  await listener.until(() => listener.closeCode() !== null, 'the stream to close');
  const code = listener.closeCode()!;
  must(codes.includes(code), `closed with ${code}`);
  return `closed with ${code}`;
}

async function pageOfAlerts(town: TestTown): Promise<string> {
  const { client } = town.target;
  const listener = await town.listen(BESIDE);
  for (let i = 0; i < 3; i++) await town.push(town.record());
  await town.settle(listener);
  const [first] = listener.frames;
  const token = town.token('resident', BESIDE);
  const path = `${PATHS.alerts}?since=${first.sequence - 1}&limit=2`;
  const answer = mustHave(await client.send('GET', path, { token }), PATHS.alerts);
  const page = jsonOf(answer);
  must(answer.status === 200 && pageSchema.Check(page), `${describeAnswer(answer)}, not the shape of a page`);
  const found = page.messages.map(({ sequence, message }) => `${sequence} ${JSON.stringify(message)}`);
  const expected = listener.frames.slice(0, 2).map(({ sequence, text }) => `${sequence} ${text}`);
  must(found.join('\n') === expected.join('\n'), 'other messages than on the stream');
  const last = listener.frames.at(-1)!.sequence;
  must(page.lastSequence === last && page.gap === null, `lastSequence or gap is wrong`);
  return `${found.length} of ${listener.frames.length} messages, lastSequence ${last}`;
}

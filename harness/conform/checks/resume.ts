/** Checks of resuming a stream: a client that comes back misses nothing and gets nothing twice. */
import { CLOSE_CODES } from '../../../contract/wire.ts';
import type { CheckGroup } from '../check.ts';
import { must } from '../outcome.ts';
import { mustRefuse } from '../client.ts';
import { type Listener, StreamRefused } from '../listener.ts';
import { BESIDE, NEAR, type TestTown } from '../test-town.ts';

export const resumeChecks: CheckGroup = {
  name: 'resume',
  checks: [
    {
      name: 'after',
      says: 'with ?after=K all messages after K follow hello in order, byte for byte, then new ones',
      async run(town) {
        const witness = await town.listen(NEAR);
        for (let i = 0; i < 4; i++) await town.push(town.record());
        await town.settle(witness);
        const back = await town.listen(NEAR, { query: '?after=2' });
        await town.push(town.record());
        await town.settle(witness, back);
        return sameAs(witness, 2, back);
      },
    },
    {
      name: 'last',
      says: 'with the last number nothing comes twice',
      async run(town) {
        const witness = await town.listen(NEAR);
        await town.push(town.record());
        await town.settle(witness);
        const last = witness.frames.at(-1)!.sequence;
        const back = await town.listen(NEAR, { query: `?after=${last}` });
        await town.settle(witness, back);
        return sameAs(witness, last, back);
      },
    },
    {
      name: 'here',
      says: 'without ?after the stream begins after hello',
      async run(town) {
        const witness = await town.listen(BESIDE);
        await town.push(town.record());
        await town.settle(witness);
        const last = witness.frames.at(-1)!.sequence;
        const back = await town.listen(BESIDE);
        await town.settle(witness, back);
        return sameAs(witness, last, back);
      },
    },
    {
      name: 'broken',
      says: 'after a broken connection, with messages on their way, nothing is missing',
      async run(town) {
        const witness = await town.listen(NEAR);
        const client = await town.listen(NEAR);
        await town.push(town.record());
        await town.settle(witness, client);
        const sent = Array.from({ length: 4 }, () => town.push(town.record()));
        await client.close(true);
        await Promise.all(sent);
        for (let i = 0; i < 4; i++) await town.push(town.record());
        const seen = client.frames.at(-1)!.sequence;
        const back = await town.listen(NEAR, { query: `?after=${seen}` });
        await town.settle(witness, back);
        return sameAs(witness, seen, back);
      },
    },
    {
      name: 'ahead',
      says: 'a number beyond the last is closed with 4003',
      async run(town) {
        const listener = await town.listen(NEAR, { query: '?after=1000000' });
        await listener.until(() => listener.closeCode() !== null, 'the stream to close');
        must(listener.closeCode() === CLOSE_CODES.sequenceAhead, `closed with ${listener.closeCode()}`);
        return 'closed with 4003';
      },
    },
    {
      name: 'invalid',
      says: 'an ?after that is not a whole number from 0 is invalid',
      async run(town) {
        for (const query of ['?after=-1', '?after=1.5', `?after=${town.target.canary}`]) await refused(town, query);
        return 'refused before the upgrade';
      },
    },
  ],
};

// --- internal ---

/** Throws Missed unless `back` got exactly what the witness got after `sequence`. */
function sameAs(witness: Listener, sequence: number, back: Listener): string {
  const text = (frames: Listener['frames']) => frames.map((frame) => `${frame.sequence} ${frame.text}`).join('\n');
  const expected = witness.frames.filter((frame) => frame.sequence > sequence);
  const numbers = back.frames.map((frame) => frame.sequence).join(' ');
  must(
    text(back.frames) === text(expected),
    `expected ${expected.map((frame) => frame.sequence).join(' ')}, found ${numbers === '' ? 'nothing' : numbers}`,
  );
  must(back.raw[0]?.startsWith('{"type":"hello"') === true, 'hello does not come first');
  return numbers;
}

async function refused(town: TestTown, query: string): Promise<void> {
  const refusal = await town.listen(NEAR, { query }).then(
    () => null,
    (error: unknown) => error,
  );
  must(refusal !== null, 'the stream opened');
  if (!(refusal instanceof StreamRefused)) throw refusal;
  town.target.client.refusals.push(`${JSON.stringify(refusal.headers)}\n${refusal.text}`);
  mustRefuse(refusal, 'invalid');
}

/** Checks of CAD messages: which are accepted, which are refused, and in what order they take effect. */
import { CATEGORY_LABELS, DIALECTS } from '../../../contract/catalogue.ts';
import { HEADERS, MEDIA } from '../../../contract/wire.ts';
import type { Check, CheckGroup } from '../check.ts';
import { LeftOut, must } from '../outcome.ts';
import { type Answer, jsonOf, mustRefuse, statusesOf, describeAnswer } from '../client.ts';
import { bodyIn, eidoBody } from '../dialect-body.ts';
import { AGENCY, BODY_LENGTH_MAX, cadPath, DIALECT_AGENCIES, isBarrier, NEAR, type TestTown } from '../test-town.ts';

export const ingestChecks: CheckGroup = {
  name: 'ingest',
  checks: [
    {
      name: 'accepted',
      says: 'a message is answered 202 with its id and a receipt for each record',
      async run(town) {
        const key = town.key();
        const answer = await town.pushBody(AGENCY, key, eidoBody(town.record(), town.target.canary));
        return mustReceive(answer, 202, 'accepted', null, key);
      },
    },
    {
      name: 'known',
      says: 'a message that says nothing new is a duplicate, one older than a known one is superseded',
      async run(town) {
        const told = town.record();
        mustReceive(await town.push(told), 202, 'accepted');
        const same = mustReceive(await town.push(told), 202, 'duplicate');
        const older = { ...told, number: 354, updatedMs: told.updatedMs - 60_000 };
        return `${same}; ${mustReceive(await town.push(older), 202, 'superseded')}`;
      },
    },
    {
      name: 'rejected',
      says: 'a message whose every record is rejected is answered 422 with its receipts',
      async run(town) {
        const body = eidoBody(town.record(), town.target.canary);
        const cases: [string, string][] = [
          [body.slice(0, -20), 'unreadable'],
          [`"${town.target.canary}"`, 'schema'],
          [body.replace('"Active"', `"${town.target.canary}"`), 'schema'],
          [body.replace(/"callStartTimestamp":"[^"]*"/, `"callStartTimestamp":"${town.target.canary}"`), 'bad-time'],
        ];
        for (const [broken, code] of cases)
          mustReceive(await town.pushBody(AGENCY, town.key(), broken), 422, 'rejected', code);
        return `${cases.length} of ${cases.length}: 422 rejected`;
      },
    },
    {
      name: 'dialect',
      says: "a header that names no dialect is invalid, a dialect that is not the feed's is rejected",
      async run(town) {
        const body = eidoBody(town.record(), town.target.canary);
        const none = await town.pushBody(AGENCY, town.key(), body, { [HEADERS.dialect]: town.target.canary });
        const other = await town.pushBody(AGENCY, town.key(), body, { [HEADERS.dialect]: 'tampa' });
        return `${mustRefuse(none, 'invalid')}; ${mustReceive(other, 422, 'rejected', 'wrong-dialect')}`;
      },
    },
    {
      name: 'too-large',
      says: 'a body beyond bodyLengthMax is rejected or too large; one of just that length is taken',
      async run(town) {
        const body = eidoBody(town.record(), town.target.canary);
        const fits = await town.pushBody(AGENCY, town.key(), body.padEnd(BODY_LENGTH_MAX, ' '));
        mustReceive(fits, 202, 'accepted');
        const beyond = await town.pushBody(AGENCY, town.key(), body.padEnd(BODY_LENGTH_MAX + 1, ' '));
        if (beyond.status === 413) return mustRefuse(beyond, 'too-large');
        return mustReceive(beyond, 422, 'rejected', 'too-large');
      },
    },
    {
      name: 'media',
      says: 'a content type that the door does not take is unsupported',
      async run(town) {
        const body = eidoBody(town.record(), town.target.canary);
        const answer = await town.pushBody(AGENCY, town.key(), body, { 'content-type': 'text/html' });
        return mustRefuse(answer, 'unsupported-media-type');
      },
    },
    {
      name: 'key',
      says: 'a message without an idempotency key, or with one that is not visible ASCII, is refused',
      async run(town) {
        const body = eidoBody(town.record(), town.target.canary);
        const none = mustRefuse(await town.pushBody(AGENCY, null, body), 'idempotency-key-missing');
        const long = await town.pushBody(AGENCY, 'k'.repeat(201), body);
        mustRefuse(long, 'idempotency-key-missing', 'invalid');
        return none;
      },
    },
    { name: 'order', says: 'messages pipelined on one connection take effect in order', run: pipelined },
    { name: 'batch', says: 'a batch is answered line by line; a broken line is refused alone', run: batched },
    ...DIALECTS.filter((dialect) => dialect !== 'eido').map((dialect): Check => ({
      name: dialect,
      says: `${dialect} messages are read, and lead to alerts`,
      run: (town) => inDialect(town, dialect),
    })),
  ],
};

// --- internal ---

const PIPELINED = 24;

/** The receipt in words; throws Missed unless the answer holds exactly this one. */
function mustReceive(
  answer: Answer,
  status: number,
  outcome: string,
  code: string | null = null,
  key?: string,
): string {
  const body = jsonOf(answer);
  const expected = JSON.stringify([{ row: 0, outcome, code }]);
  const found = JSON.stringify(body.rows) ?? 'no rows';
  must(
    answer.status === status && found === expected,
    `expected ${status} ${expected}, found ${describeAnswer(answer)} ${found.slice(0, 120)}`,
  );
  if (status === 422) mustRefuse(answer, 'rejected');
  must(typeof body.messageId === 'string', 'messageId is missing');
  must(key === undefined || body.messageId === key, 'messageId is not the key');
  return `${status} ${outcome}${code === null ? '' : ` ${code}`}`;
}

/** One record moves from block to block in one burst: the order of its alert's places is the order in which the messages took effect. */
async function pipelined(town: TestTown): Promise<string> {
  const { client, canary } = town.target;
  const listener = await town.listen(NEAR);
  const told = town.record();
  const numbers = Array.from({ length: PIPELINED }, (_, i) => [54, 154, 254, 354, 454][i % 5]);
  const requests = numbers.map((number, i) => {
    const body = eidoBody({ ...told, number }, canary);
    const head = [
      `POST ${cadPath(AGENCY)} HTTP/1.1`,
      `Host: ${client.url.host}`,
      `Authorization: Bearer ${town.token('agency', AGENCY)}`,
      `${HEADERS.idempotencyKey}: pipelined-${i}`,
      `Content-Type: ${MEDIA.json}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...(i === PIPELINED - 1 ? ['Connection: close'] : []),
    ];
    return `${head.join('\r\n')}\r\n\r\n${body}`;
  });
  const { text } = await client.raw(requests.join(''), (so) => statusesOf(so).length === PIPELINED);
  const statuses = statusesOf(text);
  must(
    statuses.length === PIPELINED && statuses.every((status) => status === 202),
    `${statuses.filter((status) => status === 202).length} of ${PIPELINED} answered 202`,
  );
  await town.settle(listener);
  const places = alertsOf(listener.frames).map((alert) => alert.area.areaDesc);
  const expected = numbers.map((n) => `${n < 100 ? 'UNIT' : Math.floor(n / 100) * 100} BLOCK W MAPLE ST`);
  must(places.join() === expected.join(), `${places.length} messages, not in the order of what caused them`);
  return `${places.length} in order`;
}

async function batched(town: TestTown): Promise<string> {
  const told = [town.record(), town.record()];
  const lines = [
    JSON.stringify({ id: town.key(), body: eidoBody(told[0], town.target.canary) }),
    `{"id":"${town.target.canary}`,
    JSON.stringify({ id: town.key(), body: eidoBody(told[1], town.target.canary) }),
  ];
  const answer = await town.pushBody(AGENCY, null, `${lines.join('\n')}\n`, { 'content-type': MEDIA.ndjson });
  if (answer.status === 415) throw new LeftOut(`${MEDIA.ndjson}: 415`);
  const messages = jsonOf(answer).messages as { rows?: { outcome?: string }[]; error?: string }[] | undefined;
  must(answer.status === 202 && Array.isArray(messages), `answered ${describeAnswer(answer)}`);
  const found = messages.map(({ rows, error }) => error ?? rows?.[0]?.outcome).join(', ');
  must(found === 'accepted, invalid, accepted', `expected accepted, invalid, accepted; found ${found}`);
  return found;
}

async function inDialect(town: TestTown, dialect: keyof typeof DIALECT_AGENCIES): Promise<string> {
  const listener = await town.listen(NEAR);
  // These dialects give times in whole seconds.
  const second = Math.floor(town.nowMs() / 1000) * 1000;
  const told = town.record({ event: 'robbery', incidentMs: second - 120_000, updatedMs: second - 60_000, number: 250 });
  if (dialect === 'sf') told.placeText = 'W MAPLE ST \\ N 5TH AVE';
  const body = bodyIn(dialect, told, 2500, 5000, town.target.canary);
  const media: Record<string, string> = dialect === 'seattle' ? { 'content-type': MEDIA.csv } : {};
  const answer = await town.pushBody(DIALECT_AGENCIES[dialect], town.key(), body, media);
  if (answer.status === 415) throw new LeftOut(`${dialect}: 415`);
  mustReceive(answer, 202, 'accepted');
  await town.settle(listener);
  const [alert, ...more] = alertsOf(listener.frames);
  must(alert !== undefined && more.length === 0, `${listener.frames.length - 1} alerts instead of 1`);
  const place = dialect === 'sf' ? 'N 5TH AVE / W MAPLE ST' : '200 BLOCK W MAPLE ST';
  const found = `${alert.info.event}, ${alert.area.areaDesc}`;
  must(found === `${CATEGORY_LABELS.robbery}, ${place}`, `found ${found}`);
  return found;
}

function alertsOf(frames: readonly { text: string }[]): { info: { event: string }; area: { areaDesc: string } }[] {
  return frames.filter(({ text }) => !isBarrier(text)).map(({ text }) => JSON.parse(text));
}

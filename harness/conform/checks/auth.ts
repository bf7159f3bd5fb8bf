/** Credentials at every door. */
import { tokenOf } from '../../../contract/credentials.ts';
import { HEADERS, MEDIA, PATHS, type Refusal } from '../../../contract/wire.ts';
import type { CheckGroup } from '../check.ts';
import { LeftOut, must } from '../outcome.ts';
import { type Answer, mustRefuse, statusesOf, describeAnswer } from '../client.ts';
import { eidoBody } from '../dialect-body.ts';
import { StreamRefused } from '../listener.ts';
import { AGENCY, BESIDE, cadPath, LEFT, NEAR, OTHER_AGENCY, type TestTown } from '../test-town.ts';

export const authChecks: CheckGroup = {
  name: 'auth',
  checks: [
    {
      name: 'none',
      says: 'without a credential every door is unauthenticated',
      run: (town) => atEveryDoor(town, undefined, 'unauthenticated'),
    },
    {
      name: 'wrong',
      says: 'with a wrong credential every door is unauthenticated',
      async run(town) {
        const guess = `resident.${NEAR}.${'A'.repeat(43)}`;
        await atEveryDoor(town, guess, 'unauthenticated');
        await atEveryDoor(town, `agency.${AGENCY}.${town.target.canary}`, 'unauthenticated');
        const other = tokenOf('the secret of another platform', 'resident', NEAR);
        return atEveryDoor(town, other, 'unauthenticated');
      },
    },
    {
      name: 'forged',
      says: "one resident's credential does not open another's doors",
      async run(town) {
        const [, , credential] = town.token('resident', BESIDE).split('.');
        return atEveryDoor(town, `resident.${NEAR}.${credential}`, 'unauthenticated');
      },
    },
    {
      name: 'role',
      says: 'the right credential of another role is forbidden',
      async run(town) {
        const { client } = town.target;
        const agency = town.token('agency', AGENCY);
        const resident = town.token('resident', NEAR);
        const found = mustRefuse(await client.send('GET', PATHS.preferences, { token: agency }), 'forbidden');
        mustRefuse(await postCad(town, AGENCY, resident), 'forbidden');
        const tickets = await client.send('GET', PATHS.tickets, { token: resident });
        if (tickets.status !== 404) mustRefuse(tickets, 'forbidden');
        return found;
      },
    },
    {
      name: 'agency',
      says: 'an agency may not post for another',
      run: async (town) => mustRefuse(await postCad(town, AGENCY, town.token('agency', OTHER_AGENCY)), 'forbidden'),
    },
    {
      name: 'left',
      says: 'the token of a resident that left is forbidden',
      async run(town) {
        const token = town.token('resident', LEFT);
        await refusedStream(town, token, 'forbidden');
        return mustRefuse(await town.target.client.send('GET', PATHS.preferences, { token }), 'forbidden');
      },
    },
    {
      name: 'stream',
      says: 'the stream is refused before the upgrade, as plain HTTP',
      async run(town) {
        const none = await refusedStream(town, undefined, 'unauthenticated');
        await refusedStream(town, `resident.${NEAR}.${'A'.repeat(43)}`, 'unauthenticated');
        const role = await refusedStream(town, town.token('agency', AGENCY), 'forbidden');
        return `${none}; ${role}`;
      },
    },
    {
      name: 'before-body',
      says: 'the refusal does not wait for the body',
      async run({ target }) {
        const head = [
          `POST ${cadPath(AGENCY)} HTTP/1.1`,
          `Host: ${target.client.url.host}`,
          'Authorization: Bearer nobody',
          `${HEADERS.idempotencyKey}: k`,
          `Content-Type: ${MEDIA.json}`,
          'Content-Length: 1000',
        ];
        const { text } = await target.client.raw(`${head.join('\r\n')}\r\n\r\n`, undefined, target.patienceMs);
        const [status] = statusesOf(text);
        must(status === 401, status === undefined ? 'no answer until the body would come' : `answered ${status}`);
        return 'answered 401 with no body sent';
      },
    },
    {
      name: 'counted',
      says: 'refused credentials are counted in the metrics',
      async run({ target }) {
        const before = await refusedCount(target.client, target.harnessKey);
        await target.client.send('GET', PATHS.preferences);
        const after = await refusedCount(target.client, target.harnessKey);
        must(after > before, `the count stayed at ${before}`);
        return `from ${before} to ${after}`;
      },
    },
  ],
};

// --- internal ---

const OPTIONAL = new Set<string>([PATHS.alerts, PATHS.posts, PATHS.tickets, PATHS.decision]);
const BODY = { [HEADERS.idempotencyKey]: 'k', 'content-type': MEDIA.json };

/** Every door that needs a token: its method, its path in PATHS, and a body if it takes one. */
const DOORS: readonly [string, string, string?][] = [
  ['POST', PATHS.cad, '{}'],
  ['GET', PATHS.alerts],
  ['GET', PATHS.preferences],
  ['PATCH', PATHS.preferences, '{}'],
  ['PUT', PATHS.mute],
  ['DELETE', PATHS.mute],
  ['DELETE', PATHS.me],
  ['POST', PATHS.posts, '{"text":"x"}'],
  ['GET', PATHS.tickets],
  ['POST', PATHS.decision, '{"decision":"approve"}'],
];

/** Sends a request with this token to every door, and says how many refused it; optional doors may be not found. */
async function atEveryDoor(town: TestTown, token: string | undefined, code: Refusal): Promise<string> {
  let refused = 0;
  for (const [method, pattern, body] of DOORS) {
    const path = pattern.replace(':agency', AGENCY).replace(':ticket', 'x-1');
    const headers: Record<string, string> = body === undefined ? {} : BODY;
    const answer = await town.target.client.send(method, path, { token, headers, body });
    if (answer.status === 404 && OPTIONAL.has(pattern)) continue;
    must(answer.status >= 400 && answer.status < 500, `${method} ${pattern}: ${describeAnswer(answer)}`);
    mustRefuse(answer, code);
    refused++;
  }
  return `${refused} doors: ${code}`;
}

function postCad(town: TestTown, agency: string, token: string): Promise<Answer> {
  return town.target.client.send('POST', cadPath(agency), {
    token,
    headers: { ...BODY, [HEADERS.idempotencyKey]: town.key() },
    body: eidoBody(town.record(), town.target.canary),
  });
}

async function refusedStream(town: TestTown, token: string | undefined, code: Refusal): Promise<string> {
  const refusal = await town.listen(NEAR, { token }).then(
    () => null,
    (error: unknown) => error,
  );
  must(refusal !== null, 'the stream opened');
  if (!(refusal instanceof StreamRefused)) throw refusal;
  town.target.client.refusals.push(`${JSON.stringify(refusal.headers)}\n${refusal.text}`);
  return mustRefuse(refusal, code);
}

async function refusedCount(client: TestTown['target']['client'], harnessKey: string): Promise<number> {
  const metrics = await client.send('GET', PATHS.metrics, { token: harnessKey });
  if (metrics.status === 404) throw new LeftOut(`${PATHS.metrics}: 404`);
  const rows = metrics.text.split('\n').filter((line) => line.startsWith('hundredblock_auth_failures_total{'));
  if (!metrics.text.includes('hundredblock_auth_failures_total'))
    throw new LeftOut('metrics without hundredblock_auth_failures_total');
  return rows.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

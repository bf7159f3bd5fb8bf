/** Checks with requests that are oversized, broken or hostile: each must be refused or ended, and the target must keep running. */
import { randomBytes } from 'node:crypto';
import { HEADERS, MEDIA, PATHS } from '../../../contract/wire.ts';
import type { CheckGroup } from '../check.ts';
import { must } from '../outcome.ts';
import { mustHave, mustRefuse, type RawAnswer, statusesOf, describeAnswer } from '../client.ts';
import { eidoBody } from '../dialect-body.ts';
import { AGENCY, BODY_LENGTH_MAX, cadPath, NEAR, OTHER_AGENCY, type TestTown } from '../test-town.ts';

export const limitChecks: CheckGroup = {
  name: 'limits',
  checks: [
    {
      name: 'body',
      says: 'a body of 64 times bodyLengthMax is refused or ended',
      async run(town) {
        const length = 64 * BODY_LENGTH_MAX;
        const head = headOf(town, `POST ${cadPath(AGENCY)}`, [`Content-Length: ${length}`]);
        const answer = await town.target.client.raw(`${head}${' '.repeat(length)}`);
        return mustEnd(answer, 413);
      },
    },
    {
      name: 'head',
      says: 'a head of 256 KiB is refused or ended',
      async run(town) {
        const filler = `X-Filler: ${town.target.canary.repeat(100).slice(0, 1000)}`;
        const head = headOf(town, `GET ${PATHS.preferences}`, new Array<string>(260).fill(filler));
        return mustEnd(await town.target.client.raw(head), 431, 400);
      },
    },
    { name: 'slow-head', says: 'a head that does not arrive within 60 s is refused or ended', run: slowHead },
    {
      name: 'garbage',
      says: 'bytes that are no HTTP are refused or ended, and the target lives on',
      async run(town) {
        for (let i = 0; i < 20; i++) {
          const answer = await town.target.client.raw(Buffer.concat([randomBytes(300), Buffer.from('\r\n\r\n')]));
          must(answer.ended || statusesOf(answer.text)[0] === 400, 'neither refused nor ended');
        }
        const { status } = await town.target.client.send('GET', PATHS.health);
        must(status === 200, `afterwards ${PATHS.health}: ${status}`);
        return '20 of 20, alive';
      },
    },
    {
      name: 'paths',
      says: 'dots, encoded slashes and line ends in a path lead nowhere',
      async run(town) {
        const targets = [
          `/v1/agencies/${OTHER_AGENCY}/../${AGENCY}/cad`,
          `/v1/agencies/${OTHER_AGENCY}%2f..%2f${AGENCY}/cad`,
          `/v1/agencies/${OTHER_AGENCY}%00/cad`,
          `/v1/agencies/${town.target.canary}%0d%0aX-Injected:%20yes/cad`,
          '/v1/me/../harness/onboarding',
          '//v1/harness/onboarding',
          '/../../../../etc/passwd',
          '/docs/..%2f..%2f..%2fpackage.json',
        ];
        for (const target of targets) {
          // Credential and body are valid for the path that a target might resolve this one to.
          const method = target.endsWith('/cad') ? 'POST' : target.endsWith('onboarding') ? 'PUT' : 'GET';
          const body = method === 'PUT' ? JSON.stringify(town.document) : eidoBody(town.record(), town.target.canary);
          const head = headOf(town, `${method} ${target}`, [
            `Content-Length: ${Buffer.byteLength(body)}`,
            'Connection: close',
          ]);
          const answer = await town.target.client.raw(`${head}${body}`);
          const [status] = statusesOf(answer.text);
          must(
            [400, 401, 403, 404, 405].includes(status),
            `${target.replace(town.target.canary, '...')}: ${status ?? 'no answer'}`,
          );
          must(!/x-injected/i.test(answer.text), 'a line end in the path became a header');
        }
        return `${targets.length} of ${targets.length} refused`;
      },
    },
    {
      name: 'headers',
      says: 'control characters in headers are refused, and nothing of a request becomes a header of an answer',
      async run(town) {
        const { client } = town.target;
        for (const value of ['a\0b', 'a\u0001b', 'a\rX-Injected: yes', '\u007f']) {
          const body = eidoBody(town.record(), town.target.canary);
          const length = `Content-Length: ${Buffer.byteLength(body)}`;
          const head = headOf(town, `POST ${cadPath(AGENCY)}`, [length, 'Connection: close'], value);
          const answer = await client.raw(`${head}${body}`);
          const [status] = statusesOf(answer.text);
          must(status === undefined ? answer.ended : status === 400, `answered ${status ?? 'nothing'}`);
          must(!/^x-injected/im.test(answer.text), 'a line end became a header');
        }
        return '4 of 4 refused';
      },
    },
    {
      name: 'query',
      says: 'a query out of range is invalid',
      async run(town) {
        const token = town.token('resident', NEAR);
        const queries = ['since=-1', 'since=x', 'limit=0', 'limit=501', 'limit=1.5', `since=${town.target.canary}`];
        mustHave(await town.target.client.send('GET', PATHS.alerts, { token }), PATHS.alerts);
        for (const query of queries)
          mustRefuse(await town.target.client.send('GET', `${PATHS.alerts}?${query}`, { token }), 'invalid');
        return `${queries.length} of ${queries.length} refused`;
      },
    },
    {
      name: 'methods',
      says: 'an unknown path is not found, a method that a path does not take is refused',
      async run({ target: { client, canary } }) {
        const none = mustRefuse(await client.send('GET', `/v1/${canary}`), 'not-found');
        for (const [method, path] of [
          ['DELETE', PATHS.health],
          ['POST', PATHS.preferences],
          ['GET', cadPath(AGENCY)],
        ]) {
          const answer = await client.send(method, path);
          must([401, 404, 405].includes(answer.status), `${method} ${path}: ${describeAnswer(answer)}`);
        }
        return none;
      },
    },
  ],
};

// --- internal ---

const SLOW_MS_MAX = 60_000;

/** A request's head with the credential of the path that a target might resolve it to. */
function headOf(town: TestTown, line: string, headers: readonly string[], key = 'limits'): string {
  const own = line.includes('/cad') ? town.token('agency', AGENCY) : town.token('resident', NEAR);
  const token = line.endsWith('/onboarding') ? town.target.harnessKey : own;
  const all = [
    `${line} HTTP/1.1`,
    `Host: ${town.target.client.url.host}`,
    `Authorization: Bearer ${token}`,
    `Content-Type: ${MEDIA.json}`,
    `${HEADERS.idempotencyKey}: ${key}`,
    ...headers,
  ];
  return `${all.join('\r\n')}\r\n\r\n`;
}

function mustEnd(answer: RawAnswer, ...expected: number[]): string {
  const [status] = statusesOf(answer.text);
  if (status === undefined) {
    must(answer.ended, 'neither refused nor ended');
    return 'connection ended';
  }
  must(expected.includes(status), `answered ${status}`);
  return `answered ${status}`;
}

async function slowHead(town: TestTown): Promise<string> {
  const startedMs = Date.now();
  const start = `GET ${PATHS.health} HTTP/1.1\r\nHost: ${town.target.client.url.host}\r\nX-Slow: `;
  const answer = await town.target.client.raw(start, undefined, SLOW_MS_MAX);
  const found = mustEnd(answer, 408, 400);
  return `${found} after ${Math.round((Date.now() - startedMs) / 1000)} s`;
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BatchAcceptedSchema,
  CadAcceptedSchema,
  type BatchAccepted,
  type CadAccepted,
} from '../../../contract/wire.ts';
import { Compile } from 'typebox/compile';
import type { PipelineInput } from '../../../contract/pipeline.ts';
import type { Dialect } from '../../../contract/catalogue.ts';
import {
  dallasBody,
  dallasRow,
  eidoValue,
  milwaukeeValue,
  seattleBody,
  sfValue,
  tampaValue,
} from '../../pipeline/testbed.testing.ts';
import { BATCH_LINES_MAX } from './batch.ts';
import { agencyOfDialect, BODY_LENGTH_MAX, exchange, openTown, token, type Town } from './town.testing.ts';

let town: Town;
const inputs: Extract<PipelineInput, { kind: 'cad' }>[] = [];
beforeAll(async () => {
  town = await openTown();
  const { submit } = town.engine;
  town.engine.submit = (input, idempotency) => {
    if (input.kind === 'cad') inputs.push(input);
    return submit.call(town.engine, input, idempotency);
  };
});
afterAll(() => town.close());

let keys = 0;
const freshKey = () => `cad-${keys++}`;
const record = (id: string) => ({ id, nature: '459', place: '2854 W MAPLE ST' });
const eido = (id: string) => JSON.stringify(eidoValue(record(id)));

function post(
  dialect: Dialect,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> {
  const agency = agencyOfDialect(dialect);
  return fetch(`${town.url}/v1/agencies/${agency}/cad`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token('agency', agency)}`,
      'content-type': 'application/json',
      'idempotency-key': freshKey(),
      ...headers,
    },
    body,
  });
}

async function codeOf(answer: Response): Promise<[status: number, code: string | undefined]> {
  return [answer.status, ((await answer.json()) as { error?: { code: string } }).error?.code];
}

describe('a message', () => {
  it('of each dialect is taken, with a receipt for each record', async () => {
    const bodies: [Dialect, string, string, number][] = [
      ['eido', 'application/json', eido('d1'), 1],
      [
        'sf',
        'application/json; charset=utf-8',
        JSON.stringify(sfValue({ ...record('d2'), place: 'W MAPLE ST \\ N 5TH AVE' })),
        1,
      ],
      [
        'seattle',
        'text/csv',
        seattleBody([
          { ...record('d3'), place: '0.0001,0.001' },
          { ...record('d4'), place: '0,0' },
        ]),
        2,
      ],
      [
        'dallas',
        'application/json',
        dallasBody(0, [dallasRow({ ...record('d5'), nature: '11R - Burglary - Res', place: '2800 W MAPLE ST' })]),
        1,
      ],
      ['tampa', 'application/json', JSON.stringify(tampaValue({ ...record('d6'), nature: 'BURGLARY IN PROGRESS' })), 1],
      ['milwaukee', 'application/json', JSON.stringify(milwaukeeValue({ ...record('d7'), nature: 'ENTRY' })), 1],
    ];
    for (const [dialect, type, body, rows] of bodies) {
      const answer = await post(dialect, body, { 'content-type': type, 'idempotency-key': `of-${dialect}` });
      const accepted = (await answer.json()) as CadAccepted;
      expect(answer.status, dialect).toBe(202);
      expect(Compile(CadAcceptedSchema).Check(accepted)).toBe(true);
      expect(accepted.messageId).toBe(`of-${dialect}`);
      expect(accepted.rows).toHaveLength(rows);
      expect(inputs.at(-1)).toEqual({
        kind: 'cad',
        messageId: `of-${dialect}`,
        agency: agencyOfDialect(dialect),
        dialect,
        body,
      });
    }
  });

  it('that is rejected whole says so beside its receipts; one good record makes it taken', async () => {
    const unreadable = await post('eido', '{');
    expect(unreadable.status).toBe(422);
    expect(await unreadable.json()).toMatchObject({
      error: { code: 'rejected' },
      rows: [{ row: 0, outcome: 'rejected', code: 'unreadable' }],
    });
    const mixed = seattleBody([
      { ...record('m1'), place: '0.0001,0.001' },
      { ...record('m2'), place: 'x,y' },
    ]);
    const taken = await post('seattle', mixed, { 'content-type': 'text/csv' });
    expect(taken.status).toBe(202);
    expect(((await taken.json()) as CadAccepted).rows.map((row) => row.outcome)).toEqual(['accepted', 'rejected']);
  });

  it('may tell its dialect, which must be one', async () => {
    expect(await codeOf(await post('eido', eido('t1'), { 'hundredblock-dialect': 'morse' }))).toEqual([400, 'invalid']);
    const other = await post('eido', eido('t1'), { 'hundredblock-dialect': 'tampa' });
    expect(await other.json()).toMatchObject({ rows: [{ code: 'wrong-dialect' }] });
    expect((await post('eido', eido('t1'), { 'hundredblock-dialect': 'eido' })).status).toBe(202);
  });

  it('needs a key of visible ASCII', async () => {
    for (const key of ['', 'a b', 'x'.repeat(201), 'a\tb', 'caf\u00e9'])
      expect(await codeOf(await post('eido', eido('k1'), { 'idempotency-key': key })), key).toEqual([
        400,
        'idempotency-key-missing',
      ]);
    expect((await post('eido', eido('k1'), { 'idempotency-key': '~'.repeat(200) })).status).toBe(202);
  });

  it('sent again under its key is answered as before, and another under that key is refused', async () => {
    const headers = { 'idempotency-key': 'again-1' };
    const first = await post('eido', eido('a1'), headers);
    const again = await post('eido', eido('a1'), headers);
    expect([first.headers.get('idempotent-replayed'), again.headers.get('idempotent-replayed')]).toEqual([
      null,
      'true',
    ]);
    expect(await again.json()).toEqual(await first.json());
    expect(await codeOf(await post('eido', eido('a2'), headers))).toEqual([422, 'idempotency-key-reused']);
    // The dialect is part of what was sent; the agency owns the key.
    expect(await codeOf(await post('eido', eido('a1'), { ...headers, 'hundredblock-dialect': 'tampa' }))).toEqual([
      422,
      'idempotency-key-reused',
    ]);
    expect(
      (await post('sf', JSON.stringify(sfValue(record('a1'))), headers)).headers.get('idempotent-replayed'),
    ).toBeNull();
  });

  it('reaches the pipeline as it was sent; bytes that are not UTF-8 cost a character', async () => {
    const text = JSON.stringify(eidoValue(record('u1'), { notes: ['naïve 🚪 \u0000 \ufeff'] }), null, 1);
    await post('eido', text);
    expect(inputs.at(-1)?.body).toBe(text);
    const [before, after] = eido('u2').split('urn:test:eido');
    const bytes = Buffer.concat([Buffer.from(before), Buffer.from([0xff, 0xc3, 0x28]), Buffer.from(after)]);
    const answer = await post('eido', new Uint8Array(bytes));
    expect(answer.status).toBe(202);
    expect(inputs.at(-1)?.body).toBe(`${before}\ufffd\ufffd(${after}`);
  });

  it('of another type, encoding or charset is not taken', async () => {
    const others: Record<string, string>[] = [
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/xml' },
      { 'content-type': '' },
      { 'content-type': 'application/json; charset=latin1' },
      { 'content-encoding': 'gzip' },
    ];
    for (const headers of others)
      expect(await codeOf(await post('eido', eido('e1'), headers)), JSON.stringify(headers)).toEqual([
        415,
        'unsupported-media-type',
      ]);
  });

  it('may be as long as onboarding allows, in any script', async () => {
    const wrap = (units: number, filler: string) => {
      const bare = JSON.stringify({ ...eidoValue(record('l1')), filler: '' });
      return bare.replace('"filler":""', `"filler":"${filler.repeat((units - bare.length) / filler.length)}"`);
    };
    expect((await post('eido', wrap(BODY_LENGTH_MAX, '\u20ac'))).status).toBe(202);
    const tooLong = await post('eido', wrap(BODY_LENGTH_MAX + 1, 'x'));
    expect(tooLong.status).toBe(422);
    expect(await tooLong.json()).toMatchObject({ rows: [{ code: 'too-large' }] });
    expect(await codeOf(await post('eido', 'x'.repeat(4 * BODY_LENGTH_MAX + 1)))).toEqual([413, 'too-large']);
  });
});

describe('a batch', () => {
  const batch = (lines: readonly string[], headers = {}) =>
    post('eido', lines.join('\n'), { 'content-type': 'application/x-ndjson', 'idempotency-key': '', ...headers });
  const line = (id: string, body: string) => JSON.stringify({ id, body });

  it('is answered line by line, in order; a broken line harms no other', async () => {
    const answer = await batch([
      line('b1', eido('b1')),
      '{"id":',
      line('b2', '{'),
      '',
      line('b1', eido('b1')),
      line('b1', eido('other')),
      JSON.stringify({ id: 'b3', body: eido('b3'), more: 1 }),
      line('b 4', eido('b4')),
      line('x'.repeat(201), eido('b5')),
      '[]',
      'null',
      line('b6', eido('b6')),
    ]);
    const { messages } = (await answer.json()) as BatchAccepted;
    expect(answer.status).toBe(202);
    expect(Compile(BatchAcceptedSchema).Check({ messages })).toBe(true);
    const broken = { messageId: '', error: 'invalid', outcome: undefined };
    expect(messages.map(({ messageId, error, rows }) => ({ messageId, error, outcome: rows[0]?.outcome }))).toEqual([
      { messageId: 'b1', outcome: 'accepted' },
      broken,
      { messageId: 'b2', error: 'rejected', outcome: 'rejected' },
      expect.objectContaining({ messageId: 'b1' }),
      { messageId: 'b1', error: 'idempotency-key-reused', outcome: undefined },
      broken,
      broken,
      broken,
      broken,
      broken,
      { messageId: 'b6', outcome: 'accepted' },
    ]);
  });

  it('has at least one line and at most so many', async () => {
    expect(await codeOf(await batch(['', ' ', '']))).toEqual([400, 'invalid']);
    const many = (n: number) => Array.from({ length: n }, (_, i) => line(`many-${n}-${i}`, '{}'));
    expect(await codeOf(await batch(many(BATCH_LINES_MAX + 1)))).toEqual([413, 'too-large']);
    const answer = await batch(many(BATCH_LINES_MAX));
    expect(((await answer.json()) as BatchAccepted).messages).toHaveLength(BATCH_LINES_MAX);
  });

  it('reaches the pipeline in the order of its lines', async () => {
    const ids = Array.from({ length: 50 }, (_, i) => `ordered-${i}`);
    await batch(ids.map((id) => line(id, eido(id))));
    expect(inputs.slice(-50).map(({ messageId }) => messageId)).toEqual(ids);
  });
});

describe('pipelined messages of one connection', () => {
  const head = `POST /v1/agencies/pd-0/cad HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token('agency', 'pd-0')}\r\nContent-Type: application/json\r\n`;
  const whole = (id: string, body: string) =>
    `${head}Idempotency-Key: ${id}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  const chunked = (id: string, body: string) => {
    const half = body.length >> 1;
    const chunks = [body.slice(0, half), body.slice(half), ''];
    return `${head}Idempotency-Key: ${id}\r\nTransfer-Encoding: chunked\r\n\r\n${chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')}`;
  };
  const answered = (text: string) => text.split('HTTP/1.1 ').length - 1;

  it('reach the pipeline in the order in which they were sent, and are answered in it', async () => {
    const ids = Array.from({ length: 200 }, (_, i) => `pipelined-${i}`);
    const from = inputs.length;
    // Of all sizes, some in chunks, some longer than a read of the socket.
    const requests = ids.map((id, i) => {
      const body = JSON.stringify(
        eidoValue(record(`p-${i}`), { notes: ['n'.repeat((i * 7919) % (i % 10 === 0 ? 90_000 : 3000))] }),
      );
      return i % 3 === 0 ? chunked(id, body) : whole(id, body);
    });
    const text = await exchange(
      town.port,
      requests.join(''),
      (received) => answered(received) === ids.length && received.endsWith('}'),
    );
    expect(answered(text)).toBe(ids.length);
    expect(inputs.slice(from).map(({ messageId }) => messageId)).toEqual(ids);
    expect([...text.matchAll(/"messageId":"(pipelined-\d+)"/g)].map(([, id]) => id)).toEqual(ids);
  });

  it('keep their order around refusals, and a refusal of one ends no other', async () => {
    const bodies = [
      whole('refused-0', eido('q0')),
      whole('two words', eido('q1')),
      whole('refused-2', eido('q2')).replace('application/json', 'text/plain'),
      whole('refused-3', eido('q3')).replace(token('agency', 'pd-0'), token('agency', 'pd-1')),
      whole('refused-charset', eido('q4')).replace('application/json', 'application/json; charset=latin1'),
      whole('refused-4', '{'),
      whole('refused-5', 'x'.repeat(4 * BODY_LENGTH_MAX)),
      whole('refused-6', eido('q6')),
    ];
    const from = inputs.length;
    const text = await exchange(
      town.port,
      bodies.join(''),
      (received) => answered(received) === bodies.length && received.endsWith('}'),
    );
    expect([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status))).toEqual([
      202, 400, 415, 403, 415, 422, 422, 202,
    ]);
    expect(inputs.slice(from).map(({ messageId }) => messageId)).toEqual([
      'refused-0',
      'refused-4',
      'refused-5',
      'refused-6',
    ]);
  });
});

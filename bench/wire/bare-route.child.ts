/** The peer of the ingest benchmark: fastify with a route that takes the same requests, answers the same schema, and does nothing. */
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { CadAcceptedSchema, PATHS } from '../../contract/wire.ts';
import { serveParent } from './child.ts';

const app = fastify({ logger: false });
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
app.post(PATHS.cad, { schema: { response: { 202: CadAcceptedSchema } } }, (_request, reply) => {
  reply.code(202).send({ messageId: 'none', rows: [{ row: 0, outcome: 'accepted', code: null }] });
});

serveParent<{ kind: 'start' }>(async () => {
  await app.listen({ host: '127.0.0.1', port: 0 });
  return { port: (app.server.address() as AddressInfo).port };
});

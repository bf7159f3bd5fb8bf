/** Doors for those who run the platform: is it alive, is it ready, how is it doing. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isIP } from 'node:net';
import { PATHS } from '../../../contract/wire.ts';
import { bearerOf, isSameSecret } from '../auth.ts';
import { Refused } from '../service-api.ts';
import { scrapeEngine } from '../metrics.ts';
import type { DoorContext } from './door.ts';
import { answers } from './openapi.ts';

/** `isReady`: whether what the service needs beside the engine works. */
export function addOperatorDoors(app: FastifyInstance, context: DoorContext, isReady: () => boolean): void {
  const { engine, metrics } = context;
  app.route({
    method: 'GET',
    url: PATHS.health,
    config: { door: 'health' },
    schema: { summary: 'The process is alive', response: answers({ 200: null }, []) },
    handler: (_request, reply) => {
      reply.send({ status: 'ok' });
    },
  });
  app.route({
    method: 'GET',
    url: PATHS.ready,
    config: { door: 'ready' },
    schema: {
      summary: 'It is onboarded and takes work',
      response: answers({ 200: null }, ['not-ready', 'storage-failed', 'draining']),
    },
    handler: (_request, reply) => {
      if (context.isClosing() || engine.phase === 'draining' || engine.phase === 'closed')
        throw new Refused('draining', 'expected a platform that takes work, found one that shuts down');
      if (!engine.storageIsSound)
        throw new Refused('storage-failed', 'expected a disk that works, found one that fails');
      if (engine.phase !== 'serving' || !isReady())
        throw new Refused('not-ready', 'expected a platform that is ready, found one that is not');
      reply.send({ status: 'ready' });
    },
  });
  app.route({
    method: 'GET',
    url: PATHS.metrics,
    config: { door: 'metrics' },
    schema: {
      summary: "Figures in Prometheus' text format",
      description: 'From the same machine, or with the harness key.',
      response: answers({ 200: null }, ['forbidden']),
    },
    handler: async (request, reply) => {
      if (!maySeeFigures(context, request))
        throw new Refused('forbidden', 'expected a request from this machine, found one from another');
      scrapeEngine(metrics, engine);
      return reply.header('content-type', metrics.registry.contentType).send(await metrics.registry.metrics());
    },
  });
}

// --- internal ---

/** Figures tell how many were alerted, which is not for residents: a request that came from elsewhere, or through a proxy, needs the key. */
function maySeeFigures({ harnessKey }: DoorContext, { headers, ip }: FastifyRequest): boolean {
  const given = bearerOf(headers.authorization);
  if (harnessKey !== null && given !== null && isSameSecret(given, harnessKey)) return true;
  const isForwarded = headers.forwarded !== undefined || headers['x-forwarded-for'] !== undefined;
  return !isForwarded && isLoopback(ip);
}

function isLoopback(address: string): boolean {
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address;
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

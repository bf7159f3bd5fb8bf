/** The doors through which a harness sets the platform up: agencies and residents, and the clock. */
import type { FastifyInstance } from 'fastify';
import type { PlatformClock } from '../../../contract/clock.ts';
import type { Onboarding } from '../../../contract/onboarding.ts';
import { ClockSchema, PATHS } from '../../../contract/wire.ts';
import { harnessGate, type DoorContext } from './door.ts';
import { answers, BODY_REFUSALS, type GATE_REFUSALS } from './openapi.ts';

export function addHarnessDoors(app: FastifyInstance, context: DoorContext): void {
  const { engine, limits } = context;
  const gated = { onRequest: harnessGate(context) };
  const security = [{ harness: [] }];
  app.route({
    method: 'PUT',
    url: PATHS.onboarding,
    ...gated,
    config: { door: 'onboarding' },
    bodyLimit: limits.onboardingBytesMax,
    schema: {
      summary: 'Replaces all agencies, residents and keys, and everything known of them',
      security,
      response: answers({ 204: null }, [...HARNESS_REFUSALS, ...BODY_REFUSALS, 'storage-failed']),
    },
    // The engine checks the document, deeper than a schema can.
    handler: async (request, reply) => {
      await engine.onboard(request.body as Onboarding);
      return reply.code(204).send();
    },
  });
  app.route({
    method: 'GET',
    url: PATHS.clock,
    ...gated,
    config: { door: 'clock' },
    schema: {
      summary: 'The platform’s clock',
      security,
      response: answers({ 200: ClockSchema }, HARNESS_REFUSALS),
    },
    handler: (_request, reply) => {
      reply.send(engine.clock());
    },
  });
  app.route({
    method: 'PUT',
    url: PATHS.clock,
    ...gated,
    config: { door: 'clock' },
    schema: {
      summary: 'Sets the platform’s clock',
      security,
      body: ClockSchema,
      response: answers({ 204: null }, [...HARNESS_REFUSALS, ...BODY_REFUSALS, 'storage-failed']),
    },
    handler: async (request, reply) => {
      await engine.setClock(request.body as PlatformClock);
      return reply.code(204).send();
    },
  });
}

// --- internal ---

const HARNESS_REFUSALS: typeof GATE_REFUSALS = [
  'unauthenticated',
  'forbidden',
  'not-found',
  'draining',
  'timeout',
  'headers-too-large',
  'internal',
];

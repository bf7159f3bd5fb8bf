/** What the OpenAPI document says beside the doors' own words. */
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { TSchema } from 'typebox';
import { REFUSALS, WireErrorSchema, type Refusal } from '../../../contract/wire.ts';

/** Answers by status: each success with its schema (null: no schema), each refusal with its codes in words. */
export function answers(
  successes: Readonly<Record<number, TSchema | null>>,
  refusals: readonly Refusal[],
): Record<string, unknown> {
  const response: Record<string, unknown> = {};
  for (const [status, schema] of Object.entries(successes)) response[status] = { description: 'done', ...schema };
  const codesByStatus = new Map<number, Refusal[]>();
  for (const code of refusals) codesByStatus.set(REFUSALS[code], [...(codesByStatus.get(REFUSALS[code]) ?? []), code]);
  for (const [status, codes] of codesByStatus) response[status] = { ...WireErrorSchema, description: codes.join(', ') };
  return response;
}

/** Refusals of every door with a gate. */
export const GATE_REFUSALS: readonly Refusal[] = [
  'unauthenticated',
  'forbidden',
  'rate-limited',
  'not-ready',
  'draining',
  'timeout',
  'headers-too-large',
  'internal',
];
/** Refusals of doors that take a body. */
export const BODY_REFUSALS: readonly Refusal[] = ['invalid', 'too-large', 'unsupported-media-type'];
/** Refusals of doors that hand something to the pipeline. */
export const INPUT_REFUSALS: readonly Refusal[] = ['overloaded', 'storage-failed'];
/** Refusals of doors with an idempotency key. */
export const KEY_REFUSALS: readonly Refusal[] = [
  'idempotency-key-missing',
  'idempotency-key-reused',
  'idempotency-key-busy',
];

export const SWAGGER: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Hundredblock reference platform',
      description: 'Neighbourhood crime alerts, synthetic throughout. The stream and MQTT are described in AsyncAPI.',
      version: '1',
    },
    components: {
      securitySchemes: {
        agency: bearer('agency.<id>.<credential>'),
        resident: bearer('resident.<id>.<credential>'),
        newsroom: bearer('newsroom.newsroom.<credential>'),
        harness: bearer('the harness key'),
      },
    },
  },
};

// --- internal ---

function bearer(bearerFormat: string) {
  return { type: 'http' as const, scheme: 'bearer', bearerFormat };
}

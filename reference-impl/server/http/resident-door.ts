/**
 * The doors of a resident: messages, wishes, mute, posts, leaving. Answers are made from what concerns this resident alone: its own
 * numbers, its own wishes, messages as everybody in their audience has them. No counts, tags or times of others.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify';
import { hash } from 'node:crypto';
import type { Static, TSchema } from 'typebox';
import { CATEGORIES, type Category } from '../../../contract/catalogue.ts';
import type { PreferenceChange } from '../../../contract/roster.ts';
import {
  AlertsPageSchema,
  HEADERS,
  PATHS,
  PostAcceptedSchema,
  PostSchema,
  PreferencesSchema,
  streamText,
  type Preferences,
  type Refusal,
} from '../../../contract/wire.ts';
import { Refused } from '../service-api.ts';
import type { Door } from '../metrics.ts';
import { gate, idempotencyKeyOf, type DoorContext } from './door.ts';
import { answers, BODY_REFUSALS, GATE_REFUSALS, INPUT_REFUSALS, KEY_REFUSALS } from './openapi.ts';

export function addResidentDoors(app: FastifyInstance, context: DoorContext): void {
  addAlerts(app, context);
  addPreferences(app, context);
  addMute(app, context);
  addLeaving(app, context);
  addPosts(app, context);
}

// --- internal ---

const PAGE_MAX = 500;
const PAGE_DEFAULT = 100;

function doorOf(
  context: DoorContext,
  door: Door,
  summary: string,
  successes: Readonly<Record<number, TSchema | null>>,
  refusals: readonly Refusal[],
) {
  return {
    config: { door },
    onRequest: gate(context, 'resident'),
    schema: {
      summary,
      security: [{ resident: [] }],
      response: answers(successes, [...GATE_REFUSALS, ...refusals]),
    },
  } satisfies RouteShorthandOptions;
}

function addAlerts(app: FastifyInstance, context: DoorContext): void {
  const door = doorOf(context, 'alerts', 'A page of the resident’s messages', { 200: AlertsPageSchema }, ['invalid']);
  app.get(PATHS.alerts, { ...door, schema: { ...door.schema, querystring: PAGE_QUERY } }, (request, reply) => {
    const resident = Number(request.caller);
    const query = request.query as Record<string, unknown>;
    const since = wholeNumber(query, 'since', 0, Number.MAX_SAFE_INTEGER, 0);
    const limit = wholeNumber(query, 'limit', 1, PAGE_MAX, PAGE_DEFAULT);
    const { messages, gap } = context.engine.messagesAfter(resident, since, limit);
    const texts = messages.map(({ sequence, published }) => streamText(sequence, published.type, published.body));
    const lastSequence = context.engine.lastSequence(resident);
    // Bodies are JSON already, and leave as the bytes that were composed.
    uncached(reply)
      .header('content-type', 'application/json; charset=utf-8')
      .send(`{"messages":[${texts.join(',')}],"lastSequence":${lastSequence},"gap":${gap}}`);
  });
}

const PAGE_QUERY = {
  type: 'object',
  properties: {
    since: { type: 'integer', minimum: 0, default: 0 },
    limit: { type: 'integer', minimum: 1, maximum: PAGE_MAX, default: PAGE_DEFAULT },
  },
};

function wholeNumber(query: Record<string, unknown>, name: string, min: number, max: number, standard: number): number {
  const given = query[name];
  if (given === undefined) return standard;
  const value = typeof given === 'string' && /^[0-9]{1,16}$/.test(given) ? Number(given) : NaN;
  if (value >= min && value <= max) return value;
  throw new Refused('invalid', `${name}: expected a whole number from ${min} to ${max}, found something else`);
}

/** What concerns one resident is for no cache. */
function uncached(reply: FastifyReply): FastifyReply {
  return reply.header('cache-control', 'no-store');
}

function addPreferences(app: FastifyInstance, context: DoorContext): void {
  const summary = 'The resident’s wishes';
  const read = doorOf(context, 'preferences', summary, { 200: PreferencesSchema }, []);
  app.get(PATHS.preferences, read, (request, reply) => {
    sendPreferences(context, request, reply);
  });
  const refusals = [...BODY_REFUSALS, ...INPUT_REFUSALS];
  const change = doorOf(context, 'preferences', 'Changes wishes', { 200: PreferencesSchema }, refusals);
  app.patch(PATHS.preferences, { ...change, schema: { ...change.schema, body: PreferencesSchema } }, (request, reply) =>
    submit(context, changeOf(request)).then(() => sendPreferences(context, request, reply)),
  );
}

function sendPreferences({ engine }: DoorContext, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { radiusM, categories } = engine.resident(Number(request.caller))?.preferences ?? {};
  return uncached(reply).send({ radiusM, categories } satisfies Preferences);
}

function changeOf(request: FastifyRequest): PreferenceChange {
  const { radiusM, categories } = request.body as Preferences;
  const change: PreferenceChange = { resident: Number(request.caller) };
  if (radiusM !== undefined) change.radiusDm = Math.round(radiusM * 10);
  if (categories !== undefined) change.categories = bitsOf(categories);
  return change;
}

function bitsOf(categories: readonly string[]): number {
  let bits = 0;
  for (const category of categories) {
    const bit = CATEGORIES.indexOf(category as Category);
    if (bit === -1)
      throw new Refused('invalid', `categories: expected some of ${CATEGORIES.join(', ')}, found another`);
    bits |= 1 << bit;
  }
  return bits;
}

function submit({ engine }: DoorContext, change: PreferenceChange) {
  return engine.submit({ kind: 'preference', change }, null);
}

function addMute(app: FastifyInstance, context: DoorContext): void {
  for (const [method, muted, summary] of [
    ['PUT', true, 'Mutes'],
    ['DELETE', false, 'Ends muting'],
  ] as const) {
    app.route({
      method,
      url: PATHS.mute,
      ...doorOf(context, 'mute', summary, { 204: null }, INPUT_REFUSALS),
      handler: async (request, reply) => {
        await submit(context, { resident: Number(request.caller), muted });
        return reply.code(204).send();
      },
    });
  }
}

function addLeaving(app: FastifyInstance, context: DoorContext): void {
  const door = doorOf(
    context,
    'me',
    'Leaves for good: the token is refused from then on',
    { 204: null },
    INPUT_REFUSALS,
  );
  app.delete(PATHS.me, door, async (request, reply) => {
    await submit(context, { resident: Number(request.caller), quit: true });
    return reply.code(204).send();
  });
}

function addPosts(app: FastifyInstance, context: DoorContext): void {
  const refusals = [...BODY_REFUSALS, ...INPUT_REFUSALS, ...KEY_REFUSALS];
  const door = doorOf(context, 'posts', 'Posts to the neighbours', { 202: PostAcceptedSchema }, refusals);
  app.post(PATHS.posts, { ...door, schema: { ...door.schema, body: PostSchema } }, async (request, reply) => {
    const { text } = request.body as Static<typeof PostSchema>;
    const postId = idempotencyKeyOf(request);
    const resident = Number(request.caller);
    const digest = hash('sha256', text, 'hex');
    const { replayed } = await context.engine.submit(
      { kind: 'post', postId, resident, text },
      { scope: `resident:${resident}`, key: postId, digest },
    );
    if (replayed) reply.header(HEADERS.replayed, 'true');
    return reply.code(202).send({ postId });
  });
}

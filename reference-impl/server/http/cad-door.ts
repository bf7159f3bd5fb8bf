/** The door of the agencies: one message of a feed, or a batch of them. The hottest path of the service. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hash } from 'node:crypto';
import { DIALECTS, type Dialect } from '../../../contract/catalogue.ts';
import type { RowReceipt } from '../../../contract/pipeline.ts';
import {
  BatchAcceptedSchema,
  CadAcceptedSchema,
  HEADERS,
  MEDIA,
  PATHS,
  REFUSALS,
  type BatchAccepted,
  type CadAccepted,
  type WireError,
} from '../../../contract/wire.ts';
import { agencyOf, dialectAt } from '../agencies.ts';
import { Refused, type Taken } from '../service-api.ts';
import { countRows } from '../metrics.ts';
import { readBatch, type BatchLine } from './batch.ts';
import { textReader } from './body.ts';
import { gate, idempotencyKeyOf, type DoorContext } from './door.ts';
import { answers, BODY_REFUSALS, GATE_REFUSALS, INPUT_REFUSALS, KEY_REFUSALS } from './openapi.ts';
import { wireError } from './refusal.ts';

/**
 * Takes the body to the engine in the turn in which its last byte arrived, with no wait on the way: the requests of a connection,
 * pipelined, reach the pipeline in the order in which they were sent. Either media type is taken for each dialect; the pipeline
 * judges the text.
 */
export function addCadDoor(app: FastifyInstance, context: DoorContext): void {
  app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      Object.values(MEDIA),
      textReader((request) => bytesMaxOf(context, request)),
    );
    scope.route({
      method: 'POST',
      url: PATHS.cad,
      config: { door: 'cad' },
      onRequest: gate(context, 'agency'),
      schema: SCHEMA,
      validatorCompiler: () => () => true,
      handler: (request, reply) => {
        const dialect = dialectOf(context, request);
        return (isBatch(request) ? takeBatch : takeMessage)(context, request, reply, dialect);
      },
    });
    done();
  });
}

// --- internal ---

/** UTF-8 needs no more for a UTF-16 unit. */
const BYTES_PER_UNIT_MAX = 4;

const DIALECT_HEADER = {
  type: 'object',
  properties: {
    [HEADERS.idempotencyKey]: { type: 'string', description: "The sender's id of the message; not for a batch." },
    [HEADERS.dialect]: { type: 'string', enum: [...DIALECTS], description: 'Left out: of the feed in force.' },
  },
} as const;

const SCHEMA = {
  summary: 'Takes a CAD message, or a batch, in the agency’s dialect',
  security: [{ agency: [] }],
  headers: DIALECT_HEADER,
  body: {
    content: {
      [MEDIA.json]: { schema: { type: 'object' } },
      [MEDIA.csv]: { schema: { type: 'string' } },
      [MEDIA.ndjson]: { schema: { type: 'string', description: 'A line: {"id": the key, "body": the message}.' } },
    },
  },
  response: {
    ...answers({}, [...GATE_REFUSALS, ...BODY_REFUSALS, ...INPUT_REFUSALS, ...KEY_REFUSALS, 'rejected']),
    202: { description: 'on disk', anyOf: [CadAcceptedSchema, BatchAcceptedSchema] },
  },
};

function isBatch(request: FastifyRequest): boolean {
  return request.headers['content-type']?.toLowerCase().startsWith(MEDIA.ndjson) === true;
}

function bytesMaxOf({ engine, limits }: DoorContext, request: FastifyRequest): number {
  if (isBatch(request)) return limits.bodyBytesMax;
  return Math.min(limits.bodyBytesMax, (engine.onboarding?.bodyLengthMax ?? 0) * BYTES_PER_UNIT_MAX);
}

/** The dialect told, else that of the feed in force. Before the first feed it is the first's: the pipeline then refuses it by its rule. */
function dialectOf({ engine }: DoorContext, request: FastifyRequest): Dialect {
  const told = request.headers[HEADERS.dialect];
  if (told === undefined) {
    const agency = engine.onboarding === null ? undefined : agencyOf(engine.onboarding, request.caller);
    // A new onboarding may have come between the head and the body.
    if (agency === undefined) throw new Refused('not-ready', 'expected an agency that is known, found one that is not');
    return dialectAt(agency, engine.nowMs()) ?? agency.feeds[0]?.dialect ?? DIALECTS[0];
  }
  if (!(DIALECTS as readonly unknown[]).includes(told))
    throw new Refused('invalid', `${HEADERS.dialect}: expected one of ${DIALECTS.join(', ')}, found another`);
  return told as Dialect;
}

function submit(context: DoorContext, agency: string, dialect: Dialect, key: string, body: string): Promise<Taken> {
  const digest = hash('sha256', `${dialect}\n${body}`, 'hex');
  return context.engine.submit(
    { kind: 'cad', messageId: key, agency, dialect, body },
    { scope: `agency:${agency}`, key, digest },
  );
}

function isRejected(rows: readonly RowReceipt[]): boolean {
  return rows.length > 0 && rows.every((row) => row.outcome === 'rejected');
}

function count({ metrics }: DoorContext, agency: string, dialect: Dialect, via: 'push' | 'batch', taken: Taken): void {
  if (taken.replayed) return;
  metrics.count('hundredblock_cad_messages_total', { agency, dialect, via });
  countRows(metrics, taken.rows);
}

const REJECTED_WORDS = 'expected a record that can be taken, found none';

/** What is not answered 202 carries an error beside the receipts. */
type MessageAnswer = CadAccepted | (CadAccepted & WireError);

async function takeMessage(
  context: DoorContext,
  request: FastifyRequest,
  reply: FastifyReply,
  dialect: Dialect,
): Promise<MessageAnswer> {
  const agency = request.caller;
  const messageId = idempotencyKeyOf(request);
  const taken = await submit(context, agency, dialect, messageId, (request.body as string | undefined) ?? '');
  count(context, agency, dialect, 'push', taken);
  if (taken.replayed) reply.header(HEADERS.replayed, 'true');
  const accepted = { messageId, rows: taken.rows };
  if (!isRejected(taken.rows)) {
    reply.code(202);
    return accepted;
  }
  reply.code(REFUSALS.rejected);
  return { ...wireError('rejected', REJECTED_WORDS), ...accepted };
}

async function takeBatch(
  context: DoorContext,
  request: FastifyRequest,
  reply: FastifyReply,
  dialect: Dialect,
): Promise<BatchAccepted> {
  const agency = request.caller;
  const lines = readBatch((request.body as string | undefined) ?? '');
  context.buckets.charge(`agency.${agency}`, lines.length - 1);
  // All lines are handed in within this turn, in order, so that they share a commit.
  const messages = await Promise.all(lines.map((line) => takeLine(context, agency, dialect, line)));
  reply.code(202);
  return { messages };
}

async function takeLine(
  context: DoorContext,
  agency: string,
  dialect: Dialect,
  line: BatchLine | null,
): Promise<BatchAccepted['messages'][number]> {
  if (line === null) return { messageId: '', rows: [], error: 'invalid' };
  const messageId = line.id;
  try {
    const taken = await submit(context, agency, dialect, messageId, line.body);
    count(context, agency, dialect, 'batch', taken);
    return { messageId, rows: taken.rows, ...(isRejected(taken.rows) ? { error: 'rejected' } : {}) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    context.metrics.count('hundredblock_shed_total', { door: 'cad', reason: error.refusal });
    return { messageId, rows: [], error: error.refusal };
  }
}

/** The service's HTTP: every path of the contract but the stream, bounded in all that a client can make long, large or many. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { pathOfPointer } from '../../../contract/explain.ts';
import { PATHS, REFUSALS } from '../../../contract/wire.ts';
import { Refused } from '../service-api.ts';
import { errorFields } from '../log.ts';
import type { Door } from '../metrics.ts';
import { createBoundedLog, type BoundedLog } from './bounded-log.ts';
import { createBuckets } from './buckets.ts';
import { addCadDoor } from './cad-door.ts';
import { RefusedCredential, type DoorContext } from './door.ts';
import { addHarnessDoors } from './harness-door.ts';
import { addNewsroomDoors } from './newsroom-door.ts';
import { SWAGGER } from './openapi.ts';
import { addOperatorDoors } from './operator-door.ts';
import { rawAnswer, refusalOf, retryAfterSeconds, wireError } from './refusal.ts';
import { addResidentDoors } from './resident-door.ts';

export interface HttpOptions extends Omit<DoorContext, 'buckets' | 'isClosing'> {
  /** Whether what the service needs beside the engine works, such as its broker. */
  isReady?: () => boolean;
}

/** Not listening yet. `close` refuses what comes, as `draining`, and waits for what is under way. */
export function createHttp(options: HttpOptions): FastifyInstance {
  const { limits } = options;
  let isClosing = false;
  const context: Context = {
    ...options,
    refusals: createBoundedLog(options.log, REFUSAL_LINES_PER_SECOND),
    buckets: createBuckets(limits.requestsPerSecondMax, limits.requestsPerSecondMax * BURST_SECONDS, KEYS_KEPT),
    isClosing: () => isClosing,
  };
  const app = Fastify({
    logger: false,
    bodyLimit: limits.bodyBytesMax,
    connectionTimeout: limits.keepAliveTimeoutMs + limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    maxRequestsPerSocket: REQUESTS_PER_SOCKET_MAX,
    http: {
      maxHeaderSize: limits.headerBytesMax,
      headersTimeout: limits.headersTimeoutMs,
      connectionsCheckingInterval: Math.min(1000, limits.headersTimeoutMs / 2),
    },
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    exposeHeadRoutes: false,
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => answerBroken(context, error as Error & { code?: string }, socket),
    frameworkErrors: (error, request, reply) => {
      refuse(context, error, request as FastifyRequest, reply as FastifyReply);
    },
  });
  app.decorateRequest('caller', '');
  app.removeContentTypeParser('text/plain');
  app.setValidatorCompiler(({ schema, httpPart }) => (httpPart === 'body' ? bodyCheck(schema as TSchema) : () => true));
  app.setSerializerCompiler(() => JSON.stringify);
  app.setErrorHandler((error: FastifyError, request, reply) => refuse(context, error, request, reply));
  app.setNotFoundHandler((request, reply) => refuse(context, unknownPath(request, reply), request, reply));
  app.addHook('onResponse', (request, reply, done) => {
    account(context, request, reply);
    done();
  });
  app.addHook('preClose', (done) => {
    isClosing = true;
    done();
  });
  boundConnections(context, app.server);
  addRoutes(app, context, options.isReady ?? (() => true));
  return app;
}

// --- internal ---

const BURST_SECONDS = 2;
const KEYS_KEPT = 100_000;
const REQUESTS_PER_SOCKET_MAX = 10_000_000;
const REFUSAL_LINES_PER_SECOND = 100;
const PARAM_LENGTH_MAX = 200;
/** A refused request's body up to this size is read and thrown away; beyond it the connection ends. */
const DISCARDED_BYTES_MAX = 65_536;

interface Context extends DoorContext {
  refusals: BoundedLog;
}

function addRoutes(app: FastifyInstance, context: DoorContext, isReady: () => boolean): void {
  // The document is made of the routes that are added after it.
  app.register(swagger, SWAGGER);
  app.register((scope, _options, done) => {
    scope.addHook('onRoute', (route) => {
      route.config = { door: 'docs', ...route.config };
    });
    scope.register(swaggerUi, { routePrefix: PATHS.docs, staticCSP: true });
    done();
  });
  app.register((scope, _options, done) => {
    addOperatorDoors(scope, context, isReady);
    addHarnessDoors(scope, context);
    addCadDoor(scope, context);
    addResidentDoors(scope, context);
    addNewsroomDoors(scope, context);
    done();
  });
}

function boundConnections({ limits, metrics }: DoorContext, server: Server): void {
  server.maxConnections = limits.connectionsMax;
  server.on('drop', () => metrics.count('hundredblock_shed_total', { door: 'connection', reason: 'overloaded' }));
  // A client that asks before it sends a body is answered by the door's gate.
  server.on('checkContinue', (request, response) => server.emit('request', request, response));
}

/** A check that says which field is wrong, and never what was sent: not the name of an unknown field either. */
function bodyCheck(schema: TSchema): (value: unknown) => { value: unknown } | { error: Error } {
  const check = Compile(schema);
  const known = Object.keys((schema as { properties?: object }).properties ?? {});
  return (value) => {
    if (check.Check(value)) return { value };
    const errors = check.Errors(value);
    if (errors.some((error) => error.keyword === 'additionalProperties'))
      return { error: new Refused('invalid', `expected only the fields ${known.join(', ')}, found another`) };
    const [{ instancePath, message }] = errors;
    return { error: new Refused('invalid', `${pathOfPointer(instancePath) || 'body'}: ${message}`) };
  };
}

const METHODS = ['GET', 'PUT', 'POST', 'PATCH', 'DELETE'] as const;

const PATTERNS = Object.values(PATHS).map((path) => ({
  path,
  pattern: new RegExp(`^${path.replaceAll(/:[a-z]+/g, '[^/]+')}$`),
}));

function unknownPath({ url, server }: FastifyRequest, reply: FastifyReply): Refused {
  const path = PATTERNS.find(({ pattern }) => pattern.test(url.split('?', 1)[0]))?.path;
  if (path === undefined) return new Refused('not-found', 'expected a path of this platform, found another');
  // Upgrades never come here: the stream answers them.
  if (path === PATHS.stream) return new Refused('invalid', 'expected an upgrade to WebSocket, found a plain request');
  reply.header('allow', METHODS.filter((method) => server.hasRoute({ method, url: path })).join(', '));
  return new Refused('method-not-allowed', 'expected a method that this path takes, found another');
}

/** Answers a refusal or a fault, and counts it. */
function refuse(context: DoorContext, error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void {
  const refused = refusalOf(error) ?? new Refused('internal', 'the platform failed on this request');
  if (refused.refusal === 'internal') context.log.error('request-failed', errorFields(error));
  countRefusal(context, doorOf(request), refused);
  const seconds = retryAfterSeconds(refused);
  if (seconds !== null) reply.header('retry-after', String(seconds));
  if (refused.refusal === 'draining' || hasLongRest(request)) reply.header('connection', 'close');
  // fastify closes after every body that it could not take, the pipelined requests behind it included.
  else if (reply.hasHeader('connection')) reply.removeHeader('connection');
  reply
    .code(REFUSALS[refused.refusal])
    .header('content-type', 'application/json; charset=utf-8')
    .send(JSON.stringify(wireError(refused.refusal, refused.message)));
}

function countRefusal({ metrics }: DoorContext, door: Door, refused: Refused): void {
  if (refused instanceof RefusedCredential)
    metrics.count('hundredblock_auth_failures_total', { door, reason: refused.failure });
  else metrics.count('hundredblock_shed_total', { door, reason: refused.refusal });
}

/** Whether more of the request is to come than is worth reading for the connection's sake. */
function hasLongRest({ raw, headers }: FastifyRequest): boolean {
  if (raw.complete) return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > DISCARDED_BYTES_MAX;
}

function doorOf(request: FastifyRequest): Door {
  return request.routeOptions?.config?.door ?? 'none';
}

function account(context: Context, request: FastifyRequest, reply: FastifyReply): void {
  const { metrics, log } = context;
  const door = doorOf(request);
  const status = reply.statusCode;
  metrics.count('hundredblock_http_requests_total', { door, status: String(status) });
  const fields = { door, method: request.method, status, ms: Math.round(reply.elapsedTime * 100) / 100 };
  if (status < 400) log.debug('request', fields);
  else context.refusals.note(status >= 500 ? 'warn' : 'info', 'request', fields);
}

/** What could not be read as a request: too slow, too long, or no HTTP. */
function answerBroken(context: Context, error: Error & { code?: string }, socket: Socket): void {
  // One that was opened ahead of need, and never used, is no request that was refused.
  if (error.code === 'ECONNRESET' || socket.destroyed || socket.bytesRead === 0) {
    socket.destroy();
    return;
  }
  const refused = refusalOf(error) ?? new Refused('invalid', 'expected a request of HTTP/1.1, found something else');
  countRefusal(context, 'connection', refused);
  context.refusals.note('info', 'connection-refused', { status: REFUSALS[refused.refusal] });
  if (mayAnswer(socket)) socket.end(rawAnswer(refused.refusal, refused.message), () => socket.destroy());
  else socket.destroy();
}

/** Not where an earlier request on this connection still waits for its answer: the client would take this one for it. */
function mayAnswer(socket: Socket): boolean {
  // Node's own record of it; there is no public one.
  const pending = (socket as unknown as Record<string, ServerResponse | null | undefined>)['_httpMessage'];
  return socket.writable && (pending == null || (!pending.headersSent && !pending.req.complete));
}

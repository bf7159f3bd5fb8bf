/** What every door is given, and the gate in front of it: who comes in, and how often. */
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import type { Role } from '../../../contract/credentials.ts';
import { agencyOf } from '../agencies.ts';
import { bearerOf, isSameSecret, numberOf, type Authenticator, type Identity } from '../auth.ts';
import { Refused, type Engine } from '../service-api.ts';
import type { Log } from '../log.ts';
import type { AuthFailure, Door, Metrics } from '../metrics.ts';
import type { Buckets } from './buckets.ts';
import { RefusedFor } from './refusal.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    door?: Door;
  }
  interface FastifyRequest {
    /** Agency or resident id that was let in; empty at doors without a gate. */
    caller: string;
  }
}

export interface HttpLimits {
  /** Open connections, streams included. */
  connectionsMax: number;
  headerBytesMax: number;
  /** A request with a body, a batch included. A single CAD message is further bound by the onboarding's bodyLengthMax. */
  bodyBytesMax: number;
  onboardingBytesMax: number;
  /** Until all headers have come. */
  headersTimeoutMs: number;
  /** Until a whole request has come. */
  requestTimeoutMs: number;
  /** Until an idle connection is closed. */
  keepAliveTimeoutMs: number;
  /** Of one key; a batch counts its lines; bursts of twice that. */
  requestsPerSecondMax: number;
}

export interface DoorContext {
  engine: Engine;
  auth: Authenticator;
  metrics: Metrics;
  log: Log;
  limits: HttpLimits;
  buckets: Buckets;
  /** Null: the doors of the harness are shut. */
  harnessKey: string | null;
  /** True once the server has begun to close. */
  isClosing: () => boolean;
}

/** A wrong credential. Counted by its reason; the answer tells only whether to come back with another. */
export class RefusedCredential extends Refused {
  readonly failure: AuthFailure;
  constructor(failure: AuthFailure) {
    super(...CREDENTIAL_WORDS[failure]);
    this.failure = failure;
  }
}

/** Lets in those who bear a token of `role`: an agency at its own path, a resident that is known and stayed. Decides before a body is read. */
export function gate(context: DoorContext, role: Role): onRequestHookHandler {
  return (request, reply, done) => {
    try {
      request.caller = admit(context, role, request);
      inviteBody(request, reply);
      done();
    } catch (error) {
      done(error as Error);
    }
  };
}

/** Lets in the harness. Without a key the door is not there. */
export function harnessGate(context: DoorContext): onRequestHookHandler {
  return (request, reply, done) => {
    try {
      refuseWhileClosing(context);
      if (context.harnessKey === null)
        throw new Refused('not-found', 'expected a platform with a harness key, found none');
      const given = bearerOf(request.headers.authorization);
      if (given === null) throw new RefusedCredential('missing');
      if (!isSameSecret(given, context.harnessKey))
        throw new RefusedCredential(context.auth.identify(given) === null ? 'wrong' : 'role');
      inviteBody(request, reply);
      done();
    } catch (error) {
      done(error as Error);
    }
  };
}

/** The request's Idempotency-Key. Throws Refused('idempotency-key-missing'). */
export function idempotencyKeyOf(request: FastifyRequest): string {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string' || !isIdempotencyKey(key)) throw new Refused('idempotency-key-missing', KEY_WORDS);
  return key;
}

export function isIdempotencyKey(text: string): boolean {
  return /^[\x21-\x7e]{1,200}$/.test(text);
}

// --- internal ---

const KEY_WORDS = 'expected an Idempotency-Key of 1 to 200 visible ASCII characters, found none or another';

const CREDENTIAL_WORDS: Readonly<Record<AuthFailure, [refusal: 'unauthenticated' | 'forbidden', words: string]>> = {
  missing: ['unauthenticated', 'expected a bearer token in Authorization, found none'],
  wrong: ['unauthenticated', 'expected a valid credential, found another'],
  role: ['forbidden', 'expected a credential for this door, found one for another'],
  other: ['forbidden', 'expected a credential for this door, found one for another'],
  left: ['forbidden', 'expected a credential of a member, found one of somebody who is none'],
};

function refuseWhileClosing({ engine, isClosing }: DoorContext): void {
  if (isClosing() || engine.phase === 'draining' || engine.phase === 'closed')
    throw new Refused('draining', 'expected a platform that takes work, found one that shuts down');
}

function admit(context: DoorContext, role: Role, request: FastifyRequest): string {
  refuseWhileClosing(context);
  const { engine, auth } = context;
  const token = bearerOf(request.headers.authorization);
  if (token === null) throw new RefusedCredential('missing');
  if (engine.onboarding === null)
    throw new Refused('not-ready', 'expected an onboarded platform, found one that is not');
  const identity = auth.identify(token);
  if (identity === null) throw new RefusedCredential('wrong');
  if (identity.role !== role) throw new RefusedCredential('role');
  refuseStranger(engine, identity, request);
  const waitMs = context.buckets.take(`${role}.${identity.id}`, performance.now());
  if (waitMs > 0)
    throw new RefusedFor('rate-limited', 'expected fewer requests of this key, found more', Math.ceil(waitMs / 1000));
  return identity.id;
}

/** A credential that is right but does not belong here. */
function refuseStranger(engine: Engine, { role, id }: Identity, request: FastifyRequest): void {
  if (role === 'agency' && id !== (request.params as { agency: string }).agency) throw new RefusedCredential('other');
  if (role === 'agency' && (engine.onboarding === null || agencyOf(engine.onboarding, id) === undefined))
    throw new RefusedCredential('left');
  if (role !== 'resident') return;
  const number = numberOf(id);
  const resident = number === null ? null : engine.resident(number);
  if (resident === null || resident.quit) throw new RefusedCredential('left');
}

/** A client that asked to wait for it is told to go on only once it has been let in. */
function inviteBody(request: FastifyRequest, reply: FastifyReply): void {
  if (request.headers.expect !== undefined) reply.raw.writeContinue();
}

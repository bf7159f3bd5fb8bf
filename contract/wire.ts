/**
 * The contract on the wire: paths, headers, bodies, statuses, stream messages, close codes, topics. docs/reference/contract.md says in words
 * what a system must do to be loaded; the reference system, the load driver and the conformance checks all import this page.
 */
import Type, { type Static } from 'typebox';

const strict = { additionalProperties: false };

// --- HTTP ---

export const PATHS = {
  health: '/healthz',
  ready: '/readyz',
  metrics: '/metrics',
  docs: '/docs',
  /** PUT: an Onboarding document; replaces everything known before. Needs the harness key. */
  onboarding: '/v1/harness/onboarding',
  /** PUT, GET: the platform's clock, as PlatformClock. Needs the harness key. 404: this platform only knows real time. */
  clock: '/v1/harness/clock',
  /** POST: one CAD message, or an NDJSON batch of them. Token of that agency. */
  cad: '/v1/agencies/:agency/cad',
  /** GET, upgraded to WebSocket. Token of a resident. */
  stream: '/v1/stream',
  /** GET ?since=SEQUENCE&limit=N: the resident's messages after that sequence. */
  alerts: '/v1/alerts',
  /** GET, PATCH: the resident's wishes, as Preferences. */
  preferences: '/v1/me/preferences',
  /** PUT mutes, DELETE ends it. */
  mute: '/v1/me/mute',
  /** DELETE: the resident leaves for good. */
  me: '/v1/me',
  /** POST: a resident's post. */
  posts: '/v1/me/posts',
  /** GET: the news team's open tickets. Newsroom token. */
  tickets: '/v1/newsroom/tickets',
  /** POST: a decision. */
  decision: '/v1/newsroom/tickets/:ticket/decision',
} as const;

export const HEADERS = {
  /** The sender's id of a CAD message or post; the same id with the same body is answered as the first time. 1 to 200 visible ASCII characters. */
  idempotencyKey: 'idempotency-key',
  /** `true` on an answer that was given before. */
  replayed: 'idempotent-replayed',
  /** Dialect of a CAD message; where it is left out, that of the agency's feed in force. */
  dialect: 'hundredblock-dialect',
} as const;

export const MEDIA = { json: 'application/json', csv: 'text/csv', ndjson: 'application/x-ndjson' } as const;

/** Bearer tokens (contract/credentials.ts) in `Authorization`; a browser's WebSocket offers them as a second subprotocol. */
export const STREAM_PROTOCOL = 'hundredblock.v1';
export const STREAM_TOKEN_PREFIX = 'bearer.';

/** Codes of refusals, each with its one status. Bodies are WireError and hold nothing of what was sent. */
export const REFUSALS = {
  /** No or unreadable credential. */
  unauthenticated: 401,
  /** A credential of another agency, resident or role. */
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  /** Headers, query or body are not what the door takes. */
  invalid: 400,
  'idempotency-key-missing': 400,
  /** The key was used for another body. */
  'idempotency-key-reused': 422,
  /** The key's first request is still under way. */
  'idempotency-key-busy': 409,
  /** Every record of the message was rejected; the receipts say why. */
  rejected: 422,
  'too-large': 413,
  'unsupported-media-type': 415,
  timeout: 408,
  'headers-too-large': 431,
  'rate-limited': 429,
  /** Work waiting inside is at its bound. Comes with Retry-After. */
  overloaded: 503,
  /** Not onboarded yet. Comes with Retry-After. */
  'not-ready': 503,
  /** Shutting down. Comes with Retry-After. */
  draining: 503,
  /** The disk is full or failing: nothing was accepted. Comes with Retry-After. */
  'storage-failed': 503,
  internal: 500,
} as const;
export type Refusal = keyof typeof REFUSALS;

export const WireErrorSchema = Type.Object({
  error: Type.Object({
    code: Type.String({ description: 'a name of REFUSALS' }),
    /** What was expected and what was found, in closed words. */
    message: Type.String(),
  }),
});
export type WireError = Static<typeof WireErrorSchema>;

const RowReceipts = Type.Array(
  Type.Object({
    row: Type.Integer({ minimum: 0 }),
    outcome: Type.String({ description: 'accepted, duplicate, superseded or rejected' }),
    code: Type.Union([Type.String(), Type.Null()]),
  }),
);

/** Answer 202 to a CAD message, after it is on disk (and 422 `rejected`, beside `error`). */
export const CadAcceptedSchema = Type.Object({ messageId: Type.String(), rows: RowReceipts });
export type CadAccepted = Static<typeof CadAcceptedSchema>;

/** A line of an NDJSON batch. `id` is the message's own idempotency key. */
export const BatchLineSchema = Type.Object(
  { id: Type.String({ minLength: 1, maxLength: 200 }), body: Type.String() },
  strict,
);
/** Answer 202 to a batch, one entry a line in order; `error` where that line alone was refused. */
export const BatchAcceptedSchema = Type.Object({
  messages: Type.Array(
    Type.Object({
      messageId: Type.String(),
      rows: RowReceipts,
      error: Type.Optional(Type.String({ description: 'a name of REFUSALS' })),
    }),
  ),
});
export type BatchAccepted = Static<typeof BatchAcceptedSchema>;

/** Wishes; in a PATCH fields left out stay as they are. `categories`: names of CATEGORIES. */
export const PreferencesSchema = Type.Object(
  {
    radiusM: Type.Optional(Type.Number({ minimum: 0, maximum: 100_000, multipleOf: 0.1 })),
    categories: Type.Optional(Type.Array(Type.String(), { maxItems: 16, uniqueItems: true })),
  },
  strict,
);
export type Preferences = Static<typeof PreferencesSchema>;

export const PostSchema = Type.Object({ text: Type.String({ minLength: 1, maxLength: 4000 }) }, strict);
/** Answer 202 to a post; its id is the request's idempotency key. */
export const PostAcceptedSchema = Type.Object({ postId: Type.String() });

/**
 * Answer 200 to GET alerts: messages as on the stream, oldest first, at most `limit`. `gap`: the last sequence that is no longer kept, where it is
 * above `since`; else null.
 */
export const AlertsPageSchema = Type.Object({
  messages: Type.Array(
    Type.Object({ sequence: Type.Integer({ minimum: 1 }), type: Type.String(), message: Type.Unknown() }),
  ),
  lastSequence: Type.Integer({ minimum: 0 }),
  gap: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
});

export const TicketSchema = Type.Object({
  ticket: Type.String(),
  agency: Type.String(),
  incidents: Type.String(),
  category: Type.String(),
  place: Type.String(),
  /** Narratives with private strings blanked. */
  text: Type.String(),
});
export type Ticket = Static<typeof TicketSchema>;
/** Answer 200 to GET tickets: those that wait for a decision, oldest first. */
export const TicketListSchema = Type.Object({ tickets: Type.Array(TicketSchema) });
export const DecisionSchema = Type.Object(
  { decision: Type.Union([Type.Literal('approve'), Type.Literal('reject')]) },
  strict,
);

export const ClockSchema = Type.Object(
  {
    originWallMs: Type.Number({ minimum: 0, maximum: 1e14 }),
    originMs: Type.Integer({ minimum: 0, maximum: 8.64e15 }),
    speed: Type.Number({ minimum: 0, maximum: 10_000 }),
  },
  strict,
);

// --- the residents' stream ---

/**
 * First message of every connection: the sequence of the last message that this resident was sent before it. `after` in the query
 * asks for all later ones first; without it the stream starts here.
 */
export interface StreamHello {
  type: 'hello';
  lastSequence: number;
}
/** Messages up to `upTo` are no longer kept. Sent before what still is. */
export interface StreamGap {
  type: 'gap';
  upTo: number;
}
/**
 * A resident's messages are numbered 1, 2, 3, ... without holes; the same number is always the same message, so that a client which
 * remembers the last number it saw has each exactly once. Text frames, keys in this order, `message` as the bytes that were composed.
 */
export type StreamMessage =
  | { sequence: number; type: 'alert'; message: unknown }
  | { sequence: number; type: 'post'; message: StreamPost };
export interface StreamPost {
  postId: string;
  text: string;
}

/** The text of a stream message around its composed body. */
export function streamText(sequence: number, type: StreamMessage['type'], body: string): string {
  return `{"sequence":${sequence},"type":"${type}","message":${body}}`;
}

export const CLOSE_CODES = {
  /** The platform is shutting down: come back, with `after`. */
  goingAway: 1001,
  /** The client sent what it may not: the stream is one way. */
  clientSpoke: 1008,
  tooLarge: 1009,
  /** The client read too slowly, and its bytes waiting reached the bound. */
  slowConsumer: 4000,
  /** The same resident opened more connections than allowed; the oldest goes. */
  replaced: 4001,
  /** The resident left the platform. */
  left: 4002,
  /** `after` is beyond the last sequence. */
  sequenceAhead: 4003,
  /** Everything was replaced by a new onboarding. */
  reset: 4004,
} as const;

// --- MQTT ---

export const MQTT = {
  /** A device publishes below its own topic only, at QoS 1, never retained; it may subscribe to nothing. User name: the device id in decimal; password: its credential. */
  topicPrefix: 'hundredblock/v1/devices/',
  kinds: ['motion', 'clip', 'heartbeat'],
  payloadBytesMax: 1024,
} as const;
export type DeviceMessageKind = (typeof MQTT.kinds)[number];

export function deviceTopic(device: number, kind: DeviceMessageKind): string {
  return `${MQTT.topicPrefix}${device}/${kind}`;
}

/** Times are ISO 8601 UTC, by the platform's clock. */
export const MotionSchema = Type.Object({ at: Type.String({ maxLength: 30 }) }, strict);
/** A clip's metadata: the clip itself stays with its owner. */
export const ClipSchema = Type.Object(
  {
    clipId: Type.String({ pattern: '^[A-Za-z0-9-]{1,64}$' }),
    at: Type.String({ maxLength: 30 }),
    durationMs: Type.Integer({ minimum: 1, maximum: 600_000 }),
  },
  strict,
);
export const HeartbeatSchema = Type.Object(
  { at: Type.String({ maxLength: 30 }), batteryPercent: Type.Integer({ minimum: 0, maximum: 100 }) },
  strict,
);

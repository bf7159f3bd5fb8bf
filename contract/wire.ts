/**
 * The contract on the wire: paths, headers, bodies, statuses, stream messages, close codes and topics. docs/reference/contract.md says in words how a target must
 * behave; the reference service, the load drivers and the conformance checks all import this file.
 */
import Type, { type Static } from 'typebox';

const strict = { additionalProperties: false };

// --- HTTP ---

/** Paths of the HTTP doors. */
export const PATHS = {
  health: '/healthz',
  ready: '/readyz',
  metrics: '/metrics',
  docs: '/docs',
  /** PUT: an Onboarding document, which replaces everything known before. It needs the harness key. */
  onboarding: '/v1/harness/onboarding',
  /** PUT, GET: the platform's clock, as PlatformClock. It needs the harness key. 404 means that this platform only knows real time. */
  clock: '/v1/harness/clock',
  /** POST: one CAD message, or an NDJSON batch of them, with the agency's token. */
  cad: '/v1/agencies/:agency/cad',
  /** GET, upgraded to WebSocket, with a resident's token. */
  stream: '/v1/stream',
  /** GET ?since=SEQUENCE&limit=N: the resident's messages after that sequence. */
  alerts: '/v1/alerts',
  /** GET, PATCH: the resident's wishes, as Preferences. */
  preferences: '/v1/me/preferences',
  /** PUT mutes the resident, DELETE ends that. */
  mute: '/v1/me/mute',
  /** DELETE: the resident leaves for good. */
  me: '/v1/me',
  /** POST: a resident's post. */
  posts: '/v1/me/posts',
  /** GET: the news team's open tickets, with the newsroom's token. */
  tickets: '/v1/newsroom/tickets',
  /** POST: a decision on a ticket, with the newsroom's token. */
  decision: '/v1/newsroom/tickets/:ticket/decision',
} as const;

/** Names of headers beside the standard ones. */
export const HEADERS = {
  /** The sender's id of a CAD message or post, 1 to 200 visible ASCII characters. A repeated id with the same body is answered like the first time. */
  idempotencyKey: 'idempotency-key',
  /** `true` on an answer that was given before. */
  replayed: 'idempotent-replayed',
  /** Dialect of a CAD message; if it is left out, the dialect of the agency's feed in force. */
  dialect: 'hundredblock-dialect',
} as const;

/** Media types of bodies. */
export const MEDIA = { json: 'application/json', csv: 'text/csv', ndjson: 'application/x-ndjson' } as const;

/** Subprotocol of the residents' stream. */
export const STREAM_PROTOCOL = 'hundredblock.v1';
/**
 * Stands before the token in a second subprotocol, which a browser's WebSocket offers since it can't set headers. Anywhere else the token (contract/credentials.ts)
 * stands in `Authorization: Bearer`.
 */
export const STREAM_TOKEN_PREFIX = 'bearer.';

/** Codes of refusals, each with its HTTP status. Their bodies are WireError, and repeat nothing of what the client sent. */
export const REFUSALS = {
  /** The credential is missing or can't be read. */
  unauthenticated: 401,
  /** The credential is of another agency, resident or role. */
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  /** The door does not take such headers, query or body. */
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
  /** The queue of work inside is full. The answer has Retry-After. */
  overloaded: 503,
  /** No onboarding document has come yet. The answer has Retry-After. */
  'not-ready': 503,
  /** The service is shutting down. The answer has Retry-After. */
  draining: 503,
  /** The disk is full or failing, and nothing was accepted. The answer has Retry-After. */
  'storage-failed': 503,
  internal: 500,
} as const;
/** Code of a refusal. */
export type Refusal = keyof typeof REFUSALS;

/** Body of a refusal. */
export const WireErrorSchema = Type.Object({
  error: Type.Object({
    code: Type.String({ description: 'a name of REFUSALS' }),
    /** A sentence from a closed vocabulary, about what was expected and what was found. */
    message: Type.String(),
  }),
});
/** A body that WireErrorSchema accepts. */
export type WireError = Static<typeof WireErrorSchema>;

const RowReceipts = Type.Array(
  Type.Object({
    row: Type.Integer({ minimum: 0 }),
    outcome: Type.String({ description: 'accepted, duplicate, superseded or rejected' }),
    code: Type.Union([Type.String(), Type.Null()]),
  }),
);

/** Answer 202 to a CAD message, once it is on disk. Answer 422 `rejected` has these fields beside `error`. */
export const CadAcceptedSchema = Type.Object({ messageId: Type.String(), rows: RowReceipts });
/** A body that CadAcceptedSchema accepts. */
export type CadAccepted = Static<typeof CadAcceptedSchema>;

/** A line of an NDJSON batch. `id` is the message's own idempotency key, `body` its body as a text. */
export const BatchLineSchema = Type.Object(
  { id: Type.String({ minLength: 1, maxLength: 200 }), body: Type.String() },
  strict,
);
/** Answer 202 to a batch, with one entry for each line in order. An entry has `error` if its line alone was refused. */
export const BatchAcceptedSchema = Type.Object({
  messages: Type.Array(
    Type.Object({
      messageId: Type.String(),
      rows: RowReceipts,
      error: Type.Optional(Type.String({ description: 'a name of REFUSALS' })),
    }),
  ),
});
/** A body that BatchAcceptedSchema accepts. */
export type BatchAccepted = Static<typeof BatchAcceptedSchema>;

/** A resident's wishes: the alert radius in metres, and names of CATEGORIES. In a PATCH, fields that are left out stay as they are. */
export const PreferencesSchema = Type.Object(
  {
    radiusM: Type.Optional(Type.Number({ minimum: 0, maximum: 100_000, multipleOf: 0.1 })),
    categories: Type.Optional(Type.Array(Type.String(), { maxItems: 16, uniqueItems: true })),
  },
  strict,
);
/** Wishes that PreferencesSchema accepts. */
export type Preferences = Static<typeof PreferencesSchema>;

/** A resident's post. */
export const PostSchema = Type.Object({ text: Type.String({ minLength: 1, maxLength: 4000 }) }, strict);
/** Answer 202 to a post. Its id is the request's idempotency key. */
export const PostAcceptedSchema = Type.Object({ postId: Type.String() });

/**
 * Answer 200 to GET alerts: messages as on the stream, oldest first, at most `limit` of them. `gap` is the last sequence that is no longer kept, if it is above
 * `since`; else null.
 */
export const AlertsPageSchema = Type.Object({
  messages: Type.Array(
    Type.Object({ sequence: Type.Integer({ minimum: 1 }), type: Type.String(), message: Type.Unknown() }),
  ),
  lastSequence: Type.Integer({ minimum: 0 }),
  gap: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
});

/** A ticket for the news team. `incidents` is the alert's key. */
export const TicketSchema = Type.Object({
  ticket: Type.String(),
  agency: Type.String(),
  incidents: Type.String(),
  category: Type.String(),
  place: Type.String(),
  /** Narratives with private strings blanked. */
  text: Type.String(),
});
/** A ticket that TicketSchema accepts. */
export type Ticket = Static<typeof TicketSchema>;
/** Answer 200 to GET tickets: all that wait for a decision, oldest first. */
export const TicketListSchema = Type.Object({ tickets: Type.Array(TicketSchema) });
/** A decision of the news team. */
export const DecisionSchema = Type.Object(
  { decision: Type.Union([Type.Literal('approve'), Type.Literal('reject')]) },
  strict,
);

/** The platform's clock on the wire (PlatformClock of contract/clock.ts). */
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
 * First message of every connection: the sequence of the last message that the resident was sent before. If the query has `after`, all messages after that
 * sequence follow first; without it the stream starts here.
 */
export interface StreamHello {
  type: 'hello';
  lastSequence: number;
}
/** Messages up to the sequence `upTo` are no longer kept. It comes before those that are. */
export interface StreamGap {
  type: 'gap';
  upTo: number;
}
/**
 * A message to a resident. A resident's messages are numbered 1, 2, 3, ... without holes, and a number always stands for the same message, so that a client that
 * remembers the last number receives each message exactly once. Messages are text frames with the keys in this order and `message` exactly as it was composed.
 */
export type StreamMessage =
  | { sequence: number; type: 'alert'; message: unknown }
  | { sequence: number; type: 'post'; message: StreamPost };
/** A resident's post, as others receive it. */
export interface StreamPost {
  postId: string;
  text: string;
}

/** The text of a stream message, with `body` as the JSON text of its `message`. */
export function streamText(sequence: number, type: StreamMessage['type'], body: string): string {
  return `{"sequence":${sequence},"type":"${type}","message":${body}}`;
}

/** WebSocket close codes of the stream. */
export const CLOSE_CODES = {
  /** The platform is shutting down. The client should come back, with `after`. */
  goingAway: 1001,
  /** The client sent something, but the stream goes one way only. */
  clientSpoke: 1008,
  /** The client sent a frame that is too large. */
  tooLarge: 1009,
  /** The client read so slowly that the bytes waiting for it reached their bound. */
  slowConsumer: 4000,
  /** The resident opened more connections than allowed; the oldest is closed. */
  replaced: 4001,
  /** The resident left the platform. */
  left: 4002,
  /** The query's `after` is beyond the last sequence. */
  sequenceAhead: 4003,
  /** A new onboarding document replaced everything. */
  reset: 4004,
} as const;

// --- MQTT ---

/** The doorbells' MQTT door. */
export const MQTT = {
  /**
   * A device may publish only below its own topic, at QoS 1 and not retained, and may subscribe to nothing. Its user name is the device id in decimal, its password
   * its credential.
   */
  topicPrefix: 'hundredblock/v1/devices/',
  kinds: ['motion', 'clip', 'heartbeat'],
  payloadBytesMax: 1024,
} as const;
/** Kind of a doorbell's message. */
export type DeviceMessageKind = (typeof MQTT.kinds)[number];

/** The topic of a doorbell's messages of one kind. */
export function deviceTopic(device: number, kind: DeviceMessageKind): string {
  return `${MQTT.topicPrefix}${device}/${kind}`;
}

/** A motion that a doorbell saw. Times are ISO 8601 in UTC, by the platform's clock. */
export const MotionSchema = Type.Object({ at: Type.String({ maxLength: 30 }) }, strict);
/** The metadata of a clip, which itself stays with its owner. */
export const ClipSchema = Type.Object(
  {
    clipId: Type.String({ pattern: '^[A-Za-z0-9-]{1,64}$' }),
    at: Type.String({ maxLength: 30 }),
    durationMs: Type.Integer({ minimum: 1, maximum: 600_000 }),
  },
  strict,
);
/** A sign of life. */
export const HeartbeatSchema = Type.Object(
  { at: Type.String({ maxLength: 30 }), batteryPercent: Type.Integer({ minimum: 0, maximum: 100 }) },
  strict,
);

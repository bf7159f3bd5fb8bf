/**
 * The names on the wire that k6 needs. contract/wire.ts itself imports a schema library, which k6 can't load: the compiler holds the
 * names here equal to those there.
 */
import type * as Wire from '../../../../contract/wire.ts';

/** Paths of the HTTP doors. */
export const PATHS: Omit<typeof Wire.PATHS, 'metrics' | 'docs' | 'tickets'> = {
  health: '/healthz',
  ready: '/readyz',
  onboarding: '/v1/harness/onboarding',
  clock: '/v1/harness/clock',
  cad: '/v1/agencies/:agency/cad',
  stream: '/v1/stream',
  alerts: '/v1/alerts',
  preferences: '/v1/me/preferences',
  mute: '/v1/me/mute',
  me: '/v1/me',
  posts: '/v1/me/posts',
  decision: '/v1/newsroom/tickets/:ticket/decision',
};

/** Names of headers. */
export const HEADERS: Omit<typeof Wire.HEADERS, 'replayed'> = {
  idempotencyKey: 'idempotency-key',
  dialect: 'hundredblock-dialect',
};

/** Media types. */
export const MEDIA: Pick<typeof Wire.MEDIA, 'json' | 'csv'> = { json: 'application/json', csv: 'text/csv' };

/** Close codes of the stream that change what a phone does. */
export const CLOSE_CODES: Pick<typeof Wire.CLOSE_CODES, 'left' | 'sequenceAhead' | 'reset'> = {
  left: 4002,
  sequenceAhead: 4003,
  reset: 4004,
};

/** The name of a refusal by its HTTP status alone. */
export function refusalOf(status: number): Wire.Refusal {
  return REFUSAL_OF_STATUS[status] ?? (status < 500 ? 'invalid' : 'internal');
}

/** Refusals that a status alone is enough to name. */
export const REFUSAL_OF_STATUS: Readonly<Record<number, Wire.Refusal>> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  408: 'timeout',
  409: 'idempotency-key-busy',
  413: 'too-large',
  415: 'unsupported-media-type',
  422: 'rejected',
  429: 'rate-limited',
  431: 'headers-too-large',
  503: 'overloaded',
};

const DEVICE_TOPIC_PREFIX: typeof Wire.MQTT.topicPrefix = 'hundredblock/v1/devices/';

/** The topic on which a doorbell publishes messages of one kind. */
export function deviceTopic(device: number, kind: Wire.DeviceMessageKind): string {
  return `${DEVICE_TOPIC_PREFIX}${device}/${kind}`;
}

/** Refusals as they leave: status, body and headers follow from the code alone, never from what was sent. */
import { REFUSALS, type Refusal, type WireError } from '../../../contract/wire.ts';
import { Refused } from '../service-api.ts';

/** A refusal after which the client shall wait this long. */
export class RefusedFor extends Refused {
  readonly seconds: number;
  constructor(refusal: Refusal, message: string, seconds: number) {
    super(refusal, message);
    this.seconds = seconds;
  }
}

export function wireError(refusal: Refusal, message: string): WireError {
  return { error: { code: refusal, message } };
}

/** Seconds for Retry-After; null where the refusal has none. */
export function retryAfterSeconds(refused: Refused): number | null {
  if (refused instanceof RefusedFor) return refused.seconds;
  return PASSING.has(refused.refusal) ? 1 : null;
}

/** A whole answer for a socket on which no request could be read; the connection ends with it. */
export function rawAnswer(refusal: Refusal, message: string): string {
  const body = JSON.stringify(wireError(refusal, message));
  const status = REFUSALS[refusal];
  return [
    `HTTP/1.1 ${status} ${REASONS[status] ?? 'Refused'}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}

/** What a failure inside fastify or the HTTP parser is called, and in words; null where nobody foresaw it. */
export function refusalOf(error: unknown): Refused | null {
  if (error instanceof Refused) return error;
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  const known = code === undefined ? undefined : FAILURES[code];
  if (known !== undefined) return new Refused(...known);
  const isTheirs = statusCode !== undefined && statusCode >= 400 && statusCode < 500;
  return isTheirs ? new Refused('invalid', 'expected a valid request, found another') : null;
}

export const TOO_LARGE = 'expected a body within the bound of this door, found a longer one';

// --- internal ---

/** Refusals that pass by themselves. */
const PASSING: ReadonlySet<Refusal> = new Set([
  'overloaded',
  'not-ready',
  'draining',
  'storage-failed',
  'rate-limited',
]);

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  413: 'Payload Too Large',
  431: 'Request Header Fields Too Large',
};

const NOT_JSON = 'expected a body of JSON, found other text';

const FAILURES: Readonly<Record<string, [Refusal, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['too-large', TOO_LARGE],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported-media-type', 'expected a content type of this door, found another'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['invalid', 'expected a body of the length told, found another length'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['invalid', 'expected a body of JSON, found none'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['invalid', NOT_JSON],
  FST_ERR_BAD_URL: ['not-found', 'expected a path of this platform, found another'],
  FST_ERR_MAX_PARAM_LENGTH: ['not-found', 'expected a path of this platform, found a longer one'],
  ERR_HTTP_REQUEST_TIMEOUT: ['timeout', 'expected a whole request in time, found a part of one'],
  HPE_HEADER_OVERFLOW: ['headers-too-large', 'expected headers within the bound, found longer ones'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['too-large', TOO_LARGE],
};

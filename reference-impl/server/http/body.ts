/** Reads the body of a CAD request as text, bounded, in the turn in which its last byte arrives. */
import type { FastifyContentTypeParser, FastifyRequest } from 'fastify';
import { Refused } from '../service-api.ts';
import { TOO_LARGE } from './refusal.ts';

/**
 * A parser that leaves the text as it came: reading it is the pipeline's matter. Bytes that are not UTF-8 become U+FFFD: a broken
 * character in one record's narrative must not cost the record, and where it breaks the format the pipeline says so in its receipt.
 */
export function textReader(bytesMaxOf: (request: FastifyRequest) => number): FastifyContentTypeParser {
  return (request, payload, done) => {
    const bytesMax = bytesMaxOf(request);
    const refusal = refusalOfHead(request, bytesMax);
    if (refusal !== null) {
      done(refusal);
      return;
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    let isDone = false;
    const finish = (error: Error | null, text?: string): void => {
      if (isDone) return;
      isDone = true;
      done(error, text);
    };
    payload.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > bytesMax) finish(new Refused('too-large', TOO_LARGE));
      else if (!isDone) chunks.push(chunk);
    });
    payload.on('end', () => finish(null, (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)).toString('utf8')));
    payload.on('error', () => finish(new Refused('invalid', 'expected a whole body, found a part of one')));
  };
}

// --- internal ---

/** What can be said before the first byte of the body. */
function refusalOfHead({ headers }: FastifyRequest, bytesMax: number): Refused | null {
  if (Number(headers['content-length'] ?? 0) > bytesMax) return new Refused('too-large', TOO_LARGE);
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    return new Refused('unsupported-media-type', 'expected a body without content encoding, found one with');
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(headers['content-type'] ?? '')?.[1]?.toLowerCase();
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8' && charset !== 'us-ascii')
    return new Refused('unsupported-media-type', 'expected a body in UTF-8, found another charset');
  return null;
}

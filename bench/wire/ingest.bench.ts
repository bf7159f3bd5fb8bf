/**
 * Durable ingest: CAD messages a second over 50 connections, each answered 202 after it is on disk, against a fastify route that takes
 * the same requests, answers by the same schema, and does nothing.
 */
import { cadPath } from '../../harness/conform/test-town.ts';
import { eidoBody } from '../../harness/conform/dialect-body.ts';
import type { BenchRow } from '../table.ts';
import { startChild } from './child.ts';
import type { PostsRequest } from './posts.child.ts';
import { startBenchService } from './service.ts';

const CONNECTIONS = 50;
const WARM = 2_000;
const MESSAGES = 10_000;
const AGENCY = 'pd-conform';

export default async function run(): Promise<BenchRow[]> {
  const service = await startBenchService(0);
  const bare = startChild(new URL('./bare-route.child.ts', import.meta.url));
  const clients = startChild(new URL('./posts.child.ts', import.meta.url));
  try {
    const { port } = await bare.ask<{ port: number }>({ kind: 'start' });
    const { town } = service;
    // Noise complaints: most of what agencies send is no alert's business.
    const bodies = Array.from({ length: MESSAGES }, (_, n) =>
      eidoBody(town.record({ recordId: `N${n}`, event: 'noise', number: 100 * (n % 7) + 54 }), 'QZ7'),
    );
    const perSecond = async (of: number, keyPrefix: string, changed: string[]): Promise<number> => {
      const { elapsedMs, requests } = await clients.ask<{ elapsedMs: number; requests: number }>({
        kind: 'run',
        port: of,
        path: cadPath(AGENCY),
        token: town.token('agency', AGENCY),
        connections: CONNECTIONS,
        bodies: changed,
        keyPrefix,
      } satisfies PostsRequest);
      return (1000 * requests) / elapsedMs;
    };
    await perSecond(service.port, 'warm-', bodies.slice(0, WARM));
    await perSecond(port, 'warm-', bodies.slice(0, WARM));
    const value = await perSecond(service.port, 'run-', bodies);
    const base = await perSecond(port, 'run-', bodies);
    const name = `durable ingest, ${CONNECTIONS} connections, bodies of ${bodies[0].length} bytes`;
    return [{ name, unit: 'messages/s', value, base, baseName: 'no-op fastify route', ratio: value / base }];
  } finally {
    await clients.close();
    await bare.close();
    await service.stop();
  }
}

/** Load goes to this machine only: a URL of another machine is refused before anything is sent. */
import { lookup } from 'node:dns/promises';
import { HundredblockError } from '../../../contract/errors.ts';
import type { Endpoint } from '../node/thread/lean-socket.ts';

/** Address and port of a URL such as `http://127.0.0.1:8080`. Throws HB_TARGET on another scheme or another machine. */
export async function loopbackEndpoint(url: string, scheme: 'http' | 'mqtt'): Promise<Endpoint> {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || parsed.protocol !== `${scheme}:` || (parsed.pathname !== '/' && parsed.pathname !== ''))
    throw new HundredblockError(
      'HB_TARGET',
      `expected a URL such as ${EXAMPLES[scheme]}, found ${JSON.stringify(url)}`,
    );
  const name = parsed.hostname.replace(/^\[|\]$/g, '');
  const host = name === 'localhost' ? (await lookup(name)).address : name;
  if (host !== '::1' && !/^127(?:\.[0-9]{1,3}){3}$/.test(host))
    throw new HundredblockError(
      'HB_TARGET',
      `expected a target on this machine (127.0.0.1), found ${JSON.stringify(url)}`,
    );
  return { host, port: parsed.port === '' ? DEFAULT_PORTS[scheme] : Number(parsed.port) };
}

/** The origin of an endpoint, such as `http://127.0.0.1:8080`. */
export function endpointOrigin({ host, port }: Endpoint): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

// --- internal ---

const EXAMPLES = { http: 'http://127.0.0.1:8080', mqtt: 'mqtt://127.0.0.1:1883' } as const;
const DEFAULT_PORTS = { http: 80, mqtt: 1883 } as const;

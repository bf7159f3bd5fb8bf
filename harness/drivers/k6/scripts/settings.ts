/** The options of the scripts, from k6's environment (`-e NAME=VALUE`), checked before anything is sent. */

/** The options of a run of k6, checked. */
export interface Settings {
  /** Folder of the trace, absolute. */
  traceDir: string;
  /** `http://host:port`. */
  target: string;
  /** URL at which doorbells speak MQTT over WebSocket; null: none are connected. */
  mqttUrl: string | null;
  harnessKey: string | null;
  /** True if the target was told agencies, residents and keys by other means. */
  onboarded: boolean;
  /** Platform seconds per wall second; null: as the trace's scenario says. */
  speed: number | null;
  /** Wall time of the window instead of a speed, ms. */
  durationMs: number | null;
  /** URLs of portals that somebody hosts, by agency index. */
  portals: Readonly<Record<string, string>>;
  arrivals: 'ordered' | 'constant' | 'ramping';
  spike: Spike;
  /** VUs that send in order, hold residents' streams, and doorbells. */
  senderVus: number;
  residentVus: number;
  deviceVus: number;
  /** Attempts at one input. */
  triesMax: number;
  /** Deliveries and events of connections that a VU logs; further ones are only counted. */
  logEntriesMax: number;
  /** Folder for run.json; must exist. */
  outDir: string;
  /** Wall time between the last preparation and the window, beside the ramp of connections. */
  leadMs: number | null;
  /** Factor on that time, for a machine that is busy with other things. */
  patience: number;
  /** Objective for the 99th percentile of `delivery_latency`, ms. */
  deliveryP99Ms: number;
}

/** Part of the window that is sent `factor` times over; `from` and `share` are shares of the window. */
export interface Spike {
  from: number;
  share: number;
  factor: number;
}

/** Throws one line that names the option, what was expected and what was found. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const reader = readerOf(environment);
  const target = reader.required('TARGET', LOOPBACK, 'a URL of this machine such as http://127.0.0.1:8080');
  const onboarded = reader.word('ONBOARDED', ['no', 'yes'], 'no') === 'yes';
  const harnessKey = reader.optional('HARNESS_KEY', /^[\x21-\x7e]{16,256}$/, '16 to 256 visible characters');
  if (harnessKey === null && !onboarded)
    throw new Error(
      'HUNDREDBLOCK_HARNESS_KEY: expected the key of the harness doors (or HUNDREDBLOCK_ONBOARDED=yes), found none',
    );
  const mqtt = reader.optional('MQTT_WS', MQTT_WS, 'off, or a URL of this machine such as ws://127.0.0.1:8080/mqtt');
  return {
    traceDir: reader.path('TRACE', null),
    target: target.replace(/\/$/, ''),
    mqttUrl: mqtt === 'off' ? null : (mqtt ?? `${target.replace(/^http/, 'ws').replace(/\/$/, '')}/mqtt`),
    harnessKey,
    onboarded,
    speed: reader.number('SPEED', 0.001, 10_000, null),
    durationMs: reader.duration('DURATION'),
    portals: reader.portals('PORTALS'),
    arrivals: reader.word('ARRIVALS', ['ordered', 'constant', 'ramping'], 'ordered'),
    spike: reader.spike('SPIKE'),
    senderVus: reader.number('SENDER_VUS', 1, 1000, 8),
    residentVus: reader.number('RESIDENT_VUS', 1, 1000, 8),
    deviceVus: reader.number('DEVICE_VUS', 1, 1000, 4),
    triesMax: reader.number('TRIES_MAX', 1, 1000, 10),
    logEntriesMax: reader.number('LOG_ENTRIES_MAX', 0, 1e9, 2_500_000),
    outDir: reader.path('OUT', '.'),
    leadMs: reader.number('LEAD_MS', 500, 600_000, null),
    patience: reader.number('PATIENCE', 1, 100, 1),
    deliveryP99Ms: reader.number('DELIVERY_P99_MS', 1, 600_000, 2000),
  };
}

// --- internal ---

/** This machine, or a service inside the cluster that k6 runs in: such names mean nothing anywhere else. */
const HOST = '(?:localhost|127(?:\\.[0-9]{1,3}){3}|\\[::1\\]|[a-z0-9.-]+\\.svc(?:\\.cluster\\.local)?)';
const LOOPBACK = new RegExp(`^http://${HOST}(?::[0-9]{1,5})?/?$`);
const MQTT_WS = new RegExp(`^(?:off|ws://${HOST}(?::[0-9]{1,5})?(?:/[\\w./-]*)?)$`);
const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function readerOf(environment: Readonly<Record<string, string | undefined>>) {
  const nameOf = (name: string): string => `HUNDREDBLOCK_${name}`;
  const textOf = (name: string): string | null => {
    const text = environment[nameOf(name)];
    return text === undefined || text === '' ? null : text;
  };
  const refuse = (name: string, expected: string, found: string): never => {
    throw new Error(`${nameOf(name)}: expected ${expected}, found ${found}`);
  };
  const refuseNone = (name: string, standard: string | null): string => standard ?? refuse(name, 'a folder', 'none');
  const optional = (name: string, pattern: RegExp, expected: string): string | null => {
    const text = textOf(name);
    if (text === null || pattern.test(text)) return text;
    // A text that might be a key is not repeated.
    return refuse(name, expected, name === 'HARNESS_KEY' ? 'something else' : JSON.stringify(text));
  };
  function number(name: string, min: number, max: number, standard: number): number;
  function number(name: string, min: number, max: number, standard: null): number | null;
  function number(name: string, min: number, max: number, standard: number | null): number | null {
    const text = textOf(name);
    if (text === null) return standard;
    const value = Number(text);
    return value >= min && value <= max ? value : refuse(name, `a number from ${min} to ${max}`, JSON.stringify(text));
  }
  return {
    optional,
    number,
    required: (name: string, pattern: RegExp, expected: string): string =>
      optional(name, pattern, expected) ?? refuse(name, expected, 'none'),
    word: <W extends string>(name: string, words: readonly W[], standard: W): W => {
      const text = textOf(name);
      const word = text === null ? standard : words.find((one) => one === text);
      return word ?? refuse(name, words.join(' or '), JSON.stringify(text));
    },
    /** k6 reads relative paths from the script's folder; people mean the folder they stand in. */
    path: (name: string, standard: string | null): string => {
      const text = (textOf(name) ?? refuseNone(name, standard)).replace(/\/+$/, '');
      const from = environment['PWD'];
      if (text.startsWith('/') || (from === undefined && text === standard)) return text;
      return `${from ?? refuse(name, 'an absolute path', JSON.stringify(text))}/${text}`;
    },
    duration: (name: string): number | null => {
      const text = textOf(name);
      if (text === null) return null;
      const match = /^([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)$/.exec(text);
      const ms = match === null ? 0 : Number(match[1]) * UNITS_MS[match[2]];
      return ms > 0 ? ms : refuse(name, 'a time such as 30s, 10m or 2h', JSON.stringify(text));
    },
    portals: (name: string): Record<string, string> => {
      const text = textOf(name);
      if (text === null) return {};
      try {
        const urls = JSON.parse(text) as Record<string, string>;
        if (Object.values(urls).every((url) => /^http:\/\/127\.0\.0\.1:[0-9]+\//.test(url))) return urls;
      } catch {
        // Said below.
      }
      return refuse(name, 'JSON such as {"1": "http://127.0.0.1:9000/portals/1"}', 'something else');
    },
    spike: (name: string): Spike => {
      const text = textOf(name) ?? '0.4,0.2,10';
      const [from, share, factor] = text.split(',').map(Number);
      const fits =
        from >= 0 && share > 0 && from + share <= 1 && Number.isInteger(factor) && factor >= 2 && factor <= 1000;
      return fits
        ? { from, share, factor }
        : refuse(
            name,
            'FROM,SHARE,FACTOR: two shares of the window, and 2 to 1000, such as 0.4,0.2,10',
            JSON.stringify(text),
          );
    },
  };
}

/** What every script is made of: which parts of the trace it sends, as k6's options, its setup and its summary. */
import type { Options } from 'k6/options';
import { arrivalScenario, type ArrivalOptions } from './arrivals.ts';
import { launch, leadMsOf, type Launch } from './launch.ts';
import { thresholdsOf } from './meters.ts';
import { phoneScenario } from './phones.ts';
import { readSettings, type Settings } from './settings.ts';
import { summaryOf, type SummaryData } from './summary.ts';
import { openTrace, type DoorInput, type K6Trace } from './trace.ts';

export interface ScriptParts {
  name: string;
  /** Inputs of the HTTP doors that it sends. */
  kinds: readonly DoorInput['kind'][];
  subscribers: boolean;
  /** A scenario for doorbells, where they are part of it. */
  doorbells: ((settings: Settings, trace: K6Trace, leadMs: number) => NonNullable<Options['scenarios']>[string]) | null;
  /** Part of the window that is sent many times over. */
  spike?: boolean;
  /** In real time where nobody says how long it takes. */
  slow?: boolean;
}

export interface Script {
  settings: Settings;
  trace: K6Trace;
  arrivals: ArrivalOptions;
  options: Options;
  setup(): Promise<Launch>;
  handleSummary(data: SummaryData): Record<string, string>;
}

/** To be called while the script is initialised. Throws one line on bad options or an altered trace. */
export function scriptOf(parts: ScriptParts): Script {
  const given = readSettings(__ENV);
  const isReal = parts.slow === true && given.speed === null && given.durationMs === null;
  const settings = isReal ? { ...given, speed: 1 } : given;
  const trace = openTrace(settings);
  const hasDoorbells = parts.doorbells !== null && settings.mqttUrl !== null;
  const leadMs = leadMsOf(settings, trace, parts.subscribers || hasDoorbells);
  const { spike } = settings;
  const { fromMs, untilMs } = trace.header;
  const spikeFromMs = fromMs + spike.from * (untilMs - fromMs);
  const spikeUntilMs = spikeFromMs + spike.share * (untilMs - fromMs);
  const copies = ({ kind, atMs }: { kind: string; atMs: number }): number =>
    parts.spike === true && REPEATED.has(kind) && atMs >= spikeFromMs && atMs < spikeUntilMs ? spike.factor : 1;
  const options: Options = {
    scenarios: {
      ...(parts.kinds.length > 0 ? { agencies: arrivalScenario(settings, trace, leadMs) } : {}),
      ...(parts.subscribers ? { residents: phoneScenario(settings, trace, leadMs) } : {}),
      ...(hasDoorbells && parts.doorbells !== null ? { devices: parts.doorbells(settings, trace, leadMs) } : {}),
    },
    thresholds: thresholdsOf({
      deliveryP99Ms: settings.deliveryP99Ms,
      subscribers: parts.subscribers,
      arrivals: parts.kinds.length > 0,
    }),
    setupTimeout: '10m',
    // So many idle connections a VU keeps: a sender has many requests under way, and must not dial anew for each.
    batch: CONNECTIONS_KEPT,
    batchPerHost: CONNECTIONS_KEPT,
    summaryTrendStats: ['count', 'avg', 'min', 'med', 'p(90)', 'p(99)', 'p(99.9)', 'max'],
    // Addresses and ids in labels would make a series of each resident.
    systemTags: ['status', 'method', 'name', 'scenario', 'expected_response', 'error_code'],
  };
  return {
    settings,
    trace,
    arrivals: { settings, trace, kinds: new Set(parts.kinds), copies },
    options,
    setup: () => launch(parts.name, settings, trace, leadMs, notesOf(parts, settings, trace)),
    handleSummary: (data) => summaryOf(parts.name, settings, trace, data),
  };
}

// --- internal ---

const CONNECTIONS_KEPT = 256;
/** Sent again with the same key, or as one more motion, nothing follows from them. */
const REPEATED: ReadonlySet<string> = new Set(['cad', 'motion']);

function notesOf(parts: ScriptParts, settings: Settings, { agencies, portals, header }: K6Trace): string[] {
  const notes: string[] = [];
  const unhosted = portals.filter((index) => settings.portals[String(index)] === undefined);
  if (unhosted.length > 0)
    notes.push(
      `nobody hosts the portals of ${unhosted.map((index) => agencies[index]).join(', ')}: their messages are left out`,
    );
  if (parts.doorbells === null || settings.mqttUrl === null) notes.push('doorbells are left out');
  if (!parts.subscribers) notes.push('residents are left out');
  const left = ['cad', 'preference', 'post', 'review'].filter((kind) => !parts.kinds.some((one) => one === kind));
  if (left.length > 0) notes.push(`inputs left out: ${left.join(', ')}`);
  const { slowConsumers } = (header.scenario as { load: { slowConsumers: { share: number } } }).load;
  if (slowConsumers.share > 0) notes.push('k6 reads as fast as it can: nobody reads slowly');
  return notes;
}

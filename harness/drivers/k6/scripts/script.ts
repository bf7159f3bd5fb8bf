/** Makes a script of k6 from the parts of the trace that it sends: k6's options, its setup and summary, and what its VUs do. */
import type { Options, Scenario } from 'k6/options';
import { arrivalScenario, arrive, type ArrivalOptions } from './arrivals.ts';
import { launch, leadMsOf, type Launch } from './launch.ts';
import { thresholdsOf } from './meters.ts';
import { holdPhones, phoneScenario } from './phones.ts';
import { readSettings, type Settings } from './settings.ts';
import { summaryOf, type SummaryData } from './summary.ts';
import { openTrace, type DoorInput, type K6Trace } from './trace.ts';

/** The parts of the trace that a script sends, and how. */
export interface ScriptParts {
  name: string;
  /** Inputs of the HTTP doors that it sends. */
  kinds: readonly DoorInput['kind'][];
  /** Whether it holds residents' streams. */
  subscribers: boolean;
  /** The doorbells' part (doorbells.ts); null: it connects none, and needs no MQTT library. */
  doorbells: DoorbellPart | null;
  /** True: a part of the window is sent many times over. */
  spike?: boolean;
  /** True: it runs in real time unless an option says how fast it goes or how long it takes. */
  slow?: boolean;
}

/** The doorbells' scenario of k6, and one iteration of it. */
export interface DoorbellPart {
  scenario: (settings: Settings, trace: K6Trace, leadMs: number) => Scenario;
  hold: (settings: Settings, trace: K6Trace, launch: Launch, copies: ArrivalOptions['copies']) => Promise<void>;
}

/** The exports of a script that k6 looks for: its options, its phases, and the functions that scenarios name as `exec`. */
export interface Script {
  options: Options;
  setup(): Promise<Launch>;
  handleSummary(data: SummaryData): Record<string, string>;
  arrive(launch: Launch): Promise<void>;
  holdPhones(launch: Launch): Promise<void>;
  holdDoorbells(launch: Launch): Promise<void>;
}

/** To be called while the script is initialised. Throws one line if an option is wrong or the trace was altered. */
export function createScript(parts: ScriptParts): Script {
  const given = readSettings(__ENV);
  const isReal = parts.slow === true && given.speed === null && given.durationMs === null;
  const settings = isReal ? { ...given, speed: 1 } : given;
  const trace = openTrace(settings);
  const doorbells = settings.mqttUrl === null ? null : parts.doorbells;
  const leadMs = leadMsOf(settings, trace, parts.subscribers || doorbells !== null);
  const arrivals: ArrivalOptions = {
    settings,
    trace,
    kinds: new Set(parts.kinds),
    copies: parts.spike === true ? copiesOfSpike(settings, trace) : () => 1,
  };
  const options: Options = {
    scenarios: {
      ...(parts.kinds.length > 0 ? { agencies: arrivalScenario(settings, trace, leadMs) } : {}),
      ...(parts.subscribers ? { residents: phoneScenario(settings, trace, leadMs) } : {}),
      ...(doorbells === null ? {} : { devices: doorbells.scenario(settings, trace, leadMs) }),
    },
    thresholds: thresholdsOf({
      deliveryP99Ms: settings.deliveryP99Ms,
      subscribers: parts.subscribers,
      arrivals: parts.kinds.length > 0,
    }),
    setupTimeout: '10m',
    // Idle connections that a VU keeps: a sender has many requests under way, and must not dial anew for each.
    batch: CONNECTIONS_KEPT,
    batchPerHost: CONNECTIONS_KEPT,
    summaryTrendStats: ['count', 'avg', 'min', 'med', 'p(90)', 'p(99)', 'p(99.9)', 'max'],
    // Addresses and ids in labels would make a series of each resident.
    systemTags: ['status', 'method', 'name', 'scenario', 'expected_response', 'error_code'],
  };
  return {
    options,
    setup: () => launch({ script: parts.name, settings, trace, leadMs, notes: notesOf(parts, settings, trace) }),
    handleSummary: (data) => summaryOf(parts.name, settings, trace, data),
    arrive: (started) => arrive(arrivals, started),
    holdPhones: (started) => holdPhones(settings, trace, started),
    holdDoorbells: async (started) => doorbells?.hold(settings, trace, started, arrivals.copies),
  };
}

// --- internal ---

const CONNECTIONS_KEPT = 256;
/** Inputs that a spike repeats: sent again with the same key, or as one more motion, they change nothing that is owed. */
const REPEATED: ReadonlySet<string> = new Set(['cad', 'motion']);

/** How often an input is sent: `factor` times within the spike, once beside it. */
function copiesOfSpike({ spike }: Settings, { header }: K6Trace): ArrivalOptions['copies'] {
  const { fromMs, untilMs } = header;
  const spikeFromMs = fromMs + spike.from * (untilMs - fromMs);
  const spikeUntilMs = spikeFromMs + spike.share * (untilMs - fromMs);
  return ({ kind, atMs }) => (REPEATED.has(kind) && atMs >= spikeFromMs && atMs < spikeUntilMs ? spike.factor : 1);
}

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

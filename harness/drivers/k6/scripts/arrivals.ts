/**
 * The open model: inputs of the HTTP doors are sent when the trace means them to be, whatever became of those before.
 *
 * `ordered`: an iteration is a VU with lanes of its own, which takes up each input at its moment; the inputs of a lane leave one after
 * the other. `constant` and `ramping` go at the pace of k6's arrival rates, and an iteration knows nothing of the one before: messages
 * of one agency may overtake each other. `constant`: an iteration every TICK_MS takes up the inputs that are due in its stretch of the
 * trace. `ramping`: an iteration for each CAD message, at a rate that follows the trace. Both start a little early and wait for the
 * intended moment, so that the pace of k6 adds no lag. An iteration that k6 drops leaves its inputs unsent, which `dropped_iterations`
 * counts.
 */
import exec from 'k6/execution';
import type { Scenario } from 'k6/options';
import { wallMsOf } from '../../../../contract/clock.ts';
import type { TraceInput } from '../../../../contract/trace.ts';
import { lanesOf, sendInput, sendTuple, type Door } from './door.ts';
import { segmentHere, type Launch } from './launch.ts';
import { acceptLatency, generatorLag, inputsFailed, inputsSent, spikeCopies } from './meters.ts';
import { ObservationLog } from './observation-log.ts';
import { owns, type Segment } from './segment.ts';
import type { Settings } from './settings.ts';
import { laneNumber, TICK_MS, type DoorInput, type K6Trace } from './trace.ts';
import { reach } from './waiting.ts';

/** The inputs that an arrival scenario sends. */
export interface ArrivalOptions {
  settings: Settings;
  trace: K6Trace;
  /** The kinds of inputs that are sent. */
  kinds: ReadonlySet<DoorInput['kind']>;
  /**
   * How often an input of that moment is sent; 1 beside the copies of a spike. Copies bear the same idempotency key: nothing follows
   * from them.
   */
  copies: (input: Pick<TraceInput, 'kind' | 'atMs'>) => number;
}

/** One scenario of k6, for `exec: 'arrive'`. `startMs`: from the end of setup to the window. */
export function arrivalScenario({ arrivals, senderVus }: Settings, trace: K6Trace, startMs: number): Scenario {
  const startTime = `${Math.round(startMs - earlyMsOf(arrivals, trace))}ms`;
  if (arrivals === 'ordered')
    return {
      executor: 'shared-iterations',
      exec: 'arrive',
      startTime,
      vus: senderVus,
      iterations: senderVus,
      maxDuration: `${Math.ceil(trace.windowMs + RETRY_MS) + 60_000}ms`,
      gracefulStop: GRACEFUL_STOP,
    };
  if (arrivals === 'constant')
    return {
      executor: 'constant-arrival-rate',
      exec: 'arrive',
      rate: 1000 / TICK_MS,
      timeUnit: '1s',
      startTime,
      duration: `${Math.ceil(trace.windowMs) + SLACK_MS}ms`,
      preAllocatedVUs: VUS_CONSTANT,
      maxVUs: VUS_MAX,
      gracefulStop: GRACEFUL_STOP,
    };
  const peak = trace.cadPerStretch.reduce((most, count) => Math.max(most, count), 0);
  const vus = Math.min(VUS_MAX, Math.max(VUS_CONSTANT, Math.ceil(peak * VUS_PER_PEAK)));
  return {
    executor: 'ramping-arrival-rate',
    exec: 'arrive',
    startRate: trace.cadPerStretch[0] ?? 0,
    timeUnit: `${Math.round(trace.stretchMs)}ms`,
    startTime,
    stages: [...stagesOf(trace), { duration: `${SLACK_MS}ms`, target: 1 }],
    preAllocatedVUs: vus,
    maxVUs: 2 * vus,
    gracefulStop: GRACEFUL_STOP,
  };
}

/** One iteration. */
export async function arrive(options: ArrivalOptions, launch: Launch): Promise<void> {
  const { trace, settings } = options;
  if (settings.arrivals !== 'ordered') {
    const due = settings.arrivals === 'constant' ? dueInTicks(options, segmentHere()) : dueByNumber(options);
    await sendDue(options, launch, due);
    return;
  }
  // A VU has the lanes whose number leaves its own as remainder; k6 gives each instance other numbers.
  const vu = exec.scenario.iterationInTest;
  const lanes: Lanes = new Map();
  for (let tick = 0; tick < trace.ticks; tick += 1) {
    const due = trace.tick(tick, vu).filter(({ input }) => options.kinds.has(input.kind));
    if (due.length === 0) continue;
    await reach(wallMsOf(launch.clock, due[0].input.atMs) - EARLY_MS);
    void sendDue(options, launch, due, lanes);
  }
  while (lanes.size > 0) await Promise.all(lanes.values());
}

// --- internal ---

const EARLY_MS = 250;
const SLACK_MS = 1000;
/** Ticks that may be under way at once: enough for a target that answers nothing for five seconds. */
const VUS_CONSTANT = 60;
const VUS_MAX = 400;
/** Waiting for the intended moment takes up to two stretches, and the answer some more. */
const VUS_PER_PEAK = 4;
/** Inputs are tried again for this long after the window; then k6 may end. */
const RETRY_MS = 20_000;
const GRACEFUL_STOP = '60s';

type Due = { line: number; input: DoorInput }[];
/** By lane, the send that the next one in the lane waits for. */
type Lanes = Map<string, Promise<void>>;

/** An input whose moment came. */
interface Taken {
  line: number;
  input: DoorInput;
  intendedMs: number;
  lagMs: number;
}

/** Takes up each input when it is due; resolves when all were answered. */
async function sendDue(options: ArrivalOptions, launch: Launch, due: Due, lanes: Lanes = new Map()): Promise<void> {
  if (due.length === 0) return;
  const { trace, settings } = options;
  const log = new ObservationLog(exec.vu.idInTest, 0);
  const door: Door = {
    target: settings.target,
    credentialSecret: trace.credentialSecret,
    triesMax: settings.triesMax,
    untilMs: launch.endMs + RETRY_MS,
  };
  const sent = due.map(({ line, input }) => {
    const intendedMs = wallMsOf(launch.clock, input.atMs);
    const taken = reach(intendedMs);
    const own = lanesOf(input);
    const send = async (before: readonly (Promise<void> | undefined)[]): Promise<void> => {
      await Promise.all(before);
      const lagMs = Math.max(0, (await taken) - intendedMs);
      await sendOne(door, log, { line, input, intendedMs, lagMs });
      // Copies follow the first answer: a key whose first message is still under way is refused.
      for (let copy = 1; copy < options.copies(input); copy += 1) void sendCopy(door, input);
    };
    // In order. An input that a slow answer holds back was taken up on time nonetheless.
    const turn = send(own.map((lane) => lanes.get(lane)));
    for (const lane of own) lanes.set(lane, turn);
    return forget(lanes, own, turn);
  });
  await Promise.all(sent);
  log.flush();
}

function earlyMsOf(arrivals: Settings['arrivals'], { stretchMs }: K6Trace): number {
  return arrivals === 'ramping' ? stretchMs + EARLY_MS : EARLY_MS;
}

/** Steps, not slopes: k6 takes a stage of no length for a jump. */
function stagesOf({ cadPerStretch, stretchMs }: K6Trace): { duration: string; target: number }[] {
  return cadPerStretch.flatMap((target) => [
    { duration: '0s', target },
    { duration: `${Math.round(stretchMs)}ms`, target },
  ]);
}

/**
 * The inputs of one iteration. An instance with a part of the trace has as small a part of the iterations: each covers as many more
 * ticks, of the instance's own lanes only.
 */
function dueInTicks({ trace, kinds }: ArrivalOptions, segment: Segment): Due {
  const width = 1 / (segment.until - segment.from);
  const iteration = exec.scenario.iterationInInstance;
  const due: Due = [];
  for (let tick = Math.round(iteration * width); tick < Math.round((iteration + 1) * width); tick += 1)
    for (const one of trace.tick(tick))
      if (kinds.has(one.input.kind) && owns(segment, laneNumber(trace.agencies, one.input))) due.push(one);
  return due;
}

/** The CAD message of one iteration: an iteration's number is the same on all instances, and no two have the same. */
function dueByNumber({ trace }: ArrivalOptions): Due {
  const number = exec.scenario.iterationInTest;
  return number < trace.cads ? [trace.cad(number)] : [];
}

/** When a send is over, nothing waits for it any more. */
async function forget(lanes: Lanes, own: readonly string[], turn: Promise<void>): Promise<void> {
  await turn;
  for (const lane of own) if (lanes.get(lane) === turn) lanes.delete(lane);
}

async function sendOne(door: Door, log: ObservationLog, { line, input, intendedMs, lagMs }: Taken): Promise<void> {
  const requested = await sendInput(door, input);
  inputsSent.add(1, { kind: input.kind });
  generatorLag.add(lagMs);
  if (requested.answeredMs === null) inputsFailed.add(1, { kind: input.kind });
  else if (input.kind === 'cad') acceptLatency.add(requested.answeredMs - intendedMs);
  log.send(sendTuple(line, intendedMs, lagMs, requested));
}

async function sendCopy(door: Door, input: DoorInput): Promise<void> {
  await sendInput(door, input);
  spikeCopies.add(1);
}

/**
 * Pipelines that misbehave in one known way each, to prove the oracle. A sabotage wraps any pipeline, does its harm at a seeded rate,
 * and logs what the oracle must find because of it, delivery by delivery.
 */
import seedrandom from 'seedrandom';
import type { Alert } from '../contract/alert.ts';
import { CATEGORIES, CATEGORY_LABELS, type Category } from '../contract/catalogue.ts';
import type { CreatePipeline, PipelineConfig, PipelineInput, PipelineOutput } from '../contract/pipeline.ts';
import { ROSTER_MUTED, ROSTER_QUIT } from '../contract/roster.ts';
import type { Verdict } from '../contract/record/kinds.ts';
import { civilToMs, formatIso, HOUR_MS, MINUTE_MS, parseIso } from '../contract/time.ts';
import { alertKey, compose, headline } from './rules/composition.ts';
import { type Mismatch, People } from './rules/people.ts';
import { capCircle, placeNamed } from './rules/place.ts';

/** Everything that the oracle must find because of a sabotage. */
export interface SabotageLog {
  /** How often the sabotage did its harm. */
  times: number;
  /** The difference that the count of each primary verdict must show to the clean run's. */
  verdicts: Partial<Record<Verdict, number>>;
  /** Deliveries by `verdict detail` that must be among the violations, beyond the clean run's. */
  details: Record<string, number>;
  /** Leaks by `egress kind`. */
  leaks: Record<string, number>;
  wrongReceipts: number;
}

/** One way of misbehaving. */
export interface Sabotage {
  name: string;
  /** Share of its chances to do harm that it takes, unless the caller chooses another. */
  rate: number;
  wrap(inner: CreatePipeline, rate: number, seed: number): { create: CreatePipeline; log: SabotageLog };
}

type Publish = PipelineOutput & { kind: 'publish' };

/** Private strings of a record that the sabotage read in the message that carried them. */
interface Carried {
  phone?: string;
  name?: string;
  canary?: string;
  address?: string;
}

/** A running sabotage. */
interface Meddler {
  config: PipelineConfig;
  people: People;
  log: SabotageLog;
  /** True at the sabotage's rate. */
  strikes(): boolean;
  random(): number;
  nowMs: number;
  input: PipelineInput;
  /** Private strings by key of the alert. */
  carried: Map<string, Carried>;
  /** Keys under which something was published. */
  published: Set<string>;
  /** Holds an output back until `atMs`. */
  later(output: PipelineOutput, atMs: number): void;
}

/** Replaces one output of the inner pipeline by any number of outputs. */
type Meddling = (output: PipelineOutput, m: Meddler) => PipelineOutput[];

/** Every sabotage. */
export const SABOTAGES: readonly Sabotage[] = [
  sabotage(
    'drops 1 of 1,000 deliveries',
    0.001,
    onPublish((p, m) => {
      const kept = p.audience.filter(() => !m.strikes());
      const dropped = p.audience.length - kept.length;
      if (dropped > 0) move(m, dropped, 'lost', 'not-delivered');
      return [{ ...p, audience: kept }];
    }),
  ),
  sabotage(
    'drops whole alerts',
    0.2,
    onAlert((p, m) => {
      move(m, p.audience.length, 'lost', 'never-sent');
      return [];
    }),
  ),
  sabotage(
    'forgets to cancel',
    0.5,
    onType('Cancel', (p, m) => {
      move(m, p.audience.length, 'lost', 'never-sent');
      return [];
    }),
  ),
  sabotage(
    'withholds alerts',
    0.2,
    onAlert((p, m) => {
      move(m, p.audience.length, 'shed', 'withheld:overload');
      return [{ kind: 'withheld', agency: p.agency, incidents: p.alert.incidents, reason: 'overload' }];
    }),
  ),
  sabotage(
    'doubles a delivery',
    0.2,
    onAlert((p, m) => {
      add(m, 1, 'duplicate', 'copy');
      return [p, { ...p, audience: p.audience.slice(0, 1) }];
    }),
  ),
  sabotage(
    'doubles a resident within an audience',
    0.2,
    onAlert((p, m) => {
      add(m, 1, 'duplicate', 'copy');
      return [{ ...p, audience: Uint32Array.of(p.audience[0], ...p.audience) }];
    }),
  ),
  sabotage(
    'doubles an alert under a new identifier',
    0.2,
    onAlert((p, m) => {
      add(m, p.audience.length, 'misdelivered', 'not-owed:already-alerted');
      return [p, reworded(p, (alert) => ({ ...alert, identifier: `${alert.incidents}.2` }))];
    }),
  ),
  sabotage(
    'doubles an alert under a new key',
    0.2,
    onAlert((p, m) => {
      add(m, p.audience.length, 'misdelivered', 'not-owed:unknown');
      const key = alertKey('another run key', p.agency, p.alert.incidents);
      return [p, reworded(p, (alert) => ({ ...alert, incidents: key, identifier: `${key}.1` }))];
    }),
  ),
  sabotage(
    'delays',
    0.3,
    onAlert((p, m) => {
      const atMs = m.nowMs + 3 * MINUTE_MS;
      // An alert that would be stale by then is another sabotage's business.
      if (atMs - isoMs(p.alert.info.effective) >= HOUR_MS) return [p];
      m.later(p, atMs);
      move(m, p.audience.length, 'late', 'late');
      return [];
    }),
  ),
  sabotage(
    'sends when the incident is over an hour old',
    0.3,
    onAlert((p, m) => {
      m.later(p, m.nowMs + 66 * MINUTE_MS);
      move(m, p.audience.length, 'stale', 'past-age');
      note(m, p.audience.length, 'late late');
      return [];
    }),
  ),
  sabotage(
    'names the wrong block',
    0.3,
    onAlert((p, m) => {
      const profile = m.config.agencies.find((a) => a.id === p.agency)!;
      const { streets, blockStreet, blockHundred } = profile.gazetteer;
      const other = [...blockHundred.keys()].find(
        (b) => blockHundred[b] > 0 && !p.alert.area.areaDesc.includes(streets[blockStreet[b]]),
      )!;
      const place = placeNamed(profile, `${blockHundred[other]} BLOCK ${streets[blockStreet[other]]}`)!;
      move(m, p.audience.length, 'misdelivered', 'wrong-place');
      return [
        reworded(p, (alert) => ({
          ...described(alert, alert.area.areaDesc, place.text),
          area: { areaDesc: place.text, circle: capCircle(place.box!) },
        })),
      ];
    }),
  ),
  sabotage(
    'names the wrong category',
    0.3,
    onAlert((p, m) => {
      const other = p.alert.info.event === CATEGORY_LABELS.arson ? CATEGORY_LABELS.robbery : CATEGORY_LABELS.arson;
      move(m, p.audience.length, 'misdelivered', 'wrong-category');
      return [
        reworded(p, (alert) => {
          const changed = described(alert, alert.info.event, other);
          return { ...changed, info: { ...changed.info, event: other, headline: headline('Alert', other) } };
        }),
      ];
    }),
  ),
  sabotage(
    'gives the exact second',
    0.3,
    onAlert((p, m) => {
      move(m, p.audience.length, 'misdelivered', 'wrong-time');
      return [
        reworded(p, (alert) => ({
          ...alert,
          info: { ...alert.info, effective: alert.info.effective.replace(':00Z', ':17Z') },
        })),
      ];
    }),
  ),
  sabotage('alerts beyond the radius', 0.3, strangers('too-far')),
  sabotage('ignores mute', 0.3, strangers('muted')),
  sabotage('ignores category preferences', 0.3, strangers('not-wanted')),
  sabotage('alerts residents who quit', 0.3, strangers('quit')),
  sabotage(
    'leaks a phone in the description',
    0.5,
    betrays('phone', (alert, c) => described(alert, 'Exercise', `Call ${c.phone}. Exercise`)),
  ),
  sabotage(
    'leaks a phone in another layout',
    0.5,
    betrays('phone', (alert, c) =>
      described(alert, 'Exercise', `${c.phone!.replace(/\D/g, '').replace(/(?<=.)(?=.)/g, ' ')} Exercise`),
    ),
  ),
  sabotage(
    'leaks a name in the headline',
    0.5,
    betrays('name', (alert, c) => ({
      ...alert,
      info: { ...alert.info, headline: `${alert.info.headline}: ${c.name!.toUpperCase()}` },
    })),
  ),
  sabotage(
    'leaks the exact address in areaDesc',
    0.9,
    betrays('address', (alert, c) => ({ ...alert, area: { ...alert.area, areaDesc: c.address! } })),
  ),
  sabotage(
    'leaks a canary',
    0.5,
    betrays('canary', (alert, c) => described(alert, 'Exercise', `${c.canary!.toLowerCase()} Exercise`)),
  ),
  sabotage(
    'gives coordinates in the circle',
    0.3,
    leaksInFrame('coordinates', (alert) => ({ ...alert, area: { ...alert.area, circle: '0.00123,0.00456 0.00' } })),
  ),
  sabotage(
    'reveals how many units respond',
    0.3,
    leaksInFrame('units', (alert) => described(alert, 'Exercise', '3 units respond. Exercise')),
  ),
  sabotage(
    'adds a field',
    0.3,
    leaksInFrame('extra-field', (alert) => ({ ...alert, info: { ...alert.info, note: 'none' } }) as Alert),
  ),
  sabotage(
    'describes a person',
    0.3,
    leaksInFrame('free-text', (alert) => described(alert, 'Exercise', 'Man in a red coat. Exercise')),
  ),
  sabotage(
    'alerts a cancelled call',
    0.9,
    falseAlerts((reason, body) => reason === 'cancelled' && /"(?:Cancelled|CANCELED|Assignment Cancelled)"/.test(body)),
  ),
  sabotage(
    'alerts on domestic matters',
    0.9,
    falseAlerts((reason) => reason === 'not-community'),
  ),
  sabotage('publishes without approval', 0.5, unapproved()),
  sabotage('swallows a malformed record', 0.5, (output, m) => {
    if (output.kind !== 'receipt' || !output.rows.some((r) => r.outcome === 'rejected') || !m.strikes())
      return [output];
    m.log.times++;
    m.log.wrongReceipts++;
    return [];
  }),
  sabotage('accepts what it knows already', 0.5, (output, m) => {
    if (output.kind !== 'receipt' || !output.rows.some((r) => r.outcome === 'duplicate') || !m.strikes())
      return [output];
    m.log.times++;
    m.log.wrongReceipts++;
    return [
      {
        ...output,
        rows: output.rows.map((r) => ({ ...r, outcome: r.outcome === 'duplicate' ? 'accepted' : r.outcome })),
      },
    ];
  }),
  sabotage('leaks in a log line', 0.2, (output, m) => {
    const carried = output.kind === 'receipt' ? carriedBy(m) : undefined;
    if (carried?.name === undefined || output.kind !== 'receipt' || !m.strikes()) return [output];
    leak(m, 'log name');
    return [output, { kind: 'log', level: 'warn', code: 'odd-record', text: `cannot place caller ${carried.name}` }];
  }),
  sabotage('leaks in a reviewer text', 0.5, (output, m) => {
    const carried = output.kind === 'review-request' ? m.carried.get(output.incidents) : undefined;
    if (carried?.name === undefined || output.kind !== 'review-request' || !m.strikes()) return [output];
    leak(m, 'review name');
    return [{ ...output, text: `${output.text} ${carried.name.replace(' ', ', ')}` }];
  }),
];

// --- internal ---

function sabotage(name: string, rate: number, meddle: Meddling): Sabotage {
  return {
    name,
    rate,
    wrap(inner, chosenRate, seed) {
      const log: SabotageLog = { times: 0, verdicts: {}, details: {}, leaks: {}, wrongReceipts: 0 };
      const create: CreatePipeline = (config) => {
        const pipeline = inner(config);
        const random = seedrandom.alea(`${name} ${seed}`);
        const people = new People(config.roster);
        const held: { output: PipelineOutput; atMs: number }[] = [];
        const m: Meddler = {
          config,
          people,
          log,
          strikes: () => random() < chosenRate,
          random: () => random(),
          nowMs: 0,
          input: { kind: 'wake' },
          carried: new Map(),
          published: new Set(),
          later(output, atMs) {
            held.push({ output, atMs });
            held.sort((a, b) => a.atMs - b.atMs);
          },
        };
        return {
          handle(input, nowMs) {
            m.nowMs = nowMs;
            m.input = input;
            if (input.kind === 'preference') people.change(input.change, nowMs);
            carry(m);
            const outputs: PipelineOutput[] = [];
            while (held.length > 0 && held[0].atMs <= nowMs) outputs.push(held.shift()!.output);
            for (const output of pipeline.handle(input, nowMs)) {
              outputs.push(...meddle(output, m));
              if (output.kind === 'publish') m.published.add(output.alert.incidents);
            }
            return outputs;
          },
          nextWakeMs: () => Math.min(pipeline.nextWakeMs(), held[0]?.atMs ?? Infinity),
          state: () => pipeline.state(),
        };
      };
      return { create, log };
    },
  };
}

function note(m: Meddler, deliveries: number, detail: string): void {
  m.log.details[detail] = (m.log.details[detail] ?? 0) + deliveries;
}

/** Logs deliveries that come on top of the clean run's. */
function add(m: Meddler, deliveries: number, verdict: Verdict, detail: string): void {
  m.log.times++;
  m.log.verdicts[verdict] = (m.log.verdicts[verdict] ?? 0) + deliveries;
  note(m, deliveries, `${verdict} ${detail}`);
}

/** Logs deliveries that were `delivered` in the clean run. */
function move(m: Meddler, deliveries: number, verdict: Verdict, detail: string): void {
  add(m, deliveries, verdict, detail);
  m.log.verdicts.delivered = (m.log.verdicts.delivered ?? 0) - deliveries;
}

function leak(m: Meddler, at: string): void {
  m.log.times++;
  m.log.leaks[at] = (m.log.leaks[at] ?? 0) + 1;
}

function onPublish(meddle: (p: Publish, m: Meddler) => PipelineOutput[]): Meddling {
  return (output, m) => (output.kind === 'publish' && output.audience.length > 0 ? meddle(output, m) : [output]);
}

function onType(msgType: Alert['msgType'], meddle: (p: Publish, m: Meddler) => PipelineOutput[]): Meddling {
  return onPublish((p, m) => (p.alert.msgType === msgType && m.strikes() ? meddle(p, m) : [p]));
}

function onAlert(meddle: (p: Publish, m: Meddler) => PipelineOutput[]): Meddling {
  return onType('Alert', meddle);
}

function reworded(p: Publish, change: (alert: Alert) => Alert): Publish {
  const alert = change(p.alert);
  return { ...p, alert, frame: JSON.stringify(alert) };
}

function described(alert: Alert, from: string, to: string): Alert {
  return { ...alert, info: { ...alert.info, description: alert.info.description.replace(from, to) } };
}

function leaksInFrame(kind: string, change: (alert: Alert) => Alert): Meddling {
  return onAlert((p, m) => {
    move(m, p.audience.length, 'leaked', kind);
    m.log.leaks[`frame ${kind}`] = (m.log.leaks[`frame ${kind}`] ?? 0) + 1;
    return [reworded(p, change)];
  });
}

function betrays(kind: keyof Carried, change: (alert: Alert, carried: Carried) => Alert): Meddling {
  return (output, m) => {
    const carried = output.kind === 'publish' ? m.carried.get(output.alert.incidents) : undefined;
    return carried?.[kind] === undefined ? [output] : leaksInFrame(kind, (alert) => change(alert, carried))(output, m);
  };
}

/** Adds up to three residents who may not have the alert, all for one reason that the oracle must name. */
function strangers(why: Mismatch): Meddling {
  return onAlert((p, m) => {
    const category = CATEGORIES.find((c) => CATEGORY_LABELS[c] === p.alert.info.event)!;
    const box = placeNamed(
      m.config.agencies.find((a) => a.id === p.agency)!,
      p.alert.area.areaDesc,
    )!.box;
    const { ids } = m.config.roster;
    const found: number[] = [];
    const start = Math.floor(m.random() * ids.length);
    for (let i = 0; i < ids.length && found.length < 3; i++) {
      const resident = ids[(start + i) % ids.length];
      const [settings] = m.people.settingsBetween(resident, m.nowMs + 1, m.nowMs + 1);
      // The oracle names only the first of two reasons: a resident who is muted and has quit proves nothing.
      if (settings.flags === (ROSTER_MUTED | ROSTER_QUIT)) continue;
      if (m.people.mismatch(resident, settings, box, category) === why) found.push(resident);
    }
    add(m, found.length, 'misdelivered', why);
    return [{ ...p, audience: Uint32Array.from([...p.audience, ...found]).sort() }];
  });
}

/** Publishes alerts about records that the pipeline rightly suppressed and never alerted anyone to. */
function falseAlerts(wanted: (reason: string, body: string) => boolean): Meddling {
  return (output, m) => {
    if (output.kind !== 'suppressed' || m.input.kind !== 'cad') return [output];
    const key = keyOf(m);
    if (key === null || m.published.has(key) || !wanted(output.reason, m.input.body) || !m.strikes()) return [output];
    const audience = m.config.roster.ids.slice(0, 5);
    m.published.add(key);
    add(m, audience.length, 'misdelivered', `not-owed:${output.reason}`);
    return [
      output,
      fabricated(m, { key, agency: output.agency, sequence: 9, category: 'robbery', place: null, audience }),
    ];
  };
}

/** Publishes as soon as the pipeline asks for a decision. If the alert is approved later, it is a second copy. */
function unapproved(): Meddling {
  const early = new Map<string, Uint32Array>();
  return (output, m) => {
    if (output.kind === 'publish' && output.alert.identifier.endsWith('.1')) {
      const copies = output.audience.filter((id) => early.get(output.alert.incidents)?.includes(id) === true).length;
      if (copies > 0) move(m, copies, 'duplicate', 'copy');
    }
    if (output.kind !== 'review-request' || early.has(output.incidents) || !m.strikes()) return [output];
    const { incidents: key, agency, category, place } = output;
    const audience = m.config.roster.ids.filter(() => m.random() < 0.05);
    early.set(key, audience);
    add(m, audience.length, 'misdelivered', 'unapproved');
    return [output, fabricated(m, { key, agency, sequence: 1, category, place, audience })];
  };
}

function fabricated(
  m: Meddler,
  what: {
    key: string;
    agency: string;
    sequence: number;
    category: Category;
    place: string | null;
    audience: Uint32Array;
  },
): PipelineOutput {
  const profile = m.config.agencies.find((a) => a.id === what.agency)!;
  const { jurisdiction } = profile.gazetteer;
  const composed = compose({
    key: what.key,
    sequence: what.sequence,
    msgType: 'Alert',
    agencyName: profile.name,
    category: what.category,
    place: placeNamed(profile, what.place ?? `${jurisdiction.name} JURISDICTION`)!,
    sentMs: m.nowMs,
    incidentMs: m.nowMs - 10 * MINUTE_MS,
    closed: false,
    timeRoundingMs: 5 * MINUTE_MS,
    incidentAgeMsMax: HOUR_MS,
  });
  return {
    kind: 'publish',
    agency: what.agency,
    alert: composed,
    frame: JSON.stringify(composed),
    audience: what.audience,
  };
}

/** The alert key of the record in the message at hand; null if the message does not hold exactly one record. */
function keyOf(m: Meddler): string | null {
  if (m.input.kind !== 'cad') return null;
  const id =
    /"(?:internalIncidentId|incident_id|cad_number)":"([^"]+)"/.exec(m.input.body)?.[1] ??
    /^\{"id":"([^"]+)"/.exec(m.input.body)?.[1];
  return id === undefined ? null : alertKey(m.config.runKey, m.input.agency, id);
}

function carriedBy(m: Meddler): Carried | undefined {
  const key = keyOf(m);
  return key === null ? undefined : m.carried.get(key);
}

function carry(m: Meddler): void {
  const key = keyOf(m);
  if (key === null || m.input.kind !== 'cad') return;
  const find = (pattern: RegExp): string | undefined => pattern.exec((m.input as { body: string }).body)?.[1];
  const carried: Carried = {
    phone: find(/"telephoneText":"([^"]+)"/),
    name: find(/"personNameText":"([^"]+)"/),
    canary: find(/\b(ZQ[A-Z]{8,})/),
    address: find(/"locationText":"(\d+ [A-Z][A-Z0-9 ]+)"/),
  };
  if (Object.values(carried).some((v) => v !== undefined)) m.carried.set(key, carried);
}

function isoMs(text: string): number {
  const ms = civilToMs(parseIso(text)!.civil);
  return formatIso(ms) === text ? ms : NaN;
}

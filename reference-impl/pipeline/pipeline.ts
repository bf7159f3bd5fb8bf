/** The reference pipeline: `handle(input, nowMs) -> outputs`, obeying docs/reference/rules.md. It does no I/O and knows no clock but the one handed in. */
import type { AgencyProfile } from '../../contract/agency.ts';
import type { Dialect } from '../../contract/catalogue.ts';
import type { Pipeline, PipelineConfig, PipelineInput, PipelineOutput, RejectCode } from '../../contract/pipeline.ts';
import { MINUTE_MS } from '../../contract/time.ts';
import { isZone } from '../../contract/zones.ts';
import { Desk, type Tickets } from './desk.ts';
import { createDevices } from './devices.ts';
import { publishPost } from './posts.ts';
import { createTarget } from './target.ts';

export interface ReferencePipeline extends Pipeline {
  /** False once a ticket was decided, withdrawn, or forgotten with its record; forgetting sends nothing. */
  isTicketOpen(ticket: string): boolean;
}

/** Throws a RangeError where a profile can't be worked with: an unknown zone or no policy. Nothing that arrives later makes it throw. */
export function createPipeline(config: PipelineConfig): ReferencePipeline {
  const target = createTarget(config.roster);
  const devices = createDevices();
  const tickets: Tickets = new Map();
  const desks = new Map<string, { profile: AgencyProfile; desk: Desk }>();
  for (const profile of config.agencies) {
    if (!isZone(profile.zone))
      throw new RangeError(`agency ${profile.id}: expected a known time zone, found ${JSON.stringify(profile.zone)}`);
    if (profile.policies.length === 0)
      throw new RangeError(`agency ${profile.id}: expected at least one policy, found none`);
    desks.set(profile.id, { profile, desk: new Desk(profile, config.runKey, target, tickets) });
  }
  let forgetAtMs = Infinity;

  function forget(nowMs: number): void {
    forgetAtMs = Infinity;
    for (const { desk } of desks.values()) {
      desk.forget(nowMs);
      forgetAtMs = Math.min(forgetAtMs, desk.forgetAtMs(nowMs));
    }
  }

  function receive(input: Extract<PipelineInput, { kind: 'cad' }>, nowMs: number): PipelineOutput[] {
    const known = desks.get(input.agency);
    const refused = refusal(known?.profile, input, config.bodyLengthMax, nowMs);
    if (known === undefined || refused !== null)
      return [{ kind: 'receipt', messageId: input.messageId, rows: [{ row: 0, outcome: 'rejected', code: refused }] }];
    const out: PipelineOutput[] = [];
    const rows = known.desk.receive(input, out, nowMs);
    forgetAtMs = Math.min(forgetAtMs, known.desk.forgetAtMs(nowMs));
    out.push({ kind: 'receipt', messageId: input.messageId, rows });
    return out;
  }

  function decide(input: Extract<PipelineInput, { kind: 'review' }>, nowMs: number): PipelineOutput[] {
    const open = tickets.get(input.ticket);
    if (open === undefined) return [];
    tickets.delete(input.ticket);
    const out: PipelineOutput[] = [];
    open.desk.decide(open.group, input.decision, out, nowMs);
    return out;
  }

  return {
    handle(input, nowMs) {
      if (nowMs >= forgetAtMs) forget(nowMs);
      switch (input.kind) {
        case 'cad':
          return receive(input, nowMs);
        case 'review':
          return decide(input, nowMs);
        case 'preference':
          return target.change(input.change) ? [] : [UNKNOWN_RESIDENT];
        case 'post':
          return [publishPost(input, target)];
        case 'motion':
          devices.seen(input.doorbell, nowMs);
          return [];
        case 'wake':
          return [];
      }
    },

    // Forgetting sends nothing, so that it can wait for the minute's end: fewer wakes for the same bounded memory.
    nextWakeMs: () => Math.ceil(forgetAtMs / MINUTE_MS) * MINUTE_MS,

    state() {
      const state = { records: 0, groups: 0, tickets: tickets.size, devices: devices.count() };
      for (const { desk } of desks.values()) {
        state.records += desk.records.size;
        state.groups += desk.groups.size;
      }
      return state;
    },

    isTicketOpen: (ticket) => tickets.has(ticket),
  };
}

// --- internal ---

const UNKNOWN_RESIDENT: PipelineOutput = {
  kind: 'log',
  level: 'warn',
  code: 'unknown-resident',
  text: 'preference change ignored: no such resident in the roster',
};

/** Why a message is refused before it is read; null where it is not. */
function refusal(
  profile: AgencyProfile | undefined,
  message: { dialect: Dialect; body: string },
  bodyLengthMax: number,
  nowMs: number,
): RejectCode | null {
  if (profile === undefined) return 'unknown-agency';
  if (dialectAt(profile.feeds, nowMs) !== message.dialect) return 'wrong-dialect';
  return message.body.length > bodyLengthMax ? 'too-large' : null;
}

/** The dialect of the feed in force; null before the first. */
function dialectAt(feeds: AgencyProfile['feeds'], nowMs: number): Dialect | null {
  for (let i = feeds.length - 1; i >= 0; i--) if (feeds[i].fromMs <= nowMs) return feeds[i].dialect;
  return null;
}

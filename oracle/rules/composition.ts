/** The message that docs/reference/rules.md, 'What: the message', demands, and its key. */
import { createHmac } from 'node:crypto';
import type { Alert, MsgType } from '../../contract/alert.ts';
import { CATEGORY_LABELS, type Category } from '../../contract/catalogue.ts';
import { formatIso } from '../../contract/time.ts';
import { capCircle, type Place } from './place.ts';

/** Everything that a message's words follow from. All times are ms, UTC. */
export interface Wording {
  key: string;
  /** Number of the message within its alert, from 1. */
  sequence: number;
  msgType: MsgType;
  agencyName: string;
  category: Category;
  place: Place;
  sentMs: number;
  incidentMs: number;
  /** True if the lead record is closed. */
  closed: boolean;
  timeRoundingMs: number;
  incidentAgeMsMax: number;
}

/** Key of an alert: the first 32 hex digits of HMAC-SHA-256(run key, agency id, line feed, canonical record id). */
export function alertKey(runKey: string, agency: string, recordId: string): string {
  return createHmac('sha256', runKey).update(`${agency}\n${recordId}`, 'utf8').digest('hex').slice(0, 32);
}

/** The last multiple of a step at or before a moment. */
export function floorTo(ms: number, stepMs: number): number {
  return Math.floor(ms / stepMs) * stepMs;
}

/** Words a message. */
export function compose(w: Wording): Alert {
  const event = CATEGORY_LABELS[w.category];
  const effectiveMs = floorTo(w.incidentMs, w.timeRoundingMs);
  const effective = formatIso(effectiveMs);
  const cancel = w.msgType === 'Cancel';
  const status = cancel ? 'cancelled' : w.closed ? 'closed' : 'active';
  return {
    identifier: `${w.key}.${w.sequence}`,
    sender: 'alerts@hundredblock.test',
    sent: formatIso(floorTo(w.sentMs, w.timeRoundingMs)),
    status: 'Exercise',
    msgType: w.msgType,
    scope: 'Restricted',
    restriction: 'Residents near the published place',
    ...(w.sequence > 1 ? { references: `${w.key}.${w.sequence - 1}` } : {}),
    incidents: w.key,
    info: {
      category: 'Safety',
      event,
      urgency: cancel || w.closed ? 'Past' : 'Immediate',
      severity: 'Unknown',
      certainty: 'Unknown',
      senderName: w.agencyName,
      effective,
      expires: formatIso(effectiveMs + w.incidentAgeMsMax),
      headline: headline(w.msgType, event),
      description:
        `${event} reported by ${w.agencyName} in the area of ${w.place.text}, about ${effective.slice(11, 16)} UTC. ` +
        `Status: ${status}. Exercise, not a live alert.`,
    },
    area: { areaDesc: w.place.text, ...(w.place.box === null ? {} : { circle: capCircle(w.place.box) }) },
  };
}

/** The headline of a message about an event, such as `Update: Burglary reported`. */
export function headline(msgType: MsgType, event: string): string {
  switch (msgType) {
    case 'Alert':
      return `${event} reported`;
    case 'Update':
      return `Update: ${event} reported`;
    case 'Cancel':
      return `Cancelled: ${event}`;
  }
}

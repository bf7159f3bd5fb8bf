/** Composes what is published (docs/reference/rules.md, 'What: the message'): from permitted fields and fixed words, never from a narrative. */
import type { Alert, MsgType } from '../../contract/alert.ts';
import { CATEGORY_LABELS, type Category } from '../../contract/catalogue.ts';
import { dmToDegrees, type Box } from '../../contract/plane.ts';
import type { Policy } from '../../contract/policy.ts';
import { formatIso } from '../../contract/time.ts';
import type { PublishedPlace } from './place.ts';

export interface MessageFacts {
  msgType: MsgType;
  incidents: string;
  /** Counts the messages of one alert from 1. */
  sequence: number;
  agencyName: string;
  category: Category;
  place: PublishedPlace;
  incidentMs: number;
  /** True where the source has closed the record. */
  closed: boolean;
}

export function composeAlert(facts: MessageFacts, policy: Policy, nowMs: number): Alert {
  const event = CATEGORY_LABELS[facts.category];
  const effectiveMs = floorTo(facts.incidentMs, policy.timeRoundingMs);
  const effective = formatIso(effectiveMs);
  const cancel = facts.msgType === 'Cancel';
  const status = cancel ? 'cancelled' : facts.closed ? 'closed' : 'active';
  return {
    identifier: `${facts.incidents}.${facts.sequence}`,
    sender: 'alerts@hundredblock.test',
    sent: formatIso(floorTo(nowMs, policy.timeRoundingMs)),
    status: 'Exercise',
    msgType: facts.msgType,
    scope: 'Restricted',
    restriction: 'Residents near the published place',
    ...(facts.sequence > 1 ? { references: `${facts.incidents}.${facts.sequence - 1}` } : {}),
    incidents: facts.incidents,
    info: {
      category: 'Safety',
      event,
      urgency: cancel || facts.closed ? 'Past' : 'Immediate',
      severity: 'Unknown',
      certainty: 'Unknown',
      senderName: facts.agencyName,
      effective,
      expires: formatIso(effectiveMs + policy.incidentAgeMsMax),
      headline: headline(facts.msgType, event),
      description:
        `${event} reported by ${facts.agencyName} in the area of ${facts.place.text}, about ${effective.slice(11, 16)} UTC. ` +
        `Status: ${status}. Exercise, not a live alert.`,
    },
    area: { areaDesc: facts.place.text, ...(facts.place.box === null ? {} : { circle: circleOf(facts.place.box) }) },
  };
}

// --- internal ---

const RADIUS_KM_MIN = 0.05;
const DM_PER_KM = 10_000;

function headline(msgType: MsgType, event: string): string {
  switch (msgType) {
    case 'Alert':
      return `${event} reported`;
    case 'Update':
      return `Update: ${event} reported`;
    case 'Cancel':
      return `Cancelled: ${event}`;
  }
}

function floorTo(ms: number, stepMs: number): number {
  return Math.floor(ms / stepMs) * stepMs;
}

/** The centre is rounded down, so that the corner at (x1, y1) is the farthest one: a circle through it covers the box. */
function circleOf(box: Box): string {
  const x = Math.floor((box.x0 + box.x1) / 2);
  const y = Math.floor((box.y0 + box.y1) / 2);
  const dx = box.x1 - x;
  const dy = box.y1 - y;
  const km = Math.max(RADIUS_KM_MIN, Math.sqrt(dx * dx + dy * dy) / DM_PER_KM);
  return `${dmToDegrees(y).toFixed(5)},${dmToDegrees(x).toFixed(5)} ${km.toFixed(2)}`;
}

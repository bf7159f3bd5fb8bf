/** Tells the oracle everything that happened in a run, in the order in which it happened. */
import type { Alert, MsgType } from '../../contract/alert.ts';
import { platformMsAt } from '../../contract/clock.ts';
import type { Oracle } from '../../oracle/oracle-api.ts';
import type { DoorEvent } from './door-log.ts';
import type { Observations } from './observations.ts';
import type { Presence } from './presence.ts';
import type { ReceivedMessage, Receptions } from './receptions.ts';
import type { OutcomeMessage } from './same-outcome.ts';

/**
 * The clocks of two threads may differ by this much, wall ms, so that an answer seems to come before its question. Receptions are therefore told this much later
 * than they were observed.
 */
const CLOCKS_APART_MS_MAX = 100;

export interface RunAccounts {
  /** In order of arrival. */
  events: readonly DoorEvent[];
  receptions: Receptions;
  observations: Observations;
  presence: Presence;
  /** The agency of each alert key. */
  agencies: ReadonlyMap<string, string>;
}

/** An alert as residents received it, with its own fields. */
export interface ReceivedAlert extends OutcomeMessage {
  identifier: string;
  reception: ReceivedMessage;
}

/** Returns the alerts in order of first reception, and the number of CAD records by the receipt's outcome. */
export function tellOracle(
  oracle: Oracle,
  accounts: RunAccounts,
): { alerts: ReceivedAlert[]; receipts: Record<string, number> } {
  const { events, receptions, observations, presence, agencies } = accounts;
  const { clock } = observations.driver;
  const alerts: ReceivedAlert[] = [];
  const receipts: Record<string, number> = {};
  let next = 0;
  const tellDoor = (untilMs: number): void => {
    for (; next < events.length && events[next].wallMs <= untilMs; next++) {
      const { input, manifest, atMs, arrival, line } = events[next];
      oracle.door(input, manifest, atMs, arrival);
      const rows = observations.sends.rows(line);
      if (input.kind !== 'cad' || rows === null) continue;
      oracle.observe({ kind: 'receipt', messageId: input.messageId, rows }, atMs);
      for (const { outcome } of rows) receipts[outcome] = (receipts[outcome] ?? 0) + 1;
    }
  };
  for (const reception of receptions.messages) {
    const { type, text, audience, receivedMs, firstMs } = reception;
    tellDoor(firstMs + CLOCKS_APART_MS_MAX);
    const atMs = platformMsAt(clock, firstMs === Infinity ? clock.originWallMs : firstMs);
    if (type === 'post') {
      const postId = String(objectIn(text)?.postId ?? '');
      oracle.observe({ kind: 'post', postId, text, audience }, atMs);
      continue;
    }
    const { alert, incidents, identifier, msgType } = alertFields(text);
    const agency = agencies.get(incidents) ?? '';
    const reachableMs = receivedMs.map((ms, i) => platformMsAt(clock, presence.reachableSinceMs(audience[i], ms)));
    const times = { atMs: receivedMs.map((ms) => platformMsAt(clock, ms)), reachableMs };
    oracle.observe({ kind: 'publish', agency, alert: alert as Alert, frame: text, audience }, atMs, times);
    alerts.push({ incidents, msgType, audience, atMs, identifier, reception });
  }
  tellDoor(Infinity);
  return { alerts, receipts };
}

/** The fields of an alert's text that a judge goes by. Text fields are empty if they are missing, and a text that is no alert counts as an Alert. */
export function alertFields(text: string): {
  alert: Partial<Alert> | null;
  incidents: string;
  identifier: string;
  msgType: MsgType;
} {
  const alert = objectIn(text) as Partial<Alert> | null;
  return {
    alert,
    incidents: String(alert?.incidents ?? ''),
    identifier: String(alert?.identifier ?? ''),
    msgType: MSG_TYPES.find((type) => type === alert?.msgType) ?? 'Alert',
  };
}

// --- internal ---

const MSG_TYPES: readonly MsgType[] = ['Alert', 'Update', 'Cancel'];

/** The JSON object in a text; null if there is none. */
function objectIn(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? (value as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}

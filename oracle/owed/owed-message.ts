/** A message that the rules demand. */
import type { AgencyProfile } from '../../contract/agency.ts';
import type { MsgType } from '../../contract/alert.ts';
import type { Category } from '../../contract/catalogue.ts';
import type { Box } from '../../contract/plane.ts';
import type { Place } from '../rules/place.ts';
import type { Doubt } from './doubt.ts';

/** One message owed, with everything that its judgement needs. */
export interface OwedMessage {
  /** Key of the alert. */
  key: string;
  /** Number of the message within its alert, from 1. */
  sequence: number;
  msgType: MsgType;
  agency: AgencyProfile;
  /** When the message falls due, ms: the moment of the input that makes it due. */
  dueMs: number;
  /** When that input was meant to arrive, ms. */
  meantMs: number;
  /** How much later than `dueMs` that input may have arrived, ms. */
  spreadMs: number;
  category: Category;
  place: Place;
  /** Residents' distances are measured from here; null if nobody matches. */
  reach: Box | null;
  /** The lead record of the alert at that moment. */
  recordId: string;
  /** Incident time of the lead, ms. */
  leadMs: number;
  /** When the alert's first message was due, ms. */
  alertMs: number;
  /** The frame as the rules word it. */
  frame: string;
  /** Ids of the residents who are owed it, ascending. */
  recipients: Uint32Array;
  /** How surely it is owed at all. */
  doubt: Doubt;
  /** Earlier messages of the same alert. */
  earlier: OwedMessage[];
}

/** The interface of something that writes down what the world sends to its platforms. A recorder only listens: with or without one, a run is the same. */
import type { AgencyProfile } from '../../contract/agency.ts';
import type { MessageManifest, PrivateString } from '../../contract/manifest.ts';
import type { PipelineInput } from '../../contract/pipeline.ts';
import type { Roster } from '../../contract/roster.ts';
import type { FeedFault } from '../../simulator/feeds/feed-api.ts';
import type { AgencyPlan } from './plan.ts';

/** An agency as it is known before its first event. */
export interface Opening {
  plan: AgencyPlan;
  profile: AgencyProfile;
  /** The agency's own residents. */
  roster: Roster;
  doorbells: number;
}

/** Each agency (given by its index) reports in its own order of time, and all agencies report one window before any reports the next. */
export interface Recorder {
  opened(opening: Opening): void;
  /** A message reached the agency's door. */
  message(
    agency: number,
    atMs: number,
    message: Extract<PipelineInput, { kind: 'cad' }>,
    manifest: MessageManifest,
    meta: { changedMs: number; publishedMs: number },
  ): void;
  /** Another input reached the door. Doorbells are numbered within the agency. Only the resident's own agency reports a change of settings. */
  input(
    agency: number,
    atMs: number,
    input: Extract<PipelineInput, { kind: 'preference' | 'review' | 'motion' | 'post' }>,
  ): void;
  /** Private strings of a record, or of a post by its postId. They are reported before the message that carries them. */
  privates(agency: number, recordId: string, strings: PrivateString[]): void;
  fault(agency: number, fault: FeedFault): void;
}

/** Who writes down what the world sends to its platforms. It is told and never asked: with or without it, a run is the same. */
import type { MessageManifest, PrivateString } from '../../contract/manifest.ts';
import type { PipelineInput } from '../../contract/pipeline.ts';
import type { AgencyProfile } from '../../contract/agency.ts';
import type { Roster } from '../../contract/roster.ts';
import type { FeedFault } from '../../simulator/feeds/feed-api.ts';
import type { AgencyPlan } from './plan.ts';

/** What is known of an agency before its first event. */
export interface Opening {
  plan: AgencyPlan;
  profile: AgencyProfile;
  /** The agency's own residents. */
  roster: Roster;
  doorbells: number;
}

/** Each agency tells in its own order of time; agencies are told of one window after the other. */
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
  /** Anything else did; doorbells are numbered within the agency. Of a change of settings only the resident's own agency tells. */
  input(
    agency: number,
    atMs: number,
    input: Extract<PipelineInput, { kind: 'preference' | 'review' | 'motion' | 'post' }>,
  ): void;
  /** Private strings of a record, or of a post by its postId; before the message that carries them. */
  privates(agency: number, recordId: string, strings: PrivateString[]): void;
  fault(agency: number, fault: FeedFault): void;
}

/** A CAD message as it was recorded at an agency's door. */
import type { MessageManifest } from '../../contract/manifest.ts';

export interface RecordedMessage {
  /** Index of the agency. */
  agency: number;
  atMs: number;
  /** Ascending by arrival at the agency's door. */
  order: number;
  body: string;
  manifest: MessageManifest;
  changedMs: number;
  publishedMs: number;
}

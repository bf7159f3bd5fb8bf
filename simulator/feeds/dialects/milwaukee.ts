/** A list of live calls like Milwaukee's: the exact address or crossing with the suffix `,MKE`, and no stamp of the last change. */
import { EVENT_TYPES } from '../../../contract/catalogue.ts';
import type { MilwaukeeMessage } from '../../../contract/dialects.ts';
import type { PublishedLocation } from '../../../contract/manifest.ts';
import { dmToDegrees } from '../../../contract/plane.ts';
import type { CadRecord } from '../../cad/record.ts';
import { nearestCrossing } from '../place.ts';
import { oneOf, styleNumber, type Rendered, type RenderContext } from '../rendering.ts';
import { dateText, timeText, wallTime } from '../wall-clock.ts';

const CLOSED = {
  founded: ['To be Filed', 'Cleared by Arrest'],
  unfounded: ['Unable to Locate Complainant', 'False Alarm'],
  duplicate: ['Duplicate Assignment'],
  none: ['Assignment Completed', 'Advised', 'Advised/Referral', 'Citation(s) Issued'],
} as const;

/** Renders one record. */
export function renderMilwaukee(record: CadRecord, context: RenderContext): Rendered<MilwaukeeMessage> {
  const { profile, skewMs } = context;
  const received = wallTime(profile.zone, record.receivedMs + skewMs);
  const nature = EVENT_TYPES[record.type].natures.milwaukee;
  const location = placeOf(record, context);
  return {
    content: {
      id: record.recordId,
      time: `${dateText(received.civil)} ${timeText(received.civil)}`,
      location: `${location.text},MKE`,
      latitude: dmToDegrees(record.location.y),
      longitude: dmToDegrees(record.location.x),
      district: String(1 + (profile.gazetteer.blockArea[record.location.block] % 7)),
      nature,
      status: statusOf(record),
    },
    row: {
      recordId: record.recordId,
      incidentMs: received.readMs,
      updatedMs: null,
      nature,
      status: record.status,
      disposition: record.status === 'closed' ? record.disposition : 'none',
      location,
    },
  };
}

// --- internal ---

/** Mile markers and landmarks have no column here: the nearest crossing stands for them. */
function placeOf(record: CadRecord, context: RenderContext): PublishedLocation {
  const { exact } = record.location;
  switch (exact.kind) {
    case 'address':
    case 'none':
      return exact;
    case 'crossing':
      return { ...exact, text: exact.streets.join(styleNumber(record.ordinal, 2) < 90 ? ' / ' : ' & ') };
    case 'landmark':
    case 'mile':
      return nearestCrossing(context.profile.gazetteer, record, ' / ');
  }
}

function statusOf(record: CadRecord): string {
  switch (record.status) {
    case 'open':
      return 'Service in Progress';
    case 'cancelled':
      return 'Assignment Cancelled';
    case 'closed':
      return oneOf(CLOSED[record.disposition], record.ordinal, 9);
  }
}

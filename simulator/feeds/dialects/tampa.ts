/** A feed like Tampa's: the place is cut to the hundred-block, but the remarks are not redacted. Times are UTC. */
import { EVENT_TYPES } from '../../../contract/catalogue.ts';
import type { TampaMessage } from '../../../contract/dialects.ts';
import type { PublishedLocation } from '../../../contract/manifest.ts';
import { formatIso } from '../../../contract/time.ts';
import type { CadRecord } from '../../cad/record.ts';
import { blockAddress, nearestCrossing } from '../place.ts';
import { oneOf, type Rendered, type RenderContext } from '../rendering.ts';
import { floorToSecond } from '../wall-clock.ts';

const STATUS = { open: 'ACTIVE', cancelled: 'CANCELED', closed: 'CLEARED' } as const;
const DISPOSITIONS = {
  founded: ['REPORT'],
  unfounded: ['UNFOUNDED'],
  duplicate: ['DUPLICATE'],
  none: ['ASSIST', 'NO REPORT', 'WARNING'],
} as const;
/** Remarks hold only the latest notes, at most this many (assumed). */
const NOTES_MAX = 3;

/** Renders one record. */
export function renderTampa(record: CadRecord, context: RenderContext): Rendered<TampaMessage> {
  const opened = floorToSecond(record.receivedMs + context.skewMs);
  const updated = floorToSecond(record.updatedMs + context.skewMs);
  const nature = EVENT_TYPES[record.type].natures.tampa;
  const location = placeOf(record, context);
  return {
    content: {
      incident_id: record.recordId,
      event_type: nature,
      opened_at: formatIso(opened),
      updated_at: formatIso(updated),
      block_address: location.text,
      status: STATUS[record.status],
      disposition: record.status === 'closed' ? oneOf(DISPOSITIONS[record.disposition], record.ordinal, 8) : null,
      remarks: record.notes
        .slice(-NOTES_MAX)
        .map((note) => note.text)
        .join(' | '),
    },
    row: {
      recordId: record.recordId,
      incidentMs: opened,
      updatedMs: updated,
      nature,
      status: record.status,
      disposition: record.status === 'closed' ? record.disposition : 'none',
      location,
    },
  };
}

// --- internal ---

function placeOf(record: CadRecord, context: RenderContext): PublishedLocation {
  if (record.location.exact.kind === 'crossing') return nearestCrossing(context.profile.gazetteer, record, ' & ');
  const { street, hundred } = blockAddress(context.profile.gazetteer, record.location.block);
  const masked = hundred === 0 ? 'XX' : `${hundred / 100}XX`;
  return { kind: 'block', hundred, street, text: `${masked} ${street}` };
}

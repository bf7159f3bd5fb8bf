/** A feed like San Francisco's: the place is cut to the nearest crossing, and times are the agency's wall clock's. */
import { EVENT_TYPES } from '../../../contract/catalogue.ts';
import type { SfMessage } from '../../../contract/dialects.ts';
import { dmToDegrees } from '../../../contract/plane.ts';
import type { CadRecord } from '../../cad/record.ts';
import { nearestCrossing, districtName } from '../place.ts';
import { oneOf, type Rendered, type RenderContext } from '../rendering.ts';
import { dateText, timeText, wallTime } from '../wall-clock.ts';

const CODES = {
  founded: ['REP', 'ARR'],
  unfounded: ['GOA', 'UTL', 'NOM'],
  duplicate: ['DUP'],
  none: ['HAN', 'ADV', 'ND', 'CIT'],
} as const;

/** Renders one record. */
export function renderSf(record: CadRecord, context: RenderContext): Rendered<SfMessage> {
  const { profile, skewMs, publishedMs } = context;
  const { zone } = profile;
  const original = EVENT_TYPES[record.typeOriginal];
  const type = EVENT_TYPES[record.type];
  // The final type stays empty until somebody has looked, unless the call was re-typed.
  const known = record.type !== record.typeOriginal || record.dispatchMs !== null || record.status !== 'open';
  const location = nearestCrossing(profile.gazetteer, record, ' \\ ');
  const at = record.location.crossing;
  const { crossingX, crossingY } = profile.gazetteer;
  return {
    content: {
      id: `${record.recordId}-${record.updatedMs + skewMs}`,
      cad_number: record.recordId,
      received_datetime: stamp(zone, record.receivedMs + skewMs),
      entry_datetime: stamp(zone, record.entryMs + skewMs),
      dispatch_datetime: record.dispatchMs === null ? null : stamp(zone, record.dispatchMs + skewMs),
      enroute_datetime: record.dispatchMs === null ? null : stamp(zone, record.dispatchMs + skewMs),
      onscene_datetime: record.onSceneMs === null ? null : stamp(zone, record.onSceneMs + skewMs),
      close_datetime: record.closedMs === null ? null : stamp(zone, record.closedMs + skewMs),
      call_type_original: original.natures.sf,
      call_type_original_desc: original.natures.tampa,
      call_type_final: known ? type.natures.sf : unknownNature(record.ordinal),
      call_type_final_desc: known ? type.natures.tampa : null,
      priority_original: letter(record.priorityOriginal),
      priority_final: known ? letter(record.priority) : null,
      agency: 'Police',
      disposition: dispositionOf(record),
      onview_flag: record.onView ? 'Y' : 'N',
      sensitive_call: !type.community,
      intersection_name: location.text,
      intersection_point: { type: 'Point', coordinates: [dmToDegrees(crossingX[at]), dmToDegrees(crossingY[at])] },
      police_district: districtName(profile.gazetteer, record),
      call_last_updated_at: stamp(zone, record.updatedMs + skewMs),
      data_as_of: stamp(zone, publishedMs + skewMs),
      data_loaded_at: stamp(zone, publishedMs + skewMs),
    },
    row: {
      recordId: record.recordId,
      incidentMs: wallTime(zone, record.receivedMs + skewMs).readMs,
      updatedMs: wallTime(zone, record.updatedMs + skewMs).readMs,
      nature: type.natures.sf,
      status: record.status,
      disposition: record.status === 'closed' ? record.disposition : 'none',
      location,
    },
  };
}

// --- internal ---

function stamp(zone: string, ms: number): string {
  const { civil } = wallTime(zone, ms);
  return `${dateText(civil)}T${timeText(civil)}.000`;
}

/** A final type that is not yet known: null in three of four records, empty in the others. */
function unknownNature(ordinal: number): string | null {
  return ordinal % 4 === 0 ? '' : null;
}

function letter(priority: number): string {
  return 'ABCE'[priority - 1];
}

function dispositionOf(record: CadRecord): string | null {
  switch (record.status) {
    case 'open':
      return null;
    case 'cancelled':
      return 'CAN';
    case 'closed':
      return oneOf(CODES[record.disposition], record.ordinal, 5);
  }
}

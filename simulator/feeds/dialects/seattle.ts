/** A feed like Seattle's: one CSV row for each record, the place blurred to the centre of its block, and no stamp of the last change. */
import { EVENT_TYPES } from '../../../contract/catalogue.ts';
import { SEATTLE_COLUMNS } from '../../../contract/dialects.ts';
import type { CadRecord } from '../../cad/record.ts';
import { blockCentre, districtName } from '../place.ts';
import { oneOf, type Rendered, type RenderContext } from '../rendering.ts';
import { meridiemText, wallTime } from '../wall-clock.ts';

/** A row's cells by the name of their column. */
export type SeattleCells = Record<(typeof SEATTLE_COLUMNS)[number], string>;

const CLEARANCES = {
  founded: ['REPORT WRITTEN (NO ARREST)', 'PHYSICAL ARREST MADE'],
  unfounded: ['UNABLE TO LOCATE INCIDENT OR COMPLAINANT'],
  duplicate: ['DUPLICATED OR CANCELLED BY RADIO'],
  none: ['ASSISTANCE RENDERED', 'NO POLICE ACTION POSSIBLE OR NECESSARY', 'ORAL WARNING GIVEN', 'OTHER REPORT MADE'],
} as const;
const PRECINCTS = ['NORTH', 'SOUTH', 'EAST', 'WEST', 'SOUTHWEST'];

/** Renders one record. */
export function renderSeattle(record: CadRecord, context: RenderContext): Rendered<SeattleCells> {
  const { profile, skewMs } = context;
  const queued = wallTime(profile.zone, record.receivedMs + skewMs);
  const arrived = record.onSceneMs === null ? null : wallTime(profile.zone, record.onSceneMs + skewMs);
  const type = EVENT_TYPES[record.type];
  const known = record.type !== record.typeOriginal || record.dispatchMs !== null || record.status !== 'open';
  const centre = blockCentre(profile.gazetteer, record.location.block);
  const district = districtName(profile.gazetteer, record);
  return {
    content: {
      'CAD Event Number': record.recordId,
      'Event Clearance Description': clearanceOf(record),
      'Call Type': record.onView ? 'ONVIEW' : oneOf(['911', 'TELEPHONE OTHER, NOT 911'], record.ordinal, 6),
      Priority: String(record.priority),
      'Initial Call Type': EVENT_TYPES[record.typeOriginal].natures.seattle,
      'Final Call Type': known ? type.natures.seattle : '',
      'Original Time Queued': meridiemText(queued.civil),
      'Arrived Time': arrived === null ? '' : meridiemText(arrived.civil),
      Precinct: PRECINCTS[district.length % PRECINCTS.length],
      Sector: district,
      Beat: record.beat,
      Blurred_Longitude: centre.longitude,
      Blurred_Latitude: centre.latitude,
    },
    row: {
      recordId: record.recordId,
      incidentMs: queued.readMs,
      updatedMs: null,
      nature: type.natures.seattle,
      status: record.status,
      disposition: record.status === 'closed' ? record.disposition : 'none',
      location: centre.location,
    },
  };
}

/** A row's cells in the order of the columns. */
export function seattleLine(cells: SeattleCells): string[] {
  return SEATTLE_COLUMNS.map((column) => cells[column]);
}

/** A CSV line without its line end (RFC 4180): cells with a comma, a quote or a line end are quoted. */
export function csvLine(cells: readonly string[]): string {
  return cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',');
}

// --- internal ---

function clearanceOf(record: CadRecord): string {
  switch (record.status) {
    case 'open':
      return '';
    case 'cancelled':
      return 'CALL CANCELLED BEFORE ARRIVAL';
    case 'closed':
      return oneOf(CLEARANCES[record.disposition], record.ordinal, 7);
  }
}

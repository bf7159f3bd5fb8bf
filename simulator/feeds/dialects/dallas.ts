/**
 * A portal like Dallas's: one row for each unit, or one without a unit if none is assigned. The place is cut to the hundred-block or a
 * crossing. Every record listed is open.
 */
import { EVENT_TYPES } from '../../../contract/catalogue.ts';
import type { DallasRow } from '../../../contract/dialects.ts';
import type { PublishedLocation } from '../../../contract/manifest.ts';
import type { CadRecord } from '../../cad/record.ts';
import { blockAddress, nearestCrossing, districtName } from '../place.ts';
import type { Rendered, RenderContext } from '../rendering.ts';
import { dateText, timeText, wallTime } from '../wall-clock.ts';

/** Renders the rows of one record. `row.updatedMs` is the stamp of a snapshot taken at `publishedMs`. */
export function renderDallas(record: CadRecord, context: RenderContext): Rendered<DallasRow[]> {
  const { profile, skewMs, publishedMs } = context;
  const received = wallTime(profile.zone, record.receivedMs + skewMs);
  const nature = EVENT_TYPES[record.type].natures.dallas;
  const { block, street, location } = placeOf(record, context);
  const shared = {
    incident_number: record.recordId,
    division: districtName(profile.gazetteer, record),
    nature_of_call: nature,
    priority: String(record.priority),
    date: dateText(received.civil),
    time: timeText(received.civil),
  };
  const rest = { block, location: street, beat: record.beat, status: statusOf(record) };
  const units = record.units.length === 0 ? [''] : record.units;
  return {
    content: units.map((unit) => ({ ...shared, unit_number: unit, ...rest })),
    row: {
      recordId: record.recordId,
      incidentMs: received.readMs,
      updatedMs: wallTime(profile.zone, publishedMs + skewMs).readMs,
      nature,
      status: 'open',
      disposition: 'none',
      location,
    },
  };
}

/** A snapshot's `as_of`, such as `2026-06-01T09:05:00`, and the moment that a reader takes it for. */
export function snapshotStamp(context: RenderContext): { text: string; readMs: number } {
  const { civil, readMs } = wallTime(context.profile.zone, context.publishedMs + context.skewMs);
  return { text: `${dateText(civil)}T${timeText(civil)}`, readMs };
}

// --- internal ---

function placeOf(
  record: CadRecord,
  context: RenderContext,
): { block: string; street: string; location: PublishedLocation } {
  if (record.location.exact.kind === 'crossing') {
    const location = nearestCrossing(context.profile.gazetteer, record, ' / ');
    return { block: '', street: location.text, location };
  }
  const { street, hundred } = blockAddress(context.profile.gazetteer, record.location.block);
  return {
    block: String(hundred),
    street,
    location: { kind: 'block', hundred, street, text: `${hundred} BLOCK ${street}` },
  };
}

function statusOf(record: CadRecord): string {
  if (record.onSceneMs !== null) return 'At Scene';
  return record.dispatchMs !== null ? 'Enroute' : 'Holding';
}

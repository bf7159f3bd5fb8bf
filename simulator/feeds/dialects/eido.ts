/** EIDO (NENA-STA-021.1): full addresses, persons, vehicles, units and remarks. Times have the agency's offset and milliseconds. */
import { EVENT_TYPES } from '../../../contract/catalogue.ts';
import type { EidoMessage } from '../../../contract/dialects.ts';
import type { PublishedDisposition, RecordStatus } from '../../../contract/manifest.ts';
import { dmToDegrees } from '../../../contract/plane.ts';
import { formatIso, SECOND_MS } from '../../../contract/time.ts';
import { zoneOffsetMin } from '../../../contract/zones.ts';
import type { CadRecord } from '../../cad/record.ts';
import { typedLocation } from '../place.ts';
import { oneOf, type Rendered, type RenderContext } from '../rendering.ts';

const STATUS = { open: 'Active', cancelled: 'Cancelled', closed: 'Closed' } as const;
const DISPOSITION: Readonly<Record<Exclude<PublishedDisposition, 'none'>, string>> = {
  founded: 'Founded',
  unfounded: 'Unfounded',
  duplicate: 'Duplicate',
};
const OTHER_DISPOSITIONS = [
  'Assistance Rendered',
  'No Report Needed',
  'Referred To Other Agency',
  'Report Taken By Phone',
];
/** Later callers are shown this far apart: the record does not keep when each of them called. */
const CALL_GAP_MS = 40 * SECOND_MS;

/** Renders one record. */
export function renderEido(record: CadRecord, context: RenderContext): Rendered<EidoMessage> {
  const { profile, skewMs } = context;
  const { zone } = profile;
  const type = EVENT_TYPES[record.type];
  const { location, unitText } = typedLocation(record);
  const merged = record.mergedInto !== null;
  const status: RecordStatus = merged ? 'closed' : record.status;
  const disposition: PublishedDisposition = merged ? 'duplicate' : status === 'closed' ? record.disposition : 'none';
  const host = `cad.${profile.id}.example.com`;
  const content: EidoMessage = {
    $id: `urn:emergency:uid:eido:${record.recordId}:${host}`,
    eidoVersion: '1.0',
    lastUpdateTimeStamp: stamp(zone, record.updatedMs + skewMs),
    updatedByAgencyReference: `agency-${profile.id}`,
    issuingElementIdentification: host,
    agencyComponent: [{ $id: `agency-${profile.id}`, agencyName: profile.name }],
    incidentComponent: {
      incidentTypeCommonRegistryText: type.apco,
      incidentTypeInternalCode: type.natures.eido,
      incidentTypeInternalText: type.natures.tampa,
      incidentStatusCommonRegistryText: STATUS[record.status],
      internalIncidentId: record.recordId,
      incidentPriorityInternalText: `P${record.priority}`,
      incidentCommonPriorityNumber: record.priority,
      beatOrDispatchGroupText: record.beat,
      locationReference: 'location-1',
    },
    callComponent: calls(record, zone, skewMs),
    locationComponent: locations(record, location.text, unitText),
  };
  if (record.status === 'closed') {
    const text =
      record.disposition === 'none' ? oneOf(OTHER_DISPOSITIONS, record.ordinal, 4) : DISPOSITION[record.disposition];
    content.incidentComponent.dispositionComponent = [{ dispositionText: text }];
  }
  const persons = personsOf(record);
  if (persons.length > 0) content.personComponent = persons;
  if (record.plates.length > 0) content.vehicleComponent = record.plates.map((plate) => ({ licensePlateText: plate }));
  if (record.notes.length > 0)
    content.notesComponent = record.notes.map((n) => ({
      noteText: n.text,
      noteTimestamp: stamp(zone, n.atMs + skewMs),
    }));
  if (record.units.length > 0) content.emergencyResourceComponent = record.units.map((unit) => ({ unitText: unit }));
  if (record.mergedInto !== null) {
    content.linkComponent = [{ linkedIncidentId: record.mergedInto }];
    content.mergeComponent = [{ mergedIntoIncidentId: record.mergedInto }];
  }
  return {
    content,
    row: {
      recordId: record.recordId,
      incidentMs: record.receivedMs + skewMs,
      updatedMs: record.updatedMs + skewMs,
      nature: type.natures.eido,
      status,
      disposition,
      location,
    },
  };
}

// --- internal ---

function stamp(zone: string, ms: number): string {
  return formatIso(ms, zoneOffsetMin(zone, ms), true);
}

/** Lists the latest call first, like some systems do: a reader has to look for the earliest. */
function calls(record: CadRecord, zone: string, skewMs: number): EidoMessage['callComponent'] {
  const rows: EidoMessage['callComponent'] = [];
  for (let i = Math.max(1, record.callers.length) - 1; i >= 0; i -= 1) {
    const atMs = Math.max(record.receivedMs, Math.min(record.receivedMs + i * CALL_GAP_MS, record.updatedMs));
    rows.push({
      callStartTimestamp: stamp(zone, atMs + skewMs),
      standardPrimaryCallType: record.onView ? 'radio' : 'emergency',
      direction: 'incoming',
      callStateRegistryText: record.status === 'open' ? 'active' : 'ended',
    });
  }
  return rows;
}

function locations(record: CadRecord, text: string, unitText: string | null): EidoMessage['locationComponent'] {
  const first: EidoMessage['locationComponent'][number] = {
    $id: 'location-1',
    locationText: text,
    latitude: dmToDegrees(record.location.y),
    longitude: dmToDegrees(record.location.x),
  };
  if (unitText !== null) first.unitText = unitText;
  const rows = [first];
  for (const caller of record.callers) {
    if (caller.address !== null) rows.push({ $id: `location-${rows.length + 1}`, locationText: caller.address });
  }
  return rows;
}

function personsOf(record: CadRecord): NonNullable<EidoMessage['personComponent']> {
  const persons: NonNullable<EidoMessage['personComponent']> = record.callers.map((caller) => ({
    personNameText: caller.name,
    telephoneText: caller.phone,
    ...(caller.birthDate === null ? {} : { birthDateText: caller.birthDate }),
    ...(caller.email === null ? {} : { emailText: caller.email }),
  }));
  for (const medical of record.medical) persons.push({ medicalText: medical });
  return persons;
}

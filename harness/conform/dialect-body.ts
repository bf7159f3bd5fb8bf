/** Makes messages with one record each in every dialect, with private text in every field that may hold some. */
import { type Dialect, EVENT_TYPES } from '../../contract/catalogue.ts';
import { type EidoMessage, SEATTLE_COLUMNS } from '../../contract/dialects.ts';
import type { MessageManifest, PrivateString, RecordStatus } from '../../contract/manifest.ts';
import { dmToDegrees } from '../../contract/plane.ts';
import { civilFromMs, formatIso, pad } from '../../contract/time.ts';
import { zoneOffsetMin } from '../../contract/zones.ts';

/** Time zone of all agencies of the test town. */
export const ZONE = 'America/Chicago';

/** A record as a feed reports it. */
export interface ReportedRecord {
  recordId: string;
  /** Id of an event type. */
  event: string;
  incidentMs: number;
  updatedMs: number;
  status?: RecordStatus;
  disposition?: 'none' | 'founded' | 'unfounded' | 'duplicate';
  /** House number and street, such as `254 W MAPLE ST`. */
  number: number;
  street: string;
  /** The place as typed, if it is not the plain address. */
  placeText?: string;
}

/** An eido message with private strings in it, most of which contain `canary`. */
export function eidoBody(told: ReportedRecord, canary: string): string {
  const type = typeOf(told.event);
  const status = told.status ?? 'open';
  const message: EidoMessage = {
    $id: `urn:emergency:uid:eido:${told.recordId}:cad.example.com`,
    eidoVersion: '1.0',
    lastUpdateTimeStamp: formatIso(told.updatedMs, 0, true),
    agencyComponent: [{ $id: 'agency', agencyName: 'Synthetic' }],
    incidentComponent: {
      incidentTypeCommonRegistryText: type.apco,
      incidentTypeInternalCode: type.natures.eido,
      incidentStatusCommonRegistryText: ({ open: 'Active', cancelled: 'Cancelled', closed: 'Closed' } as const)[status],
      internalIncidentId: told.recordId,
    },
    callComponent: [{ callStartTimestamp: formatIso(told.incidentMs, 0, true) }],
    locationComponent: [{ $id: 'location-1', locationText: placeText(told), unitText: `APT ${canary}` }],
    personComponent: [
      { personNameText: `Zelda ${canary}`, telephoneText: '555-0142', medicalText: `asthma ${canary}` },
    ],
    notesComponent: [{ noteText: `RP ZELDA ${canary} CALLED FROM 555-0142` }],
  };
  if (told.disposition !== undefined && told.disposition !== 'none')
    message.incidentComponent.dispositionComponent = [
      { dispositionText: `${told.disposition[0].toUpperCase()}${told.disposition.slice(1)}` },
    ];
  return JSON.stringify(message);
}

/** A message with one open record in another dialect. `x`, `y`: the block's centre, dm, for dialects with coordinates. */
export function bodyIn(
  dialect: Exclude<Dialect, 'eido'>,
  told: ReportedRecord,
  x: number,
  y: number,
  canary: string,
): string {
  const nature = typeOf(told.event).natures[dialect];
  const local = localTime(told.incidentMs);
  const hundred = Math.floor(told.number / 100);
  switch (dialect) {
    case 'sf':
      return JSON.stringify({
        id: told.recordId,
        cad_number: told.recordId,
        received_datetime: `${local.date}T${local.time}.000`,
        call_type_original: nature,
        intersection_name: told.placeText,
        call_last_updated_at: `${localTime(told.updatedMs).date}T${localTime(told.updatedMs).time}.000`,
      });
    case 'seattle': {
      const cells: Record<string, string> = {
        'CAD Event Number': told.recordId,
        'Initial Call Type': nature,
        'Original Time Queued': local.american,
        Blurred_Longitude: dmToDegrees(x).toFixed(7),
        Blurred_Latitude: dmToDegrees(y).toFixed(7),
      };
      const row = SEATTLE_COLUMNS.map((name) => `"${cells[name] ?? ''}"`).join(',');
      return `${SEATTLE_COLUMNS.join(',')}\r\n${row}\r\n`;
    }
    case 'dallas':
      return JSON.stringify({
        as_of: `${localTime(told.updatedMs).date}T${localTime(told.updatedMs).time}.000`,
        rows: [
          {
            incident_number: told.recordId,
            nature_of_call: nature,
            date: local.date,
            time: local.time,
            unit_number: canary,
            block: hundred === 0 ? '0' : `${hundred}00`,
            location: told.street,
          },
        ],
      });
    case 'tampa':
      return JSON.stringify({
        incident_id: told.recordId,
        event_type: nature,
        opened_at: formatIso(told.incidentMs),
        updated_at: formatIso(told.updatedMs),
        block_address: `${hundred === 0 ? '' : hundred}XX ${told.street}`,
        status: 'ACTIVE',
        remarks: `ZELDA ${canary} 555-0142`,
      });
    case 'milwaukee':
      return JSON.stringify({
        id: told.recordId,
        time: `${local.date} ${local.time}`,
        location: `${placeText(told)},MKE`,
        nature,
        status: 'Service in Progress',
      });
  }
}

/** The manifest of an eido message, which tells the oracle what a reader must get from it. */
export function eidoManifest(messageId: string, agency: string, told: ReportedRecord): MessageManifest {
  const text = placeText(told);
  return {
    messageId,
    agency,
    dialect: 'eido',
    snapshot: false,
    readable: true,
    rows: [
      {
        row: 0,
        wellFormed: true,
        recordId: told.recordId,
        incidentMs: told.incidentMs,
        updatedMs: told.updatedMs,
        nature: typeOf(told.event).natures.eido,
        status: told.status ?? 'open',
        disposition: told.disposition ?? 'none',
        location: locationOf(told, text),
      },
    ],
  };
}

/** The private strings of an eido message. */
export function privateStrings(told: ReportedRecord, canary: string): PrivateString[] {
  const strings: PrivateString[] = [
    { kind: 'name', value: `Zelda ${canary}` },
    { kind: 'phone', value: '555-0142' },
    { kind: 'canary', value: canary },
  ];
  if (told.placeText === undefined) strings.push({ kind: 'address', value: placeText(told) });
  return strings;
}

// --- internal ---

function typeOf(event: string) {
  const type = EVENT_TYPES.find((one) => one.id === event);
  if (type === undefined) throw new Error(`no event type ${event}`);
  return type;
}

function placeText(told: ReportedRecord): string {
  return told.placeText ?? `${told.number} ${told.street}`;
}

function locationOf(told: ReportedRecord, text: string): MessageManifest['rows'][number]['location'] {
  const streets = text.split(' / ');
  if (streets.length === 2) return { kind: 'crossing', streets: [streets[0], streets[1]], text };
  const mile = /^(.+) MM (\d+)$/.exec(text);
  if (mile !== null) return { kind: 'mile', highway: mile[1], mile: Number(mile[2]), text };
  if (text === 'CENTRAL LIBRARY') return { kind: 'landmark', name: text, text };
  if (told.placeText !== undefined) return { kind: 'none', text };
  return { kind: 'address', number: told.number, street: told.street, text };
}

/** The agency's wall clock: `2026-06-01`, `09:05:00` and `06/01/2026 09:05:00 AM`. */
function localTime(ms: number): { date: string; time: string; american: string } {
  const c = civilFromMs(ms + zoneOffsetMin(ZONE, ms) * 60_000);
  const tail = `${pad(c.minute, 2)}:${pad(c.second, 2)}`;
  const day = `${pad(c.month, 2)}/${pad(c.day, 2)}/${pad(c.year, 4)}`;
  return {
    date: `${pad(c.year, 4)}-${pad(c.month, 2)}-${pad(c.day, 2)}`,
    time: `${pad(c.hour, 2)}:${tail}`,
    american: `${day} ${pad(c.hour % 12 === 0 ? 12 : c.hour % 12, 2)}:${tail} ${c.hour < 12 ? 'AM' : 'PM'}`,
  };
}

/** EIDO JSON (NENA-STA-021.1). */
import { Compile } from 'typebox/compile';
import { EidoSchema, type EidoMessage } from '../../../contract/dialects.ts';
import type { PublishedDisposition, RecordStatus } from '../../../contract/manifest.ts';
import { readJson } from './json.ts';
import { offsetMoment } from './moment.ts';
import { oneRow, trimSpaces, type Narrative, type ParsedMessage } from './normal.ts';

const schema = Compile(EidoSchema);

export function parseEido(body: string): ParsedMessage {
  const value = readJson(body);
  if (value === undefined) return { refused: 'unreadable' };
  if (!schema.Check(value)) return oneRow('schema');
  let incidentMs = Infinity;
  for (const call of value.callComponent) {
    const started = offsetMoment(call.callStartTimestamp);
    if (started === null) return oneRow('bad-time');
    if (started < incidentMs) incidentMs = started;
  }
  const updatedMs = offsetMoment(value.lastUpdateTimeStamp);
  if (updatedMs === null) return oneRow('bad-time');
  const incident = value.incidentComponent;
  return oneRow({
    recordId: trimSpaces(incident.internalIncidentId),
    dialect: 'eido',
    incidentMs,
    updatedMs,
    nature: trimSpaces(incident.incidentTypeInternalCode),
    ...outcome(value),
    location: { kind: 'text', text: trimSpaces(value.locationComponent[0].locationText) },
    narrative: () => narrative(value),
  });
}

// --- internal ---

const STATUS: Readonly<Record<'Active' | 'Cancelled' | 'Closed', RecordStatus>> = {
  Active: 'open',
  Cancelled: 'cancelled',
  Closed: 'closed',
};

function outcome(message: EidoMessage): { status: RecordStatus; disposition: PublishedDisposition } {
  if (message.mergeComponent !== undefined && message.mergeComponent.length > 0)
    return { status: 'closed', disposition: 'duplicate' };
  const status = STATUS[message.incidentComponent.incidentStatusCommonRegistryText];
  return {
    status,
    disposition:
      status === 'closed' ? disposition(message.incidentComponent.dispositionComponent?.[0]?.dispositionText) : 'none',
  };
}

function disposition(text: string | undefined): PublishedDisposition {
  switch (text) {
    case 'Founded':
      return 'founded';
    case 'Unfounded':
      return 'unfounded';
    case 'Duplicate':
      return 'duplicate';
    default:
      return 'none';
  }
}

function narrative(message: EidoMessage): Narrative {
  const privates: (string | undefined)[] = [];
  for (const person of message.personComponent ?? [])
    privates.push(
      person.personNameText,
      person.telephoneText,
      person.birthDateText,
      person.emailText,
      person.medicalText,
    );
  for (const vehicle of message.vehicleComponent ?? []) privates.push(vehicle.licensePlateText);
  for (const location of message.locationComponent) privates.push(location.locationText, location.unitText);
  return {
    text: (message.notesComponent ?? []).map((note) => note.noteText).join('\n'),
    privates: privates.filter((text): text is string => text !== undefined && text !== ''),
  };
}

/** A mapped row as the feed message that the pipeline takes: EIDO, the dialect with a code for any nature and a stamp of its own. */
import type { EidoMessage } from '../../contract/dialects.ts';
import type { Outcome } from '../../contract/mapping.ts';
import { formatIso } from '../../contract/time.ts';
import type { MappedRow } from './map-row.ts';

/** The body of the message that says what the row says. `id` is the message's own. */
export function eidoBody(row: MappedRow, id: string, agencyName: string): string {
  const { status, disposition } = STATUS[row.outcome];
  const message: EidoMessage = {
    $id: id,
    eidoVersion: '1.0',
    lastUpdateTimeStamp: formatIso(row.clockMs, 0, true),
    agencyComponent: [{ $id: 'agency', agencyName }],
    incidentComponent: {
      incidentTypeCommonRegistryText: 'OTHER',
      incidentTypeInternalCode: row.nature,
      incidentStatusCommonRegistryText: status,
      internalIncidentId: row.id,
      ...(disposition === null ? {} : { dispositionComponent: [{ dispositionText: disposition }] }),
    },
    callComponent: [{ callStartTimestamp: formatIso(row.incidentMs, 0, true) }],
    locationComponent: [{ $id: 'place', locationText: row.place === '' ? NOWHERE : row.place }],
  };
  return JSON.stringify(message);
}

// --- internal ---

/** A location that no rule can place: the row counts, and its alert is suppressed as unlocatable. */
const NOWHERE = '-';

const STATUS: Readonly<
  Record<
    Outcome,
    { status: EidoMessage['incidentComponent']['incidentStatusCommonRegistryText']; disposition: string | null }
  >
> = {
  open: { status: 'Active', disposition: null },
  cancelled: { status: 'Cancelled', disposition: null },
  closed: { status: 'Closed', disposition: null },
  founded: { status: 'Closed', disposition: 'Founded' },
  unfounded: { status: 'Closed', disposition: 'Unfounded' },
  duplicate: { status: 'Closed', disposition: 'Duplicate' },
};

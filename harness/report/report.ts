/** Builds report.html from the files of a run directory. Every number on the page comes from the record; none is computed anew. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HundredblockError } from '../../contract/errors.ts';
import type { AlertLine, MapFile } from '../../contract/record/lines.ts';
import type { RunRecord } from '../../contract/record/run-record.ts';
import { renderPage, type PageSection } from './page.ts';
import { readAlertLines, readFaultLines, readMap, readRunRecord, readWireRecord } from '../records/run-folder.ts';
import { againstSection } from './sections/against.ts';
import { capacitySection } from './sections/capacity.ts';
import { clocksSection } from './sections/clocks.ts';
import { delaySection } from './sections/delay.ts';
import { faultSection, tallyFaults, type FaultTally } from './sections/faults.ts';
import { headlineSection } from './sections/headline.ts';
import { flowSection } from './sections/flow.ts';
import { loadSection } from './sections/load.ts';
import { loopSection } from './sections/loop.ts';
import { mapSection } from './sections/map.ts';
import { policeSection } from './sections/police.ts';
import { privacySection } from './sections/privacy.ts';
import { rateSection } from './sections/rates.ts';
import { rerunSection } from './sections/rerun.ts';
import { soakSection } from './sections/soak.ts';
import { truthSection } from './sections/truth.ts';
import { verdictSection } from './sections/verdict.ts';
import { violationSection } from './sections/violations.ts';
import { wireSections } from './sections/wire.ts';

/**
 * Writes `<runDir>/report.html` whole or not at all and returns its path.
 * Throws HB_RECORD_FILE if run.json, alerts.jsonl, faults.jsonl or map.json is missing, broken or of an unknown major version, and HB_OUTPUT if the page can't be
 * written.
 */
export async function writeReport(runDir: string): Promise<string> {
  const page = await reportPage(runDir);
  const path = join(runDir, 'report.html');
  const draft = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, page);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    const found = (error as NodeJS.ErrnoException).code ?? 'an unknown failure';
    throw new HundredblockError('HB_OUTPUT', `${path}: expected a place to write the report, found ${found}`);
  }
  return path;
}

/** Everything that a report is made of. `wire` is the run on the wire that is shown with it, if there is one. */
export interface ReportParts {
  record: RunRecord;
  wire: RunRecord | null;
  map: MapFile;
  /** Messages of type Alert only. */
  alerts: AlertLine[];
  faults: FaultTally;
}

/** The sections in the order of the page. */
export function runSections({ record, wire, map, alerts, faults }: ReportParts): PageSection[] {
  return [
    verdictSection(record, wire),
    headlineSection(record, wire),
    ...capacitySection(record),
    ...clocksSection(record),
    ...loadSection(record),
    ...soakSection(record),
    rerunSection(record),
    mapSection(record, map, alerts),
    rateSection(record),
    truthSection(record),
    delaySection(record),
    policeSection(record),
    loopSection(record),
    ...againstSection(record),
    privacySection(record, alerts),
    faultSection(record, faults),
    flowSection(record),
    violationSection(record),
    ...wireSections(wire),
  ];
}

// --- internal ---

async function reportPage(runDir: string): Promise<string> {
  const record = readRunRecord(runDir);
  const wire = readWireRecord(runDir);
  const map = readMap(runDir);
  const alerts: AlertLine[] = [];
  for await (const line of readAlertLines(runDir)) if (line.msgType === 'Alert') alerts.push(line);
  const faults = await tallyFaults(readFaultLines(runDir));
  return renderPage({ title: titleOf(record, wire), sections: runSections({ record, wire, map, alerts, faults }) });
}

function titleOf({ scenario, seed }: RunRecord, wire: RunRecord | null): string {
  return wire === null
    ? `Run of ${scenario.name}, seed ${seed}`
    : `${scenario.name} in virtual time and ${wire.scenario.name} on the wire, seed ${seed}`;
}

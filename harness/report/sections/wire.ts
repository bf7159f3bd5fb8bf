/** The sections on a run on the wire, in the report of a run in virtual time. */
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { countText, momentText, nounText } from '../../records/number-text.ts';
import { html, joinLines, type Html } from '../html.ts';
import { paragraph } from '../markup.ts';
import type { PageSection } from '../page.ts';
import { ON_THE_WIRE } from '../../records/run-folder.ts';
import { clocksSection } from './clocks.ts';
import { loadSection } from './load.ts';

/** Empty if there is no such run, or if nothing was sent in it. */
export function wireSections(wire: RunRecord | null): PageSection[] {
  if (wire?.load === undefined) return [];
  const body = [paragraph(whatText(wire)), paragraph(moreText(wire))];
  return [{ id: 'wire', title: 'On the wire', body: joinLines(body) }, ...clocksSection(wire), ...loadSection(wire)];
}

// --- internal ---

function whatText({ scenario, counts, simulated }: RunRecord): Html {
  return html`The sections above are in simulated time. Here the same code runs as a service, and another world, <strong>${scenario.name}</strong>, is sent to it over real sockets in wall time: ${nounText(counts.agencies, 'agency', 'agencies')} with ${countText(counts.population)} people until ${momentText(simulated.endMs)}, far busier than real life, so that a measurement takes seconds.`;
}

function moreText({ command }: RunRecord): Html {
  return html`Its alerts, delays and police load are in <a href="${ON_THE_WIRE}/report.html">a report of their own</a>. To run it alone: <code>${command}</code>`;
}

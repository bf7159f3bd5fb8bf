/** How often each mechanism of dispatch and of the call-takers acted. */
import type { PoliceWork } from '../../../contract/record/police-work.ts';
import type { RunRecord } from '../../../contract/record/run-record.ts';
import { countText, nounText, shareText } from '../../records/number-text.ts';
import { html, type HtmlValue } from '../html.ts';
import { heading, table } from '../markup.ts';

/** A part of the section on police; empty if the record does not have these numbers. */
export function policeWorkTable({ policeWork }: RunRecord): HtmlValue {
  if (policeWork === undefined) return '';
  const { unitHours, jobs, aid, selfInitiated, breaks, overruns, callTakers } = policeWork;
  const rows = [
    ['unit-hours on duty', countText(unitHours.onDuty, 1), `${countText(unitHours.breaks, 1)} of them on breaks`],
    ['unit-hours at calls that were founded', countText(unitHours.founded, 1), ''],
    [
      'records that asked for units',
      countText(jobs.requested),
      `${countText(jobs.cancelled)} of them called off or merged`,
    ],
    ['rises by a priority after a long wait', countText(jobs.escalated), ''],
    ['calls settled by telephone', countText(jobs.byPhone), ''],
    ['units taken off a call for priority 1', countText(jobs.preempted), ''],
    [
      'units lent by neighbours',
      countText(aid.lent),
      `${countText(unitHours.lent, 1)} unit-hours; ${nounText(aid.refused, 'request')} in vain`,
    ],
    [
      'work that officers started themselves',
      countText(selfInitiated.started),
      `${countText(selfInitiated.yielded)} broken off for priority 1, ${countText(selfInitiated.missed)} missed because no unit was free`,
    ],
    [
      'meal breaks due',
      countText(breaks.due),
      `${countText(breaks.taken)} taken, ${countText(breaks.brokenOff)} broken off, ${countText(breaks.missed)} missed`,
    ],
    ['jobs that outlasted a shift', countText(overruns), `${countText(unitHours.overrun, 1)} unit-hours of overtime`],
    [
      'calls to 911 that a neighbour answered',
      countText(callTakers.overflowed),
      `${nounText(callTakers.overflowRefused, 'attempt')} in vain`,
    ],
    [
      'position-hours of call-takers',
      countText(callTakers.hoursOnDuty, 1),
      `${shareText(callTakers.utilisation)} of them on calls; ${shareText(callTakers.abandonedShare)} of calls given up`,
    ],
  ];
  const columns = [{ head: 'What' }, { head: 'How much', numeric: true }, { head: 'Of that' }];
  return html`${heading('How calls were handled')}${table('A mechanism that is off counts zero; docs/model/police.md describes each', columns, rows)}`;
}

/** One line for the terminal; empty if no mechanism acted. */
export function policeWorkText({ jobs, aid, breaks, callTakers }: PoliceWork): string {
  const { escalated, byPhone, preempted } = jobs;
  const lost = breaks.missed + breaks.brokenOff;
  const parts: [count: number, text: string][] = [
    [escalated, `${countText(escalated)} raised after a long wait`],
    [byPhone, `${countText(byPhone)} settled by telephone`],
    [preempted, `${nounText(preempted, 'unit')} taken off lesser calls`],
    [aid.lent, `${nounText(aid.lent, 'unit')} lent by neighbours`],
    [lost, `${countText(lost)} of ${nounText(breaks.due, 'break')} missed or broken off`],
    [callTakers.overflowed, `${nounText(callTakers.overflowed, 'call')} answered by a neighbour`],
  ];
  return parts
    .filter(([count]) => count > 0)
    .map(([, text]) => text)
    .join(', ');
}

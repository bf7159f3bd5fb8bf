import type { BoardSpec } from './board.ts';
import { growth, level, rate, total } from './query.ts';
import { rulesPanel } from './rules-panel.ts';

export const feeds: BoardSpec = {
  slug: 'feeds',
  title: 'Hundredblock: feeds and faults',
  description: 'What agencies sent, what was done to it on the way, and what became of it; and the news team.',
  rows: [
    {
      title: 'What happened, and what was sent',
      panels: [
        {
          kind: 'stack',
          title: 'Incidents, each step',
          description: 'Ground-truth events by agency, harmless ones that were reported included; a point a day',
          unit: 'short',
          queries: [{ expr: growth('hundredblock_run_incidents_total', ['agency']), legend: '{{agency}}' }],
        },
        {
          kind: 'stack',
          title: 'CAD messages, each step',
          description: "Messages that reached the platform's door, by agency; a point a day",
          unit: 'short',
          queries: [{ expr: growth('hundredblock_run_cad_messages_total', ['agency']), legend: '{{agency}}' }],
        },
        {
          kind: 'bars',
          title: 'CAD records',
          description: 'Opened, by agency',
          unit: 'short',
          queries: [{ expr: total('hundredblock_run_cad_records_total', ['agency']), legend: '{{agency}}' }],
        },
        {
          kind: 'bars',
          title: 'Records in messages',
          description: 'By what their receipts say',
          unit: 'short',
          width: 12,
          queries: [{ expr: total('hundredblock_run_cad_rows_total', ['outcome']), legend: '{{outcome}}' }],
        },
        {
          kind: 'stat',
          title: 'Doorbells and posts',
          description: "Motions that doorbells saw, and residents' posts",
          unit: 'short',
          width: 12,
          queries: [
            { expr: total('hundredblock_run_motions_total'), legend: 'motions' },
            { expr: total('hundredblock_run_posts_total'), legend: 'posts' },
          ],
        },
        rulesPanel('feeds'),
      ],
    },
    {
      title: 'Faults',
      panels: [
        {
          kind: 'bars',
          title: 'Faults injected',
          description: 'What the world did to its feeds, by kind',
          unit: 'short',
          queries: [{ expr: total('hundredblock_run_faults_injected_total', ['fault']), legend: '{{fault}}' }],
        },
        {
          kind: 'bars',
          title: 'Faults not accounted for',
          description: 'Of those, the ones that do not show in what the platform answered',
          unit: 'short',
          redFrom: 1,
          queries: [
            {
              expr: `${total('hundredblock_run_faults_injected_total', ['fault'])} - ${total('hundredblock_run_faults_accounted_total', ['fault'])}`,
              legend: '{{fault}}',
            },
          ],
        },
        {
          kind: 'stack',
          title: 'Faults injected, each step',
          description: 'By the time at which they were',
          unit: 'short',
          queries: [{ expr: growth('hundredblock_run_faults_injected_total', ['fault']), legend: '{{fault}}' }],
        },
      ],
    },
    {
      title: 'The news team',
      panels: [
        {
          kind: 'stat',
          title: 'Tickets and decisions',
          description: 'Tickets handed to the news team, what it decided, and the most that waited at once at one desk',
          unit: 'short',
          width: 16,
          queries: [
            { expr: total('hundredblock_run_review_tickets_total'), legend: 'tickets' },
            { expr: total('hundredblock_run_review_decisions_total', ['decision']), legend: '{{decision}}' },
            { expr: total('hundredblock_run_review_queue_max', ['run']), legend: 'most waiting {{run}}' },
          ],
        },
        {
          kind: 'lines',
          title: 'The service: tickets waiting',
          description: 'For the news team',
          unit: 'short',
          queries: [{ expr: level('hundredblock_review_tickets'), legend: 'tickets' }],
        },
      ],
    },
    {
      title: 'The service: what comes in',
      panels: [
        {
          kind: 'lines',
          title: 'CAD messages by agency',
          description: 'Taken a second',
          unit: 'ops',
          queries: [{ expr: rate('hundredblock_cad_messages_total', ['agency']), legend: '{{agency}}' }],
        },
        {
          kind: 'lines',
          title: 'CAD messages by dialect',
          description: 'Taken a second, by how they came',
          unit: 'ops',
          queries: [
            { expr: rate('hundredblock_cad_messages_total', ['dialect', 'via']), legend: '{{dialect}} {{via}}' },
          ],
        },
        {
          kind: 'lines',
          title: 'Records',
          description: 'In CAD messages a second, by outcome',
          unit: 'ops',
          queries: [{ expr: rate('hundredblock_cad_rows_total', ['outcome']), legend: '{{outcome}}' }],
        },
        {
          kind: 'lines',
          title: 'Records rejected',
          description: 'A second, by reject code',
          unit: 'ops',
          queries: [
            { expr: rate('hundredblock_cad_rows_total', ['code'], { outcome: '="rejected"' }), legend: '{{code}}' },
          ],
        },
        {
          kind: 'lines',
          title: 'Portal polls',
          description: 'A second, by outcome',
          unit: 'ops',
          queries: [{ expr: rate('hundredblock_polls_total', ['outcome']), legend: '{{outcome}}' }],
        },
        {
          kind: 'lines',
          title: 'Doorbell messages',
          description: 'A second, by kind and outcome',
          unit: 'ops',
          queries: [
            { expr: rate('hundredblock_device_messages_total', ['kind', 'outcome']), legend: '{{kind}} {{outcome}}' },
          ],
        },
      ],
    },
  ],
};

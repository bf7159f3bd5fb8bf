import { bars, lines, stack, stat, type BoardSpec } from './board.ts';
import { growth, level, rate, total } from './query.ts';
import { rulesPanel } from './rules-panel.ts';

export const feeds: BoardSpec = {
  slug: 'feeds',
  title: 'Hundredblock: feeds and faults',
  description:
    'Messages that agencies sent, faults on their way, and the outcome of each; and the work of the news team.',
  rows: [
    {
      title: 'Incidents and messages',
      panels: [
        stack(
          'Incidents, each step',
          'Events that really happened, and harmless ones that were reported, by agency; one point a day',
          'short',
          { '{{agency}}': growth('hundredblock_run_incidents_total', ['agency']) },
        ),
        stack(
          'CAD messages, each step',
          "Messages that reached the platform's door, by agency; one point a day",
          'short',
          { '{{agency}}': growth('hundredblock_run_cad_messages_total', ['agency']) },
        ),
        bars('CAD records', 'Records opened, by agency', 'short', {
          '{{agency}}': total('hundredblock_run_cad_records_total', ['agency']),
        }),
        bars(
          'Records in messages',
          "Records by the receipt's outcome",
          'short',
          { '{{outcome}}': total('hundredblock_run_cad_rows_total', ['outcome']) },
          { width: 12 },
        ),
        stat(
          'Doorbells and posts',
          "Motions that doorbells saw, and residents' posts",
          'short',
          { motions: total('hundredblock_run_motions_total'), posts: total('hundredblock_run_posts_total') },
          { width: 12 },
        ),
        rulesPanel('feeds'),
      ],
    },
    {
      title: 'Faults',
      panels: [
        bars('Faults injected', 'Faults that the world injected into its feeds, by kind', 'short', {
          '{{fault}}': total('hundredblock_run_faults_injected_total', ['fault']),
        }),
        bars(
          'Faults not accounted for',
          "Injected faults that the platform's answers do not show",
          'short',
          {
            '{{fault}}': `${total('hundredblock_run_faults_injected_total', ['fault'])} - ${total('hundredblock_run_faults_accounted_total', ['fault'])}`,
          },
          { redFrom: 1 },
        ),
        stack('Faults injected, each step', 'By the time at which they were injected', 'short', {
          '{{fault}}': growth('hundredblock_run_faults_injected_total', ['fault']),
        }),
      ],
    },
    {
      title: 'The news team',
      panels: [
        stat(
          'Tickets and decisions',
          'Tickets handed to the news team, its decisions, and the most tickets that waited at one desk at once',
          'short',
          {
            tickets: total('hundredblock_run_review_tickets_total'),
            '{{decision}}': total('hundredblock_run_review_decisions_total', ['decision']),
            'most waiting {{run}}': total('hundredblock_run_review_queue_max', ['run']),
          },
          { width: 16 },
        ),
        lines('The service: tickets waiting', 'Tickets that wait for the news team', 'short', {
          tickets: level('hundredblock_review_tickets'),
        }),
      ],
    },
    {
      title: 'The service: inputs',
      panels: [
        lines('CAD messages by agency', 'Messages taken a second', 'ops', {
          '{{agency}}': rate('hundredblock_cad_messages_total', ['agency']),
        }),
        lines('CAD messages by dialect', 'Messages taken a second, by dialect and way in', 'ops', {
          '{{dialect}} {{via}}': rate('hundredblock_cad_messages_total', ['dialect', 'via']),
        }),
        lines('Records', 'Records in CAD messages a second, by outcome', 'ops', {
          '{{outcome}}': rate('hundredblock_cad_rows_total', ['outcome']),
        }),
        lines('Records rejected', 'Records rejected a second, by reject code', 'ops', {
          '{{code}}': rate('hundredblock_cad_rows_total', ['code'], { outcome: '="rejected"' }),
        }),
        lines('Portal polls', 'Polls a second, by outcome', 'ops', {
          '{{outcome}}': rate('hundredblock_polls_total', ['outcome']),
        }),
        lines('Doorbell messages', 'Messages a second, by kind and outcome', 'ops', {
          '{{kind}} {{outcome}}': rate('hundredblock_device_messages_total', ['kind', 'outcome']),
        }),
      ],
    },
  ],
};

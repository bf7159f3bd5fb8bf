import type { BoardSpec } from './board.ts';
import { growth, last, quantile, rate, total } from './query.ts';
import { rulesPanel } from './rules-panel.ts';

const LEAKS = 'hundredblock_run_leaks_total';

export const privacy: BoardSpec = {
  slug: 'privacy',
  title: 'Hundredblock: privacy',
  description:
    'Private strings found in what left the pipeline: the number allowed is none. And how many households share what is published.',
  rows: [
    {
      title: 'Leaks',
      panels: [
        {
          kind: 'stat',
          title: 'Private strings found',
          description: 'In frames, posts, receipts, logs and the texts of reviewers. Known once a run is judged',
          unit: 'short',
          redFrom: 1,
          queries: [{ expr: total(LEAKS, ['run']), legend: '{{run}}' }],
        },
        {
          kind: 'stat',
          title: 'Leaks per million frames',
          description: 'Private strings in frames to residents',
          unit: 'short',
          redFrom: 0.000001,
          queries: [
            {
              expr: `1e6 * ${total(LEAKS, ['run'], { egress: '="frame"' })} / (${total('hundredblock_run_frames_scanned_total', ['run'])} > 0)`,
              legend: '{{run}}',
            },
          ],
        },
        {
          kind: 'stat',
          title: 'Frames searched',
          description: 'Each frame to a resident is searched for every private string of the world',
          unit: 'short',
          queries: [{ expr: total('hundredblock_run_frames_scanned_total', ['run']), legend: '{{run}}' }],
        },
        rulesPanel('privacy'),
        {
          kind: 'bars',
          title: 'Leaks by way out',
          description: 'Where they were found',
          unit: 'short',
          width: 12,
          redFrom: 1,
          queries: [{ expr: total(LEAKS, ['egress']), legend: '{{egress}}' }],
        },
        {
          kind: 'bars',
          title: 'Leaks by kind',
          description: 'What they were',
          unit: 'short',
          width: 12,
          redFrom: 1,
          queries: [{ expr: total(LEAKS, ['kind']), legend: '{{kind}}' }],
        },
      ],
    },
    {
      title: 'What is published',
      panels: [
        {
          kind: 'bars',
          title: 'Households that share a published place',
          description: 'Below 5 a place is published coarser; stretches of highway left out',
          unit: 'short',
          queries: [
            { expr: quantile(0.1, 'hundredblock_run_place_households'), legend: '10th percentile' },
            { expr: quantile(0.5, 'hundredblock_run_place_households'), legend: 'median' },
            { expr: quantile(0.9, 'hundredblock_run_place_households'), legend: '90th percentile' },
          ],
        },
        {
          kind: 'bars',
          title: 'Places by households',
          description: 'Published places that so many households share, or fewer',
          unit: 'short',
          queries: [
            {
              expr: `sum by (le) (${last('hundredblock_run_place_households', {}, { part: '_bucket' })})`,
              legend: 'up to {{le}}',
            },
          ],
        },
        {
          kind: 'stack',
          title: 'Frames to residents, each step',
          description: 'By type of message',
          unit: 'short',
          queries: [{ expr: growth('hundredblock_run_frames_total', ['type']), legend: '{{type}}' }],
        },
        {
          kind: 'stat',
          title: "Reviewers' texts blanked",
          description: 'Share of words replaced by blanks in what reviewers see: too much hides what they must judge',
          unit: 'percentunit',
          decimals: 1,
          width: 12,
          queries: [
            {
              expr: `${total('hundredblock_run_review_words_total', ['run'], { kind: '="blank"' })} / (${total('hundredblock_run_review_words_total', ['run'])} > 0)`,
              legend: '{{run}}',
            },
          ],
        },
        {
          kind: 'lines',
          title: 'The service: refused credentials',
          description: 'A second, by door and reason',
          unit: 'ops',
          width: 12,
          queries: [{ expr: rate('hundredblock_auth_failures_total', ['reason']), legend: '{{reason}}' }],
        },
      ],
    },
  ],
};

import { bars, lines, stack, stat, type BoardSpec } from './board.ts';
import { growth, last, quantile, rate, total } from './query.ts';
import { rulesPanel } from './rules-panel.ts';

const LEAKS = 'hundredblock_run_leaks_total';

export const privacy: BoardSpec = {
  slug: 'privacy',
  title: 'Hundredblock: privacy',
  description:
    'Private strings found in the output of the pipeline, of which none is allowed, and the number of households that share each published place.',
  rows: [
    {
      title: 'Leaks',
      panels: [
        stat(
          'Private strings found',
          'In frames, posts, receipts, logs and the texts of reviewers. Known once a run is judged',
          'short',
          { '{{run}}': total(LEAKS, ['run']) },
          { redFrom: 1 },
        ),
        stat(
          'Leaks per million frames',
          'Private strings in frames to residents',
          'short',
          {
            '{{run}}': `1e6 * ${total(LEAKS, ['run'], { egress: '="frame"' })} / (${total('hundredblock_run_frames_scanned_total', ['run'])} > 0)`,
          },
          { redFrom: 0.000001 },
        ),
        stat(
          'Frames searched',
          'Frames to residents. Each is searched for every private string of the world',
          'short',
          {
            '{{run}}': total('hundredblock_run_frames_scanned_total', ['run']),
          },
        ),
        rulesPanel('privacy'),
        bars(
          'Leaks by way out',
          'Leaked strings by the output that held them',
          'short',
          { '{{egress}}': total(LEAKS, ['egress']) },
          { width: 12, redFrom: 1 },
        ),
        bars(
          'Leaks by kind',
          'Leaked strings by their kind',
          'short',
          { '{{kind}}': total(LEAKS, ['kind']) },
          { width: 12, redFrom: 1 },
        ),
      ],
    },
    {
      title: 'Published places and texts',
      panels: [
        bars(
          'Households that share a published place',
          'If fewer than 5 households share a place, a coarser one is published. Stretches of highway are left out',
          'short',
          {
            '10th percentile': quantile(0.1, 'hundredblock_run_place_households'),
            median: quantile(0.5, 'hundredblock_run_place_households'),
            '90th percentile': quantile(0.9, 'hundredblock_run_place_households'),
          },
        ),
        bars(
          'Places by households',
          'Published places by the number of households that share them, cumulative',
          'short',
          {
            'up to {{le}}': `sum by (le) (${last('hundredblock_run_place_households', {}, { part: '_bucket' })})`,
          },
        ),
        stack('Frames to residents, each step', 'Frames by type of message', 'short', {
          '{{type}}': growth('hundredblock_run_frames_total', ['type']),
        }),
        stat(
          "Reviewers' texts blanked",
          'Share of words that are blanked in the texts that reviewers read. Too many blanks hide what they must judge',
          'percentunit',
          {
            '{{run}}': `${total('hundredblock_run_review_words_total', ['run'], { kind: '="blank"' })} / (${total('hundredblock_run_review_words_total', ['run'])} > 0)`,
          },
          { width: 12, decimals: 1 },
        ),
        lines(
          'The service: refused credentials',
          'Refusals a second, by reason',
          'ops',
          { '{{reason}}': rate('hundredblock_auth_failures_total', ['reason']) },
          { width: 12 },
        ),
      ],
    },
  ],
};

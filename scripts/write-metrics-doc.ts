/** Writes docs/reference/metrics.md. Run with `npm run metrics-doc` when contract/metrics.ts changes. */
import { writeFileSync } from 'node:fs';
import { metricsDoc } from '../harness/report/metrics/doc.ts';
import { wrapMarkdown } from './wrap-markdown.ts';

writeFileSync(new URL('../docs/reference/metrics.md', import.meta.url), wrapMarkdown(metricsDoc()));

/** Reads the few metrics that a soak follows from a target's /metrics. A target that is not ours may have none of them. */

/** The target's metrics at one moment. */
export interface Scrape {
  rssBytes: number;
  heapUsedBytes: number;
  heapAfterGcBytes: number;
  externalBytes: number;
  fds: number;
  cpuSeconds: number;
  /** p99 of the event loop's delay since the last scrape. */
  loopDelayMs: number;
  databaseBytes: number;
  walBytes: number;
  pendingInputs: number;
  streamWaitingBytes: number;
  reviewTickets: number;
  records: number;
}

/** Parses the Prometheus text format; a metric that is missing is NaN, and so are all if `text` is null. */
export function parseScrape(text: string | null): Scrape {
  const scrape = Object.fromEntries(Object.values(NAMES).map((key) => [key, NaN])) as unknown as Scrape;
  if (text === null) return scrape;
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue;
    const space = line.lastIndexOf(' ');
    const key = NAMES[line.slice(0, space)];
    if (key !== undefined) scrape[key] = Number(line.slice(space + 1));
  }
  // The histogram behind this metric holds the time from one tick to the next: the time beyond the period is delay.
  scrape.loopDelayMs = Math.max(0, 1000 * scrape.loopDelayMs - LOOP_SAMPLE_MS);
  return scrape;
}

// --- internal ---

/** prom-client's sampling period of the event loop. */
const LOOP_SAMPLE_MS = 10;

const NAMES: Readonly<Record<string, keyof Scrape>> = {
  process_resident_memory_bytes: 'rssBytes',
  nodejs_heap_size_used_bytes: 'heapUsedBytes',
  'nodejs_heap_size_after_gc_bytes{kind="major"}': 'heapAfterGcBytes',
  nodejs_external_memory_bytes: 'externalBytes',
  process_open_fds: 'fds',
  process_cpu_seconds_total: 'cpuSeconds',
  nodejs_eventloop_lag_p99_seconds: 'loopDelayMs',
  'hundredblock_database_bytes{file="main"}': 'databaseBytes',
  'hundredblock_database_bytes{file="wal"}': 'walBytes',
  hundredblock_pending_inputs: 'pendingInputs',
  hundredblock_stream_waiting_bytes: 'streamWaitingBytes',
  hundredblock_review_tickets: 'reviewTickets',
  'hundredblock_pipeline_items{kind="records"}': 'records',
};

-- How each run went, one row a feed: written by weir run and by the service, read by weir report, the dashboard and the
-- alerts. weir.sync_log says what became of the records; this says how fast, how well and with how much memory.

CREATE TABLE weir.run_metrics (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  began_at timestamptz NOT NULL,       -- of the whole run: the same in all its feeds' rows
  feed text NOT NULL,
  run text COLLATE "C",                -- as fetch named it; null when it came not so far
  mode text NOT NULL,                  -- full or incremental
  status text NOT NULL,                -- succeeded, missed (its acceptance targets), failed, stopped, skipped, not_started
  finished_at timestamptz NOT NULL,
  seconds double precision NOT NULL,
  pages bigint NOT NULL,
  fetched bigint NOT NULL,
  inserted bigint NOT NULL,
  updated bigint NOT NULL,
  unchanged bigint NOT NULL,
  superseded bigint NOT NULL,
  orphaned bigint NOT NULL,
  deleted bigint NOT NULL,
  rejected bigint NOT NULL,
  segments bigint NOT NULL,
  bytes bigint NOT NULL,               -- of the records as lines
  answer_bytes bigint NOT NULL,        -- of the vendor's answers, decompressed
  retries bigint NOT NULL,
  pages_per_second double precision,   -- after the warm-up; so are the rows
  rows_per_second double precision,
  requests bigint NOT NULL,            -- tries, the failed ones included
  request_errors bigint NOT NULL,
  request_mean_ms double precision,
  request_p50_ms double precision,
  request_p95_ms double precision,
  request_p99_ms double precision,
  request_parallelism double precision,
  queries bigint NOT NULL,
  query_errors bigint NOT NULL,
  query_mean_ms double precision,
  query_p95_ms double precision,
  batches bigint NOT NULL,             -- segments merged
  batch_mean_ms double precision,
  batch_efficiency double precision,   -- of the workers that there were at most, the share that was busy, 0 to 1
  breaker_openings bigint NOT NULL,
  waited_ms double precision NOT NULL, -- requests together, for limits, the vendor, the breaker and room
  memory_peak_bytes bigint NOT NULL,   -- of the four programs together
  memory_growth_bytes bigint,          -- since the warm-up
  missed text[] NOT NULL,              -- acceptance targets, each with by how much
  alerts text[] NOT NULL,              -- what was unlike past runs
  error text,
  stages jsonb NOT NULL                -- each program's own figures
);

-- "the last runs of a feed" is the only question that is asked often.
CREATE INDEX run_metrics_feed ON weir.run_metrics (feed, id);
CREATE INDEX run_metrics_began_at ON weir.run_metrics (began_at);

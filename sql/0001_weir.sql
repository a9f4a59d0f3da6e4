-- What Weir keeps for itself, beside the tables that it fills. Everything here is logged: these rows are what makes a
-- repeated segment a known one, so they must survive what the UNLOGGED staging tables do not.

-- One row for each data segment that was merged, written in the transaction that merged it. Keep rows longer than the
-- spool keeps segments.
CREATE TABLE weir.ledger (
  feed text NOT NULL,
  run text COLLATE "C" NOT NULL,
  sequence integer NOT NULL,
  mode text NOT NULL,
  fetched integer NOT NULL,        -- records of the fetched segment that this one descends from
  rejected integer NOT NULL,       -- put aside with a reason by the stages before
  dropped integer NOT NULL,        -- exact repeats and older versions, left out by the stages before
  records integer NOT NULL,        -- lines of the staged segment; the five counts below add up to it
  inserted integer NOT NULL,
  updated integer NOT NULL,
  unchanged integer NOT NULL,
  superseded integer NOT NULL,     -- the table, or this segment itself, had a newer version
  orphaned integer NOT NULL,       -- kept in weir.orphan because the parent is not there
  adopted integer NOT NULL,        -- rows of child feeds, loaded because this segment brought their parent
  seen integer,                    -- distinct keys noted in the feed's seen table; null: not noted
  merged_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (feed, run, sequence)
);

-- Where each feed stands: the position from which the next incremental run asks.
CREATE TABLE weir.sync_state (
  feed text PRIMARY KEY,
  watermark text,                  -- the vendor's own text
  run text COLLATE "C" NOT NULL,   -- the run that brought it here
  mode text NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- How far each feed's latest run has come.
CREATE TABLE weir.sync_checkpoints (
  feed text PRIMARY KEY,
  run text COLLATE "C" NOT NULL,
  sequence integer NOT NULL,       -- highest merged
  segments integer NOT NULL,       -- merged of this run
  records bigint NOT NULL,         -- merged of this run
  highest_version text,            -- of the segment that was merged last
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- One row for each run of a feed that came to an end, well or not.
CREATE TABLE weir.sync_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run text COLLATE "C",
  feed text NOT NULL,
  mode text NOT NULL,
  started_at timestamptz NOT NULL,
  finished_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  status text NOT NULL CHECK (status IN ('succeeded', 'incomplete', 'failed')),
  since text,                      -- position that the run began from; null: from the beginning
  watermark text,                  -- position that it reached
  fetched bigint,
  processed bigint,                -- inserted + updated + unchanged + superseded + orphaned
  inserted bigint,
  updated bigint,
  unchanged bigint,
  superseded bigint,
  orphaned bigint,
  adopted bigint,
  rejected bigint,
  failed bigint,                   -- fetched and nowhere to be found; 0 in every run that succeeded
  unseen bigint,                   -- rows in the table that a full run did not see; null: not known, or not a full run
  error text,
  UNIQUE (feed, run)
);
CREATE INDEX sync_log_finished_at ON weir.sync_log (finished_at DESC);

-- Children whose parent is not in its table yet. They are loaded when it comes.
CREATE TABLE weir.orphan (
  feed text NOT NULL,
  key text COLLATE "C" NOT NULL,   -- the key columns as a JSON array
  parent_key text COLLATE "C",
  data_version text COLLATE "C" NOT NULL,
  staged jsonb NOT NULL,           -- the staged row whole
  segment text NOT NULL,           -- that brought it
  kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (feed, key)
);
CREATE INDEX orphan_parent ON weir.orphan (feed, parent_key);

-- What weir serve keeps: settings that were changed while it runs, its runs, when the next one is due, who did what.
-- `tenant` is the name of a pipeline in a service that has several.

-- Only what was set through the service; everything else is as pipeline.json says.
CREATE TABLE weir.sync_settings (
  tenant text COLLATE "C" NOT NULL,
  setting_key text COLLATE "C" NOT NULL,
  setting_value text NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_by text NOT NULL,
  PRIMARY KEY (tenant, setting_key)
);

-- When the next run begins by itself: so that a service which starts again neither forgets nor repeats it.
CREATE TABLE weir.service_state (
  tenant text COLLATE "C" PRIMARY KEY,
  next_at timestamptz,
  owner text,                      -- the service that has the name: its machine and spool
  seen_at timestamptz,             -- when it was heard of last; two minutes later another may take the name
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- One row for each run of the service, written when it begins. A run is of several feeds; weir.sync_log has each of them.
CREATE TABLE weir.service_run (
  id text COLLATE "C" PRIMARY KEY,
  tenant text COLLATE "C" NOT NULL,
  trigger text NOT NULL CHECK (trigger IN ('schedule', 'manual', 'retry', 'resume')),
  requested_by text,
  feeds text NOT NULL,             -- with commas between them, in the order of the run
  is_full boolean NOT NULL,
  attempt integer NOT NULL,        -- runs before this one that it repeats
  status text NOT NULL CHECK (status IN ('waiting', 'running', 'succeeded', 'failed', 'stopped', 'interrupted')),
  started_at timestamptz NOT NULL, -- of one that waits: when it was asked for
  finished_at timestamptz,
  fetched bigint NOT NULL DEFAULT 0,
  inserted bigint NOT NULL DEFAULT 0,
  updated bigint NOT NULL DEFAULT 0,
  unchanged bigint NOT NULL DEFAULT 0,
  deleted bigint NOT NULL DEFAULT 0,
  rejected bigint NOT NULL DEFAULT 0,
  failed bigint NOT NULL DEFAULT 0,
  error text,
  exit_status integer
);
CREATE INDEX service_run_started_at ON weir.service_run (tenant, started_at DESC);
-- At most one run of a pipeline is under way.
CREATE UNIQUE INDEX service_run_running ON weir.service_run (tenant) WHERE status = 'running';

-- Every request that changed something, or was to.
CREATE TABLE weir.service_audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor text NOT NULL,             -- the token's name, or where the request came from
  action text NOT NULL,            -- method and path
  status integer NOT NULL,         -- what was answered
  detail text                      -- settings and their values, the run
);
CREATE INDEX service_audit_at ON weir.service_audit (tenant, id DESC);

-- The sync log under the name that the five systems have for it.
CREATE VIEW weir.sync_logs AS SELECT * FROM weir.sync_log;

-- What merge keeps beside: refusals by PostgreSQL, deletions, and what stays of a deleted row.

ALTER TABLE weir.ledger
  ADD COLUMN deleted integer NOT NULL DEFAULT 0,   -- deletions that the vendor told of
  ADD COLUMN refused integer NOT NULL DEFAULT 0;   -- put aside with PostgreSQL's reason by merge itself

ALTER TABLE weir.sync_log
  ADD COLUMN deleted bigint,                       -- deletions that the vendor told of; part of processed
  ADD COLUMN vanished bigint;                      -- rows marked or removed because a complete full run did not bring them

ALTER TABLE weir.orphan
  ADD COLUMN refused text;                         -- PostgreSQL's reason; such a row is not tried again by itself

-- What stays of a removed row: without it an older version that comes late would bring the row back.
CREATE TABLE weir.tombstone (
  target text COLLATE "C" NOT NULL,                -- the quoted name of the table
  key text COLLATE "C" NOT NULL,                   -- the key columns as a JSON array
  data_version text COLLATE "C" NOT NULL,          -- of the deletion; what is not newer stays away
  deleted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (target, key)
);

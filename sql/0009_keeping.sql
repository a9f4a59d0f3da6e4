-- Children whose parent is deleted: they are put aside among the orphans, and come back with their parent. And what is kept
-- only for a time.

ALTER TABLE weir.orphan
  ADD COLUMN parted_at timestamptz;                -- when its parent was deleted; null: it waits for one that never came

ALTER TABLE weir.ledger
  ADD COLUMN parted integer NOT NULL DEFAULT 0,    -- rows of child feeds, put aside because this segment deleted their parent
  ADD COLUMN backwards integer NOT NULL DEFAULT 0; -- of the superseded: an earlier run had brought a newer stamp

ALTER TABLE weir.sync_log
  ADD COLUMN parted bigint,                        -- the same of the whole run, its end among it
  ADD COLUMN backwards bigint;

ALTER TABLE weir.sync_state
  ADD COLUMN pruned_at timestamptz;                -- when what is old of the feed was last taken out

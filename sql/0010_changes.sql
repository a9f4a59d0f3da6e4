-- Which fields of which row changed, of feeds that track it.
CREATE TABLE weir.change_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  feed text NOT NULL,
  key text COLLATE "C" NOT NULL,   -- the key columns as a JSON array
  segment text NOT NULL,           -- that brought the change
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  changes jsonb NOT NULL           -- {"ListPrice": {"old": 1, "new": 2}}
);
CREATE INDEX change_log_key ON weir.change_log (feed, key);
CREATE INDEX change_log_changed_at ON weir.change_log (feed, changed_at);

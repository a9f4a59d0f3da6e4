-- What weir.tombstone holds now: the newest version of a key that the target's row does not carry. Of a deletion, or of a
-- record that came again unchanged with a newer stamp, for which its row is not written.

ALTER TABLE weir.tombstone RENAME COLUMN deleted_at TO noted_at;

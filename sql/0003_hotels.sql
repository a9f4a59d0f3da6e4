-- Hotel content from a REST catalogue.
CREATE TABLE hotel (
  id bigint PRIMARY KEY,
  name text,
  stars integer,
  city text,
  country text,
  latitude double precision,
  longitude double precision,
  price_from numeric,
  currency text,
  amenities jsonb,
  description text,
  updated_at timestamptz,
  data_hash text NOT NULL,
  data_version text COLLATE "C" NOT NULL
);

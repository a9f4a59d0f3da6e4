-- Used cars from a REST catalogue.
CREATE TABLE car (
  id bigint PRIMARY KEY,
  vin text,
  make text,
  model text,
  year integer,
  price numeric,
  mileage integer,
  fuel text,
  transmission text,
  color text,
  dealer_id integer,
  dealer_name text,
  features jsonb,
  description text,
  listed_at timestamptz,
  updated_at timestamptz,
  data_hash text NOT NULL,
  data_version text COLLATE "C" NOT NULL
);

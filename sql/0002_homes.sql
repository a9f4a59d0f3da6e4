-- Homes for sale, as RESO vendors have them: "Property" is filled by two feeds (IDX and VOW), its children by one each.
--
-- Text keys compare by their bytes (COLLATE "C"): as exact as any other collation for equality, and several times
-- faster to sort and to look up, which a merge does for every row.
-- Beside what pipeline.json names, each table has data_hash (of the record's business fields) and data_version (orders
-- what the vendor ever said of a row, and names the segment that brought it).
CREATE TABLE "Property" (
  "ListingKey" text COLLATE "C" PRIMARY KEY,
  "ListingId" uuid,
  "MlsStatus" text,
  "StandardStatus" text,
  "ContractStatus" text,
  "ListPrice" numeric,
  "BedroomsTotal" integer,
  "BathroomsTotalInteger" integer,
  "LivingArea" double precision,
  "City" text,
  "PostalCode" text,
  "UnparsedAddress" text,
  "Latitude" double precision,
  "Longitude" double precision,
  "ListingContractDate" date,
  "InternetEntireListingDisplayYN" boolean,
  "PublicRemarks" text,
  "PhotosCount" integer,
  "Appliances" jsonb,
  "OriginalEntryTimestamp" timestamptz,
  "ModificationTimestamp" timestamptz,
  data_hash text NOT NULL,
  data_version text COLLATE "C" NOT NULL
);

-- No foreign keys: the merge itself holds a child back until its parent is there, and a foreign key would look up every
-- row a second time and refuse with an error that names none.
CREATE TABLE "Media" (
  "MediaKey" text COLLATE "C" PRIMARY KEY,
  "ResourceRecordKey" text COLLATE "C" NOT NULL,
  "MediaURL" text,
  "MediaType" text,
  "Order" integer,
  "MediaSizeBytes" bigint,
  "MediaModificationTimestamp" timestamptz,
  data_hash text NOT NULL,
  data_version text COLLATE "C" NOT NULL
);
CREATE INDEX "Media_ResourceRecordKey" ON "Media" ("ResourceRecordKey");

CREATE TABLE "PropertyRooms" (
  "RoomKey" text COLLATE "C" PRIMARY KEY,
  "ListingKey" text COLLATE "C" NOT NULL,
  "RoomType" text,
  "RoomLevel" text,
  "RoomLength" numeric,
  "RoomWidth" numeric,
  "ModificationTimestamp" timestamptz,
  data_hash text NOT NULL,
  data_version text COLLATE "C" NOT NULL
);
CREATE INDEX "PropertyRooms_ListingKey" ON "PropertyRooms" ("ListingKey");

CREATE TABLE "OpenHouse" (
  "OpenHouseKey" text COLLATE "C" PRIMARY KEY,
  "ListingKey" text COLLATE "C" NOT NULL,
  "OpenHouseDate" date,
  "OpenHouseStartTime" timestamptz,
  "OpenHouseEndTime" timestamptz,
  "OpenHouseRemarks" text,
  "ModificationTimestamp" timestamptz,
  data_hash text NOT NULL,
  data_version text COLLATE "C" NOT NULL
);
CREATE INDEX "OpenHouse_ListingKey" ON "OpenHouse" ("ListingKey");

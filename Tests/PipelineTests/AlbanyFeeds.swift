/// The Albany feeds and their tables, and how each column reads in the snapshot's own JSON.
enum AlbanyFeeds {
  static let json = """
    {
      "listings": {
        "source": "odata", "path": "listings", "pagination": { "kind": "odata", "page_size": 100 },
        "key": ["id"], "cursor": "ModificationTimestamp", "table": "listings",
        "hash": { "exclude": ["scrape_id", "last_scraped", "calendar_last_scraped", "ModificationTimestamp"] },
        "columns": {
          "id": "bigint", "name": "text", "description": "text", "host_id": "bigint", "host_since": "date",
          "host_is_superhost": "boolean", "latitude": "double", "longitude": "numeric", "room_type": "text",
          "accommodates": "integer", "bathrooms": "numeric", "beds": "integer", "amenities": "jsonb", "price": "text",
          "minimum_nights": "integer", "minimum_nights_avg_ntm": "numeric", "has_availability": "boolean",
          "last_review": "date", "review_scores_rating": "numeric", "reviews_per_month": "double",
          "license": "text", "document": { "from": "", "type": "jsonb" }
        }
      },
      "reviews": {
        "source": "odata", "path": "reviews", "pagination": { "kind": "odata", "page_size": 5000 },
        "key": ["id"], "cursor": "ModificationTimestamp", "table": "reviews",
        "hash": { "exclude": ["ModificationTimestamp"] },
        "parent": { "feed": "listings", "field": "listing_id" },
        "columns": { "id": "bigint", "listing_id": "bigint", "date": "date", "comments": "text" }
      },
      "calendar": {
        "source": "odata", "path": "calendar", "pagination": { "kind": "odata", "page_size": 5000 },
        "key": ["listing_id", "date"], "cursor": "ModificationTimestamp", "table": "calendar",
        "hash": { "exclude": ["ModificationTimestamp"] },
        "parent": { "feed": "listings", "field": "listing_id" },
        "columns": {
          "listing_id": "bigint", "date": "date", "available": "boolean", "price": "text", "adjusted_price": "text",
          "minimum_nights": "integer", "maximum_nights": "integer"
        }
      }
    }
    """

  /// Reviews by themselves, with no parent to wait for.
  static let orphanReviews = """
    {
      "reviews": {
        "source": "odata", "path": "reviews", "pagination": { "kind": "odata", "page_size": 2000 },
        "key": ["id"], "cursor": "ModificationTimestamp", "table": "reviews",
        "hash": { "exclude": ["ModificationTimestamp"] },
        "columns": { "id": "bigint", "listing_id": "bigint", "date": "date", "comments": "text" }
      }
    }
    """

  static let tables = [
    """
    CREATE TABLE listings (id bigint PRIMARY KEY, name text, description text, host_id bigint, host_since date,
      host_is_superhost boolean, latitude double precision, longitude numeric, room_type text, accommodates integer,
      bathrooms numeric, beds integer, amenities jsonb, price text, minimum_nights integer,
      minimum_nights_avg_ntm numeric, has_availability boolean, last_review date, review_scores_rating numeric,
      reviews_per_month double precision, license text, document jsonb,
      data_hash text NOT NULL, data_version text COLLATE "C" NOT NULL)
    """,
    """
    CREATE TABLE reviews (id bigint PRIMARY KEY, listing_id bigint, date date, comments text,
      data_hash text NOT NULL, data_version text COLLATE "C" NOT NULL)
    """,
    """
    CREATE TABLE calendar (listing_id bigint, date date, available boolean, price text, adjusted_price text,
      minimum_nights integer, maximum_nights integer,
      data_hash text NOT NULL, data_version text COLLATE "C" NOT NULL, PRIMARY KEY (listing_id, date))
    """,
  ]

  /// A table, its columns, and the same columns read from `document.doc`, the snapshot's JSON.
  struct Table {
    var name: String
    var columns: [(name: String, type: String)]
    var sameKey: String
    var wholeDocument = false

    var fromTable: String {
      (columns.map { "\"\($0.name)\"" } + (wholeDocument ? ["document - 'ModificationTimestamp'"] : []))
        .joined(separator: ", ")
    }

    var fromDocument: String {
      let read = columns.map { column in
        column.type == "jsonb" ? "nullif(doc->'\(column.name)', 'null')" : "(doc->>'\(column.name)')::\(column.type)"
      }
      return (read + (wholeDocument ? ["doc"] : [])).joined(separator: ", ")
    }
  }

  static let sets = [
    Table(
      name: "listings",
      columns: [
        ("id", "bigint"), ("name", "text"), ("description", "text"), ("host_id", "bigint"), ("host_since", "date"),
        ("host_is_superhost", "boolean"), ("latitude", "double precision"), ("longitude", "numeric"),
        ("room_type", "text"), ("accommodates", "integer"), ("bathrooms", "numeric"), ("beds", "integer"),
        ("amenities", "jsonb"), ("price", "text"), ("minimum_nights", "integer"),
        ("minimum_nights_avg_ntm", "numeric"), ("has_availability", "boolean"), ("last_review", "date"),
        ("review_scores_rating", "numeric"), ("reviews_per_month", "double precision"), ("license", "text"),
      ],
      sameKey: "(d.doc->>'id')::bigint = t.id",
      wholeDocument: true
    ),
    Table(
      name: "reviews",
      columns: [("id", "bigint"), ("listing_id", "bigint"), ("date", "date"), ("comments", "text")],
      sameKey: "(d.doc->>'id')::bigint = t.id"
    ),
    Table(
      name: "calendar",
      columns: [
        ("listing_id", "bigint"), ("date", "date"), ("available", "boolean"), ("price", "text"),
        ("adjusted_price", "text"), ("minimum_nights", "integer"), ("maximum_nights", "integer"),
      ],
      sameKey: "(d.doc->>'listing_id')::bigint = t.listing_id AND (d.doc->>'date')::date = t.date"
    ),
  ]
}

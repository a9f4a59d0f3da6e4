/// One stream of records from a vendor into one table.
public struct Feed: Sendable {
  /// For how long a run that did not end is resumed, where the feed says nothing else.
  public static let resumeWithinDefault = Duration.seconds(86_400)

  public var name: String
  public var source: Source
  /// What follows the source's address: `Property`.
  public var path: String
  public var pagination: Pagination
  /// An OData `$filter` that every request carries.
  public var filter: String?
  /// Fixed query parameters of every request, in order.
  public var query: [QueryItem]
  /// The vendor's names of the fields that together tell one record from another.
  public var key: [String]
  public var cursor: Cursor?
  public var hash: HashRule
  /// What in a record says that the vendor has it no more; nil when nothing does.
  public var deleteMark: DeleteMark?
  public var unicode = UnicodeRule.reject
  public var unmapped = UnmappedRule.ignore
  public var table: String
  public var columns: [Column]
  /// How old a run may be that did not come to its end for the next one to go on with it.
  public var resumeWithin = resumeWithinDefault
  public var parent: Parent?
  public var rejects = RejectLimit()
  public var deletions = DeletionRule()
  public var tracking = RowTracking()
  /// What a run's records have to be as a whole.
  public var checks = QualityChecks()
  /// What the feed's part of a run has to reach.
  public var acceptance = AcceptanceTargets()
  /// The columns mapped from the key fields, in the key's order.
  public var keyColumns: [Column]

  /// More than any vendor's key has; PostgreSQL's index takes 32.
  static let keyFieldsMax = 16

  public struct QueryItem: Equatable, Sendable {
    public var name: String
    public var value: String
  }

  /// What the hash of a record covers.
  public struct HashRule: Equatable, Sendable {
    /// Fields at the top of the record that say nothing about the business: the vendor's stamps, counters of views.
    public var exclude: [String] = []
    public var algorithm = HashAlgorithm.md5
    public var numbers = HashNumbers.exact
  }

  /// The feed whose rows this feed's rows belong to.
  public struct Parent: Equatable, Sendable {
    public var feed: String
    /// The vendor's name of the field that holds the parent's key.
    public var field: String
    /// This feed's column mapped from that field.
    public var column: Column
    /// The parent's table and its one key column.
    public var table: String
    public var keyColumn: Column
    /// Parents whose children are asked for in one request, at most; fewer where the vendor takes fewer.
    public var batch = 100
    /// What becomes of this feed's rows when their parent is deleted.
    public var onDelete = ParentDeletion.keep
    /// Rows that wait for their parents at once, at most; a segment that would bring more is held.
    public var orphansMax = 1_000_000

    static let orphansBounds = 0...100_000_000
  }
}

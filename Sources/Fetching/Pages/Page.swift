internal import NIOCore

/// One page, taken apart: the body as it came, and where in it each record is.
struct Page: Sendable {
  /// Where a record is, and where its version is.
  struct Record: Sendable {
    var range: Range<Int>
    /// In ``Page/versions``; empty when the record has none.
    var version: Range<Int>
  }

  var body = ByteBuffer()
  var records: [Record] = []
  /// The texts of all records' versions, unescaped, one behind another.
  var versions: [UInt8] = []
  /// Records in all, as the vendor says on this page.
  var total: Int?
  /// The link to the next page, or its token.
  var nextLink: String?
  /// Whether another page follows, as the vendor says on this one.
  var hasMore: Bool?
  /// Where the first and the last record stand in the order of pages.
  var first: RecordPosition?
  var last: RecordPosition?
  var fingerprint = PageFingerprint()
  /// A newline is somewhere between the first record's beginning and the last one's end.
  var hasNewlines = false
}

/// A short stand-in for a page's records: two pages with one fingerprint hold the same.
///
/// 64 bits, and the length: with ten million pages, the chance that two different ones agree is one in three hundred
/// thousand. No defence against a vendor that makes such pages up; that vendor could send anything.
struct PageFingerprint: Hashable, Sendable {
  private var length = 0
  private var digest: UInt64 = 0

  init() {}

  init(_ bytes: Span<UInt8>) {
    length = bytes.count
    digest = ByteScan.digest(bytes)
  }
}

/// What a fault does to one page while the page is made.
struct PageTwist: Equatable, Sendable {
  /// Where the link to the next page leads.
  enum Link: Equatable, Sendable {
    /// There is none, though there is more.
    case missing
    /// To the page itself.
    case own
    /// To the first page.
    case first
    /// There is one on the last page too, and on what follows.
    case always
    /// To the next page, as an address relative to this one.
    case relative
    /// To another host, port, scheme or user.
    case origin(ForeignOrigin)
  }

  /// Most records of the page; the link goes on behind the last one that is shown. 0: an empty page with a link.
  var rowsMax: Int?
  /// The page shows the records of the page before once more, and its link goes on as it should.
  var repeats = false
  var link: Link?
  /// The total is multiplied by this.
  var countFactor: Double?
  /// Goes into tokens that would otherwise be those of this very page.
  var salt = 0

  /// The rows that are shown in place of `start..<end`, and where the next page begins.
  func apply(start: Int, end: Int, pageSize: Int) -> (rows: Range<Int>, next: Int) {
    if repeats, start > 0 { return (max(0, start - pageSize)..<start, end) }
    let end = min(end, rowsMax.map { start + $0 } ?? end)
    return (start..<end, end)
  }
}

extension PageTwist? {
  /// The number of all records as the answer gives it.
  func total(of count: Int) -> Int { Int((Double(count) * (self?.countFactor ?? 1)).rounded()) }
}

/// An address that differs from the vendor's own in one way or several.
struct ForeignOrigin: Equatable, Sendable {
  var scheme = "http"
  /// Nil: the vendor's own.
  var host: String?
  var port: Int?
  /// `user:password`, before `@`.
  var user: String?

  /// `scheme://user@host:port`.
  ///
  /// - Parameter own: The vendor's host and port as the client reached it.
  /// - Returns: The origin without a final slash.
  func text(own: String) -> String {
    let colon = own.lastIndex(of: ":")
    let ownHost = colon.map { String(own[..<$0]) } ?? own
    let ownPort = colon.map { String(own[own.index(after: $0)...]) }
    let port = self.port.map(String.init) ?? (host == nil || scheme == "http" ? ownPort : nil)
    return "\(scheme)://\(user.map { "\($0)@" } ?? "")\(host ?? ownHost)\(port.map { ":\($0)" } ?? "")"
  }
}

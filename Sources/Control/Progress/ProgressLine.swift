internal import Telemetry

/// The line that shows how far a feed is.
///
/// ```
/// media: 62 %, 12,400 of 20,000 rows, 8,000 merged, 1,234 rows/s, 4.1 pages/s, ETA 0:07
/// ```
public enum ProgressLine {
  /// A piece of the line; where the width does not take all, those of the highest rank go first.
  private struct Piece {
    var rank: Int
    var text: String
  }

  /// The line in at most `width` columns: one that wraps could not be written over.
  public static func text(_ snapshot: ProgressSnapshot, width: Int = .max, style: TextStyle = .plain) -> String {
    let head = "\(snapshot.feed): "
    var pieces = pieces(of: snapshot)
    func joined() -> String { pieces.map(\.text).joined(separator: ", ") }
    while head.count + joined().count > width, let last = pieces.indices.max(by: { pieces[$0].rank < pieces[$1].rank }),
      pieces.count > 1
    {
      pieces.remove(at: last)
    }
    let body = joined().prefix(max(0, width - head.count))
    return style.strong(String(head.prefix(width))) + body
  }

  private static func pieces(of snapshot: ProgressSnapshot) -> [Piece] {
    let counts = snapshot.counts
    var pieces: [Piece] = []
    func add(_ rank: Int, _ text: String?) {
      if let text { pieces.append(Piece(rank: rank, text: text)) }
    }
    add(0, snapshot.fraction.map(FigureText.percent))
    if let total = snapshot.total, snapshot.isFetching {
      add(1, "\(CountText.grouped(counts.fetched)) of \(FigureText.counted(total, "row"))")
    } else {
      add(1, "\(FigureText.counted(counts.fetched, "row"))")
    }
    add(4, "\(CountText.grouped(counts.placed)) merged")
    add(3, snapshot.rowsPerSecond.map { "\(FigureText.rate($0)) rows/s" })
    add(5, snapshot.pagesPerSecond.map { "\(FigureText.rate($0)) pages/s" })
    add(6, counts.retries > 0 ? "\(CountText.grouped(counts.retries)) retried" : nil)
    add(7, counts.rejected > 0 ? "\(CountText.grouped(counts.rejected)) rejected" : nil)
    add(2, snapshot.remaining.map { "ETA \(FigureText.clock($0))" })
    return pieces
  }
}

internal import FoundationEssentials
internal import JSONText
internal import PipelineConfig
internal import Spool

/// Tells after each page where the walk goes on behind it and what the open segment holds by then. So a run that is
/// killed loses the pages that were under way, and not those of the segment that was not published.
///
/// Three slots: the checkpoint that held when the segment was begun, and in turns the notes of the last two pages.
struct PageJournal: ~Copyable {
  private let slots: StateSlots
  private let secrets: KnownSecrets
  private var pages = 0
  private var isKept = false

  static let stateName = "pages.journal"
  static let checkpointSlot = 0
  static let pageSlots = 1...2

  init(_ feed: String, spool: Spool, secrets: KnownSecrets) throws(SpoolError) {
    slots = try spool.stateSlots(Self.stateName, feed: feed)
    self.secrets = secrets
  }

  /// Begins a segment; what was told of another holds no more.
  ///
  /// - Throws: `SpoolError`.
  mutating func begin(_ checkpoint: Checkpoint) throws(SpoolError) {
    try clear()
    var checkpoint = checkpoint
    checkpoint.written = Date.now.milliseconds
    guard let kept = secrets.keepable(checkpoint) else { return }
    try slots.write(Array(kept.json.encoded.utf8), slot: Self.checkpointSlot)
    isKept = true
  }

  /// A page is in the open segment, as a whole, and in the system's keeping.
  ///
  /// - Throws: `SpoolError`.
  mutating func note(_ note: PageNote) throws(SpoolError) {
    let text = Array(note.json.encoded.utf8)
    // A link with a credential in it is not kept: the pages from there on are asked for again.
    guard isKept, !secrets.stand(in: text) else { return }
    pages += 1
    try slots.write(text, slot: Self.pageSlots.lowerBound + pages % Self.pageSlots.count)
  }

  /// Nothing is under way.
  ///
  /// - Throws: `SpoolError`.
  mutating func clear() throws(SpoolError) {
    isKept = false
    for slot in [Self.checkpointSlot] + Self.pageSlots { try slots.clear(slot: slot) }
  }
}

/// What the open segment holds after a page.
struct PageNote: Equatable {
  /// Lines of the open segment.
  var records: Int
  var lowestVersion: String?
  var highestVersion: String?
  var source: SegmentSource
  /// What holds when the segment is published with these lines.
  var stand: Checkpoint.Stand
}

extension PageNote {
  var json: JSONValue {
    .object([
      JSONMember(name: "records", value: .number(String(records))),
      JSONMember(name: "low", value: lowestVersion.map { .string($0) } ?? .null),
      JSONMember(name: "high", value: highestVersion.map { .string($0) } ?? .null),
      JSONMember(name: "first_page", value: .number(String(source.firstPage))),
      JSONMember(name: "last_page", value: .number(String(source.lastPage))),
      JSONMember(name: "first_url", value: source.firstURL.map { .string($0) } ?? .null),
      JSONMember(name: "stand", value: stand.json),
    ])
  }

  init?(_ json: JSONValue) {
    guard let records = json["records"]?.count, let first = json["first_page"]?.count,
      let last = json["last_page"]?.count, let stand = json["stand"].flatMap({ Checkpoint.Stand($0) })
    else { return nil }
    self.init(
      records: records,
      lowestVersion: json["low"]?.text,
      highestVersion: json["high"]?.text,
      source: SegmentSource(firstPage: first, lastPage: last, firstURL: json["first_url"]?.text),
      stand: stand
    )
  }
}

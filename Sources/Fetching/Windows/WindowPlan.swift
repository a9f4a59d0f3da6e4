internal import JSONText
internal import PipelineConfig

/// Which part of a feed is asked for next, when a full run is cut into parts; each is a keyset walk of its own.
///
/// The open end comes last of all: when every other part is read, its walk goes on behind where it was, so that a record which
/// changed during the run, and left the part it was in, is seen there. So a complete run has seen every record that was there
/// from beginning to end, as one walk in the order of the cursor has.
///
/// Does no input or output.
struct WindowPlan: Sendable {
  private struct Part: Sendable {
    let id: Int
    var window: TimeWindow
    var walk: Paginator
    /// Records that are still to come, as far as the vendor counts; nil when it does not.
    var left: Int?
    /// The vendor's count of its records is in ``WindowPlan/counted``.
    var isCounted = false
    var isUnderWay = false
    /// Was read to its end, and waits for the others.
    var isResting = false
    /// Where the walk is, in seconds since 1970.
    var reached: Int?
    /// How often it was halved since the vendor last answered it.
    var refusals = 0
  }

  private let query: FeedQuery
  private let windows: BackfillWindows
  private let pageSize: Int
  /// Bounds are multiples of so many seconds.
  private let unit: Int
  private let now: Int
  /// When the run began, also of a run that another program goes on with.
  private var began: Int
  private var parts: [Part] = []
  private var nextID = 0
  private(set) var pagesRead = 0
  private(set) var recordsRead = 0
  /// Records of the parts that were begun, as the vendor counts them; nil when it does not count one of them.
  private var counted: Int? = 0

  /// A part is halved so many times in a row for a refusal before that is taken for what it says: a thousandth of a year is
  /// a third of a day, and a filter that the vendor does not understand is refused at any size.
  static let refusalsMax = 10
  /// The same for a vendor that does not answer in time or says that it is broken: it may be that its answers are too large,
  /// but each try takes its whole time.
  static let doubtfulRefusalsMax = 3
  /// Most parts that are open at once. Each has its place in the checkpoint, about 300 bytes; a note about a page may have
  /// 64 KiB.
  static let openMax = 128
  /// A part is cut for an idle connection when it has so many pages left: each cut costs a request.
  static let pagesToSplit = 4

  /// `now` is in seconds since 1970.
  init(_ query: FeedQuery, _ windows: BackfillWindows, now: Int) {
    self.query = query
    self.windows = windows
    self.now = now
    began = now
    pageSize = query.feed.pagination.pageSize
    unit = query.feed.isCursorDate ? 86_400 : 1
    for window in TimeWindow.parts(of: windows, now: now, unit: unit) { add(window) }
  }

  var isFinished: Bool { parts.isEmpty }

  /// Records in all; nil until every part was begun.
  var expected: Int? { parts.allSatisfy(\.isCounted) ? counted : nil }

  /// Parts are kept in the order of time, and asked for in it: those that were cut are done with before others begin.
  private mutating func add(_ window: TimeWindow, at place: Int? = nil) {
    let part = Part(id: nextID, window: window, walk: Paginator(query.limited(to: window)))
    parts.insert(part, at: place ?? parts.count)
    nextID += 1
  }

  private func place(of id: Int) -> Int {
    guard let place = parts.firstIndex(where: { $0.id == id }) else {
      preconditionFailure("a part is there till its end")
    }
    return place
  }
}

extension WindowPlan {
  /// The next page to ask for, and which part it is of; nil when every part has one under way.
  mutating func nextRequest() -> (part: Int, request: PageRequest)? {
    let othersAreThere = parts.contains { !$0.isResting }
    for place in parts.indices where !parts[place].isUnderWay && !(parts[place].isResting && othersAreThere) {
      guard let request = parts[place].walk.nextRequest() else { continue }
      parts[place].isUnderWay = true
      return (parts[place].id, request)
    }
    return nil
  }

  /// Moves on behind a page of a part.
  ///
  /// - Parameters:
  ///   - page: What it held.
  ///   - id: Of the part.
  ///   - room: Requests that may go out now.
  /// - Throws: ``PagingProblem``.
  mutating func pageRead(_ page: PageFacts, of id: Int, room: Int) throws(PagingProblem) {
    let place = place(of: id)
    try parts[place].walk.pageRead(page)
    parts[place].isUnderWay = false
    parts[place].refusals = 0
    pagesRead += 1
    recordsRead += page.records
    if !parts[place].isCounted {
      (parts[place].isCounted, parts[place].left) = (true, page.total)
      // A vendor that does not know may say the largest number there is.
      counted = counted.flatMap { sum in
        page.total.flatMap { total in
          let (all, isTooMany) = sum.addingReportingOverflow(total)
          return isTooMany ? nil : all
        }
      }
    } else if let total = page.total, parts[place].walk.pagesRead == 1 {
      parts[place].left = total
    }
    parts[place].left = parts[place].left.map { max(0, $0 - page.records) }
    if case .string(let stamp) = page.last?.values.first { parts[place].reached = Timestamp(stamp)?.seconds }
    if parts[place].walk.isFinished { return finish(place) }
    let waiting = parts.count { !$0.isUnderWay && !$0.isResting }
    if waiting < room, parts[place].left.map({ $0 >= Self.pagesToSplit * pageSize }) ?? false { cut(place) }
  }

  private mutating func finish(_ place: Int) {
    let isLast = parts.count == 1
    guard parts[place].window.isOpen, !isLast, !parts[place].isResting else {
      parts.remove(at: place)
      return
    }
    if (parts[place].reached ?? 0) >= began {
      // Behind a stamp of the future nothing is seen that changes meanwhile: what changed since the beginning is read again.
      parts[place].window = .stamped(from: began - began % unit, to: nil)
      parts[place].walk = Paginator(query.limited(to: parts[place].window))
    } else if let behind = parts[place].walk.continued(on: query.limited(to: parts[place].window)) {
      parts[place].walk = behind
    } else {
      parts.remove(at: place)
      return
    }
    parts[place].isResting = true
  }

  /// Finds another way on after the vendor refused a part's page.
  ///
  /// - Returns: False when there is none.
  mutating func refused(_ refusal: PageRefusal, of id: Int) -> Bool {
    let place = place(of: id)
    parts[place].isUnderWay = false
    if parts[place].walk.recover(from: refusal) { return true }
    // How vendors say that a question has too many answers: in many words, and with none at all.
    let mayBeFull = refusal.isContent || refusal.isTimeout || [400, 413, 416, 422, 500, 504].contains(refusal.status)
    let isDoubtful = refusal.isTimeout || refusal.status == 500 || refusal.status == 504
    let most = isDoubtful ? Self.doubtfulRefusalsMax : Self.refusalsMax
    guard mayBeFull, parts[place].refusals < most else { return false }
    parts[place].refusals += 1
    return cut(place)
  }

  /// Cuts a part in two at the middle of the time that it has left.
  ///
  /// - Returns: False when there is nothing to cut.
  @discardableResult
  private mutating func cut(_ place: Int) -> Bool {
    let part = parts[place]
    guard parts.count < Self.openMax,
      let halves = part.window.halves(from: part.reached ?? lowest(of: part.window), to: now, unit: unit),
      let walk = part.walk.continued(on: query.limited(to: halves.lower))
    else { return false }
    (parts[place].window, parts[place].walk) = (halves.lower, walk)
    // Only the open end rests, and that is the upper half.
    parts[place].isResting = false
    let upper = place + 1
    add(halves.upper, at: upper)
    parts[upper].refusals = part.refusals
    guard part.isCounted else { return true }
    parts[place].left = part.left.map { $0 / 2 }
    // Its records were counted with the whole.
    (parts[upper].isCounted, parts[upper].left) = (true, part.left.map { $0 - $0 / 2 })
    return true
  }

  /// What stands for the beginning of a part without one: as much time before its end as the run has behind it.
  private func lowest(of window: TimeWindow) -> Int {
    guard case .stamped(nil, let to?) = window else { return windows.from.seconds }
    return max(TimeWindow.earliest, min(windows.from.seconds, to - max(unit, now - to)))
  }
}

extension WindowPlan {
  /// From where the run goes on. Of bounded size: each open part has its place.
  var position: JSONValue {
    .object([
      JSONMember(name: "pages", value: .number(String(pagesRead))),
      JSONMember(name: "records", value: .number(String(recordsRead))),
      JSONMember(name: "began", value: .number(String(began))),
      JSONMember(name: "counted", value: counted.map { .number(String($0)) } ?? .null),
      JSONMember(name: "windows", value: .array(parts.map(Self.json))),
    ])
  }

  private static func json(_ part: Part) -> JSONValue {
    .object([
      JSONMember(name: "window", value: part.window.json),
      JSONMember(name: "at", value: part.walk.position),
      JSONMember(name: "left", value: part.left.map { .number(String($0)) } ?? .null),
      JSONMember(name: "counted", value: .bool(part.isCounted)),
      JSONMember(name: "resting", value: .bool(part.isResting)),
      JSONMember(name: "reached", value: part.reached.map { .number(String($0)) } ?? .null),
    ])
  }

  /// Goes on where another run of the same feed stopped.
  ///
  /// - Returns: False, and nothing is changed, when the position is not one of this feed's.
  mutating func restore(_ position: JSONValue) -> Bool {
    guard case .array(let windows) = position["windows"], windows.count <= Self.openMax,
      let pages = position["pages"]?.count, let records = position["records"]?.count
    else { return false }
    var restored: [Part] = []
    for json in windows {
      guard let window = json["window"].flatMap({ TimeWindow($0) }), let at = json["at"] else { return false }
      var part = Part(id: restored.count, window: window, walk: Paginator(query.limited(to: window)))
      guard part.walk.restore(at) else { return false }
      part.left = json["left"]?.count
      part.isCounted = json["counted"] == .bool(true)
      part.isResting = json["resting"] == .bool(true)
      part.reached = json["reached"]?.integer
      restored.append(part)
    }
    (parts, nextID) = (restored, restored.count)
    began = position["began"]?.integer ?? began
    (pagesRead, recordsRead, counted) = (pages, records, position["counted"]?.count)
    return true
  }
}

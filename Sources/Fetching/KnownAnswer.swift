internal import Crypto
internal import JSONText
internal import PipelineConfig
internal import Spool

/// The vendor's tag of an answer that a run was made of, for the next run to ask whether it has changed (RFC 9110 §13.1.2).
///
/// Kept only of an incremental run that one answer was the whole of: with more pages, the first says nothing of those behind it.
/// It counts only while that run is the last one in the database, so a run whose records were held, or did not balance, is asked
/// for again with all that it brings. Where it counts, "not modified" is an empty page: the run is complete, and brings nothing.
///
/// Answers themselves are not kept for retries: a page is in the spool as soon as it has come, and is not asked for again; one
/// that did not come whole has a tag of nothing. What is kept for longer than a run would be older than the vendor's.
struct KnownAnswer: Equatable, Sendable {
  var run: RunID
  /// SHA-256 of the address, in which a credential may stand.
  var address: String
  /// As the vendor wrote it, with its quotes.
  var tag: String

  private static let stateName = "answer.json"
  /// Longer than anybody's; a vendor could write a whole page into it.
  private static let tagByteCountMax = 256

  /// The answer that an incremental run may begin with; nil when there is none that counts.
  ///
  /// - Throws: `SpoolError`.
  static func load(_ feed: Feed, in spool: Spool) throws(SpoolError) -> KnownAnswer? {
    guard let bytes = try spool.loadState(stateName, feed: feed.name), let json = try? JSONValue(parsing: bytes),
      let run = json["run"]?.text.flatMap({ RunID($0) }), let address = json["address"]?.text,
      let tag = json["etag"]?.text, isTag(tag), try RunStart.mergedRun(feed.name, in: spool) == run
    else { return nil }
    return KnownAnswer(run: run, address: address, tag: tag)
  }

  /// A run does not fail for it.
  func save(_ feed: Feed, in spool: Spool) {
    let json = JSONValue.object([
      JSONMember(name: "run", value: .string(run.description)), JSONMember(name: "address", value: .string(address)),
      JSONMember(name: "etag", value: .string(tag)),
    ])
    try? spool.saveState(Array(json.encoded.utf8), name: Self.stateName, feed: feed.name)
  }

  static func digest(of address: WebAddress) -> String {
    SHA256.hash(data: Array(address.text.utf8)).map { String(Int($0) + 0x100, radix: 16).dropFirst() }.joined()
  }

  /// Whether a text may go into a header as a tag: `"…"` or `W/"…"`, of visible characters.
  static func isTag(_ text: String) -> Bool {
    let bytes = Array((text.hasPrefix("W/") ? text.dropFirst(2) : Substring(text)).utf8)
    guard bytes.count >= 2, bytes.count <= tagByteCountMax, bytes.first == bytes.last, bytes.first == UInt8(ascii: "\"")
    else { return false }
    return bytes.dropFirst().dropLast().allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") }
  }
}

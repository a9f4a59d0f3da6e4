internal import FoundationEssentials
internal import JSONText
internal import PipelineConfig
internal import Spool

/// Writes the checkpoint of one run.
struct CheckpointWriter: Sendable {
  private let feed: String
  private let spool: Spool
  private let secrets: KnownSecrets
  private(set) var checkpoint: Checkpoint

  init(_ checkpoint: Checkpoint, feed: Feed, spool: Spool, secrets: KnownSecrets) {
    (self.feed, self.spool, self.secrets, self.checkpoint) = (feed.name, spool, secrets, checkpoint)
  }

  /// The vendor's time when the run began; the first that is told counts.
  mutating func note(began: Date) {
    checkpoint.began = checkpoint.began ?? began.milliseconds
  }

  /// Before a segment is published.
  ///
  /// - Throws: `SpoolError`.
  mutating func willPublish(_ after: Checkpoint.Stand) throws(SpoolError) {
    checkpoint.after = after
    checkpoint.written = Date.now.milliseconds
    try secrets.keepable(checkpoint)?.save(feed, in: spool)
  }

  /// Behind it.
  mutating func didPublish() {
    if let after = checkpoint.after { (checkpoint.before, checkpoint.after) = (after, nil) }
  }

  /// The run is over, and there is nothing to go on from.
  ///
  /// - Throws: `SpoolError`.
  func clear() throws(SpoolError) { try Checkpoint.clear(feed, in: spool) }
}

extension KnownSecrets {
  /// A vendor may write a credential into its links. It is not kept; without it the walk goes on by the last record, or
  /// anew.
  ///
  /// - Returns: The checkpoint as it may be kept; nil when there is a secret elsewhere in it.
  func keepable(_ checkpoint: Checkpoint) -> Checkpoint? {
    func isSafe(_ checkpoint: Checkpoint) -> Bool { !stand(in: Array(checkpoint.json.encoded.utf8)) }
    if isSafe(checkpoint) { return checkpoint }
    var kept = checkpoint
    kept.before.position = kept.before.position.withoutLink
    kept.after?.position = checkpoint.after?.position.withoutLink ?? .null
    return isSafe(kept) ? kept : nil
  }
}

extension JSONValue {
  /// A position without the vendor's link.
  fileprivate var withoutLink: JSONValue {
    guard case .object(let members) = self else { return self }
    return .object(
      members.map { member in
        member.name == "link"
          ? JSONMember(name: "link", value: .null) : JSONMember(name: member.name, value: member.value.withoutLink)
      }
    )
  }
}

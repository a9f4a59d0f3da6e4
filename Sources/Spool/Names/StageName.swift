/// The four stages, in the order of the way through.
public enum StageName: String, CaseIterable, Sendable, Codable {
  case fetch
  case hash
  case stage
  case merge

  /// The queue that the stage works off; nil for fetch, which asks the vendor.
  public var input: QueueName? {
    switch self {
    case .fetch: nil
    case .hash: .fetched
    case .stage: .hashed
    case .merge: .staged
    }
  }
}

/// The hand-over points between two stages. The raw value is a directory's name.
public enum QueueName: String, CaseIterable, Sendable, Codable {
  /// The vendor's records, as they came.
  case fetched
  /// Records with key, version and digest.
  case hashed
  /// Rows of the table.
  case staged
}

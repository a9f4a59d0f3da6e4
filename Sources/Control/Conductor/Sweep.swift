internal import Glibc
public import PipelineConfig
public import Spool

extension Pipeline {
  /// Removes in every feed what is not wanted any longer: what every run does at its end.
  ///
  /// - Throws: `SpoolError`.
  public func sweep(_ spool: Spool) throws {
    let (rules, now) = (self.spool.keep.rules, time(nil))
    for feed in try spool.feeds() {
      let garbage = try spool.garbage(feed: feed, keep: rules, resumable: resumableSeconds(feed), now: now)
      for each in garbage { _ = try spool.remove(each) }
    }
  }

  /// For how long a killed run of the feed may be resumed; of one that the pipeline does not know, what is usual.
  public func resumableSeconds(_ feed: String) -> Int {
    let known = feeds.first { $0.name == feed }
    return Int((known?.resumeWithin ?? Feed.resumeWithinDefault).components.seconds)
  }
}

extension RetentionSettings {
  /// By queue, as the spool takes them.
  public var rules: [QueueName: KeepRule] {
    let kept: [(QueueName, Retention)] = [(.fetched, fetched), (.hashed, hashed), (.staged, staged)]
    return Dictionary(uniqueKeysWithValues: kept.map { ($0, KeepRule($1)) })
  }
}

extension KeepRule {
  /// As the pipeline writes it.
  public init(_ retention: Retention) {
    self.init(seconds: Int(retention.time.components.seconds), bytes: retention.bytes)
  }
}

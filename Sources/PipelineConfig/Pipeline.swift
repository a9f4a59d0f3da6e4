public import SystemPackage

/// Everything that `pipeline.json` says, checked: a value of this type holds nothing that cannot be.
public struct Pipeline: Sendable {
  /// The folder of the file; relative paths in it start here.
  public var directory: FilePath
  public var spool: SpoolSettings
  public var database: DatabaseSettings
  /// As written.
  public var sources: [Source]
  /// As written.
  public var feeds: [Feed]
  /// Bytes that the programs of a run together are to hold at most; nil for what the machine has.
  public var maxMemory: Int?
  /// What a whole run has to reach.
  public var acceptance = AcceptanceTargets()
  public var alerts = AlertSettings()
  /// As written.
  public var webhooks: [Webhook] = []
  /// How `weir serve` is reached.
  public var service = ServiceSettings()
  /// When `weir serve` runs by itself.
  public var schedule = ScheduleSettings()
}

extension Pipeline {
  /// - Throws: ``UnknownFeed``, which names the feeds there are.
  public func feed(named name: String) throws(UnknownFeed) -> Feed {
    guard let feed = feeds.first(where: { $0.name == name }) else {
      throw UnknownFeed(name: name, known: feeds.map(\.name))
    }
    return feed
  }

  /// Parents before their children, otherwise as written.
  ///
  /// Every feed into a parent's table comes first, since any of them may bring a child's parent.
  public var feedsInOrder: [Feed] {
    var ordered: [Feed] = []
    var rest = feeds
    while !rest.isEmpty {
      let waiting = Set(rest.map(\.table))
      let free = rest.filter { feed in feed.parent.map { !waiting.contains($0.table) } ?? true }
      // Links in a circle were refused when the file was read.
      precondition(!free.isEmpty, "feeds wait for one another")
      ordered += free
      rest.removeAll { feed in free.contains { $0.name == feed.name } }
    }
    return ordered
  }

  /// The feeds whose rows belong to rows of this feed's table.
  public func childFeeds(of feed: Feed) -> [Feed] { feeds.filter { $0.parent?.table == feed.table } }
}

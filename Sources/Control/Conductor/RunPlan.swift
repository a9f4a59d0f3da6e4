public import PipelineConfig

/// The order of a run: phases one after another, parents before their children.
public struct RunPlan: Sendable, Equatable {
  /// Feeds that wait for the same number of generations before them.
  public struct Phase: Sendable, Equatable {
    public var feeds: [String]
    /// What the phase holds, for a person: `parents`, `children`, `grandchildren`.
    public var name: String
  }

  public private(set) var phases: [Phase]
  /// The feed of each feed's parents, where that feed is part of this run.
  private let parents: [String: String]

  /// - Parameters:
  ///   - pipeline: Where the feeds and their parents are written.
  ///   - selected: The feeds asked for; empty for all. A parent that was not asked for is not waited for.
  /// - Throws: When a feed of that name is not in the pipeline.
  public init(_ pipeline: Pipeline, selected: [String]) throws(UnknownFeed) {
    for name in selected { _ = try pipeline.feed(named: name) }
    let feeds = pipeline.feedsInOrder.filter { selected.isEmpty || selected.contains($0.name) }
    let parentOf = feeds.map { feed in (feed.name, feed.parent?.feed) }
    self.init(feeds: parentOf)
  }

  /// - Parameter feeds: Each feed with the feed of its parents, parents before children.
  init(feeds: [(name: String, parent: String?)]) {
    let names = Set(feeds.map(\.name))
    var parents: [String: String] = [:]
    var depths: [String: Int] = [:]
    var generations: [[String]] = []
    for feed in feeds {
      if let parent = feed.parent, names.contains(parent) { parents[feed.name] = parent }
      let depth = parents[feed.name].map { (depths[$0] ?? 0) + 1 } ?? 0
      depths[feed.name] = depth
      if depth == generations.count { generations.append([]) }
      generations[depth].append(feed.name)
    }
    self.parents = parents
    phases = generations.enumerated().map { Phase(feeds: $0.element, name: Self.name(ofGeneration: $0.offset)) }
  }

  /// The feed that must succeed before this one is tried; nil when there is none in this run.
  public func parent(of feed: String) -> String? { parents[feed] }

  public var feedCount: Int { phases.reduce(0) { $0 + $1.feeds.count } }

  private static func name(ofGeneration depth: Int) -> String {
    switch depth {
    case 0: "parents"
    case 1: "children"
    default: String(repeating: "great-", count: depth - 2) + "grandchildren"
    }
  }
}

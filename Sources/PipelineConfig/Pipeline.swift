internal import FoundationEssentials
internal import JSONText
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

  /// Largest file that is read; one with a thousand feeds has half of this.
  static let fileBytesMax = 4 << 20

  /// Reads a file.
  ///
  /// - Throws: ``ConfigFileError`` when it cannot be read, ``InvalidConfig`` with every problem when it is wrong.
  public init(contentsOf file: FilePath, environment: [String: String]) throws {
    let bytes: [UInt8]
    do {
      bytes = [UInt8](try Data(contentsOf: URL(filePath: file.string)))
    } catch {
      throw ConfigFileError(path: file, reason: "cannot be read")
    }
    guard bytes.count <= Self.fileBytesMax else { throw ConfigFileError(path: file, reason: "is larger than 4 MiB") }
    let absolute = file.isAbsolute ? file : FilePath(FileManager.default.currentDirectoryPath).pushing(file)
    do {
      try self.init(json: bytes, directory: absolute.removingLastComponent(), environment: environment)
    } catch {
      throw InvalidConfig(file: file.string, error.problems)
    }
  }

  /// Reads the text of a file that lies, or would lie, in `directory`.
  ///
  /// - Throws: ``InvalidConfig`` with every problem there is.
  public init(json: [UInt8], directory: FilePath, environment: [String: String]) throws(InvalidConfig) {
    let root: JSONValue
    do throws(JSONError) { root = try JSONValue(parsing: json) } catch {
      throw InvalidConfig([ConfigProblem("", "is not JSON: \(error)")])
    }
    let context = ConfigContext(environment: environment)
    guard let object = ConfigValue(root, path: .root, context: context).object() else { throw InvalidConfig(context.problems) }
    _ = object["$schema"]
    spool = SpoolSettings.read(object["spool"], in: directory)
    database = DatabaseSettings.read(object["database"], in: directory)
    self.directory = directory

    var known: [String: Source?] = [:]
    sources = []
    for entry in object.required("sources")?.object()?.entries ?? [] {
      let source = Source.read(entry.name, entry.value)
      known[entry.name] = source
      if let source { sources.append(source) }
    }
    let entries = object.required("feeds")?.object()?.entries ?? []
    var drafts = entries.compactMap { FeedDraft.read($0.name, $0.value, sources: known) }
    ParentLinks.join(&drafts, named: entries.map(\.name))
    feeds = drafts.map(\.feed)
    object.reportUnknown()
    guard context.problems.isEmpty else { throw InvalidConfig(context.problems) }
  }
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
      let free = rest.filter { feed in feed.parent.map { $0.table == feed.table || !waiting.contains($0.table) } ?? true }
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

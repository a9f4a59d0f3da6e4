internal import Synchronization

/// The simulated vendor: its sets as they are now, and how they go on.
///
/// Readers take a set's version and keep it for as long as a page needs; an advance replaces all versions at once.
public actor Vendor {
  private var sources: [any RecordSource]
  private var clock = StampClock()
  private var snapshotsTaken: [Int]
  /// How often the vendor has moved on.
  private var advances = 0
  private nonisolated let current: Mutex<[String: SetVersion]>
  /// Names in the order in which they were asked for.
  nonisolated let setNames: [String]

  /// Loads or makes the first snapshot of every set.
  ///
  /// - Throws: ``VendorError``: a file cannot be read, or two sets have one name.
  init(_ sources: [any RecordSource]) throws(VendorError) {
    var sources = sources
    var versions: [String: SetVersion] = [:]
    var names: [String] = []
    for index in sources.indices {
      let tables = try sources[index].next() ?? []
      for (set, table) in zip(sources[index].sets, tables) {
        guard versions[set.name] == nil else {
          throw .badOptions("two sets are called \"\(set.name)\"", hint: "give one of them another name")
        }
        let stamps = (0..<table.count).map { StampClock.initial(key: table.key($0)) }
        versions[set.name] = SetVersion(set: set, table: table, stamps: stamps, generation: 1)
        names.append(set.name)
      }
    }
    self.sources = sources
    snapshotsTaken = sources.map { _ in 1 }
    setNames = names
    current = Mutex(versions)
  }

  /// A set as it is now; nil when there is none of that name.
  nonisolated func version(of set: String) -> SetVersion? { current.withLock { $0[set] } }

  /// Moves every set to its next snapshot: compares by key, stamps what came or changed with one later instant, drops
  /// what is gone. A set without a next snapshot stays as it is.
  ///
  /// - Throws: ``VendorError``; nothing has moved then.
  func advance() throws(VendorError) -> AdvanceReport {
    var (sources, clock, taken) = (sources, clock, snapshotsTaken)
    let now = clock.next()
    var changes: [String: SetChange] = [:]
    var versions = current.withLock { $0 }
    for index in sources.indices {
      guard let tables = try sources[index].next() else {
        for set in sources[index].sets {
          changes[set.name] = SetChange(unchanged: versions[set.name]?.table.count ?? 0)
        }
        continue
      }
      taken[index] += 1
      for (set, table) in zip(sources[index].sets, tables) {
        guard let old = versions[set.name] else { continue }
        let (stamps, change) = SnapshotComparison.stamps(of: table, after: old, now: now)
        versions[set.name] = SetVersion(set: set, table: table, stamps: stamps, generation: old.generation + 1)
        changes[set.name] = change
      }
    }
    (self.sources, self.clock, snapshotsTaken) = (sources, clock, taken)
    advances += 1
    let moved = versions
    current.withLock { $0 = moved }
    return AdvanceReport(stamp: now, changes: setNames.map { ($0, changes[$0] ?? SetChange()) })
  }

  /// The clock's next stamp, later than all before.
  func nextStamp() -> Stamp { clock.next() }

  /// Puts another version of one set in place.
  func replace(_ version: SetVersion) { current.withLock { $0[version.set.name] = version } }

  /// What `/vendor/state` says.
  func state() -> VendorState {
    var snapshots: [String: (taken: Int, of: Int?)] = [:]
    for (source, taken) in zip(sources, snapshotsTaken) {
      for set in source.sets { snapshots[set.name] = (taken, source.snapshotCount) }
    }
    let sets = setNames.compactMap { name in
      version(of: name).map { VendorState.SetState($0, snapshots: snapshots[name] ?? (1, nil)) }
    }
    return VendorState(advances: advances, sets: sets)
  }
}

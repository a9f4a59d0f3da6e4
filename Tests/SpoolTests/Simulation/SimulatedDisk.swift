import Glibc
import SystemPackage

@testable import Spool

/// What the simulated disk holds, and what of it would be there after a loss of power.
extension SimulatedFiles {
  struct Handle {
    var inode: Int
    var path: FilePath
  }

  struct Node {
    var isDirectory: Bool
    var content: [UInt8] = []
    var durable: [UInt8] = []
    /// Bytes that an fsync would save.
    var isDirty = false
    var entries: [String: Int] = [:]
    /// Most names that a directory has had: it stays as large as it was with them, as ext4 has it.
    var mostEntries = 0
    var durableEntries: [String: Int] = [:]
  }

  /// A change of names that is not durable yet.
  enum Change {
    case link(Int, String, Int)
    case unlink(Int, String)
    case rename(from: Int, String, to: Int, String, Int)

    func concerns(_ directory: Int) -> Bool {
      switch self {
      case .link(let one, _, _), .unlink(let one, _): one == directory
      case .rename(let one, _, let other, _, _): one == directory || other == directory
      }
    }
  }

  struct State {
    static let root = 1
    /// Not an error of any system: stands for a write that writes half.
    static let half = Errno(rawValue: 4095)

    var nodes: [Int: Node] = [root: Node(isDirectory: true)]
    var pending: [Change] = []
    var handles: [Int32: Handle] = [:]
    var locks: [Int: Int32] = [:]
    var lastHandle: Int32 = 2
    var lastInode = root
    var calls: [Call] = []
    var events: [Int: Event] = [:]
    var isDown = false
    var capacity: Int?
    var isOnNetwork = false

    var usedBytes: Int { reachable(Self.root).reduce(0) { $0 + (nodes[$1]?.content.count ?? 0) } }

    private func reachable(_ inode: Int) -> [Int] {
      guard let node = nodes[inode], node.isDirectory else { return [inode] }
      return [inode] + node.entries.values.flatMap { reachable($0) }
    }

    mutating func enter(_ name: String, _ path: FilePath) throws(Errno) {
      guard !isDown else { throw Errno.ioError }
      calls.append(Call(name: name, path: path.string))
      switch events[calls.count] {
      case .death:
        isDown = true
        throw Errno.ioError
      case .error(let errno): throw errno
      case .shortWrite: if name == "write" { throw Self.half }
      case nil: break
      }
    }

    mutating func handle(_ file: Int32, _ name: String) throws(Errno) -> Handle {
      guard let handle = handles[file] else { throw isDown ? Errno.ioError : Errno.badFileDescriptor }
      try enter(name, handle.path)
      return handle
    }

    func inode(_ path: FilePath) throws(Errno) -> Int {
      var inode = Self.root
      for component in path.components {
        guard let next = nodes[inode]?.entries[component.string] else { throw Errno.noSuchFileOrDirectory }
        inode = next
      }
      return inode
    }

    func find(_ path: FilePath) throws(Errno) -> Int? {
      do throws(Errno) { return try inode(path) } catch {
        guard error == .noSuchFileOrDirectory else { throw error }
        return nil
      }
    }

    mutating func make(_ path: FilePath, isDirectory: Bool) throws(Errno) -> Int {
      let directory = try inode(path.parentDirectory)
      lastInode += 1
      nodes[lastInode] = Node(isDirectory: isDirectory)
      change(.link(directory, path.lastComponent?.string ?? "", lastInode))
      return lastInode
    }

    mutating func change(_ change: Change) {
      apply(change, \.entries)
      switch change {
      case .link(let directory, _, _), .rename(_, _, to: let directory, _, _):
        let count = nodes[directory]?.entries.count ?? 0
        if count > nodes[directory]?.mostEntries ?? 0 { nodes[directory]?.mostEntries = count }
      case .unlink: break
      }
      pending.append(change)
    }

    private mutating func apply(_ change: Change, _ entries: WritableKeyPath<Node, [String: Int]>) {
      switch change {
      case .link(let directory, let name, let inode): nodes[directory]?[keyPath: entries][name] = inode
      case .unlink(let directory, let name): nodes[directory]?[keyPath: entries][name] = nil
      case .rename(let from, let old, let to, let new, let inode):
        if nodes[from]?[keyPath: entries][old] == inode { nodes[from]?[keyPath: entries][old] = nil }
        nodes[to]?[keyPath: entries][new] = inode
      }
    }

    mutating func makeDurable(_ inode: Int) {
      guard nodes[inode]?.isDirectory == true else {
        guard var node = nodes[inode] else { return }
        if node.isDirty { node.durable = node.content }
        node.isDirty = false
        nodes[inode] = node
        return
      }
      for change in pending where change.concerns(inode) { apply(change, \.durableEntries) }
      pending.removeAll { $0.concerns(inode) }
    }

    mutating func restart(_ remains: Remains) {
      handles = [:]
      locks = [:]
      calls = []
      events = [:]
      isDown = false
      let (changes, bytes): ([Bool], Bytes)
      switch remains {
      case .everything: return
      case .nothing: (changes, bytes) = ([], .durable)
      case .some(let some, let what): (changes, bytes) = (some, what)
      }
      for (change, isKept) in zip(pending, changes) where isKept { apply(change, \.durableEntries) }
      pending = []
      for inode in nodes.keys {
        guard var node = nodes[inode] else { continue }
        node.entries = node.durableEntries
        if node.content != node.durable {
          switch bytes {
          case .durable: node.content = node.durable
          case .empty: node.content = []
          case .zeros: node.content = Array(repeating: 0, count: node.content.count)
          case .half: node.content = Array(node.content.prefix(node.content.count / 2))
          case .all: break
          }
          node.durable = node.content
        }
        node.isDirty = false
        nodes[inode] = node
      }
    }

    func status(of inode: Int) -> FileStatus {
      let node = nodes[inode] ?? Node(isDirectory: false)
      return FileStatus(
        kind: node.isDirectory ? .directory : .file,
        device: 1,
        inode: UInt64(inode),
        size: node.isDirectory ? node.mostEntries << 10 : node.content.count,
        storedBytes: node.content.count,
        userID: geteuid(),
        permissions: node.isDirectory ? 0o700 : 0o600,
        modifiedAt: 0,
        changedAt: 0
      )
    }
  }
}

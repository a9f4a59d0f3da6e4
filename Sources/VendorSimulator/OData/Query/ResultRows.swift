/// The records that a query finds, as places, in the query's order.
enum ResultRows: Sendable {
  /// Every record by key: place and index are one.
  case everything(count: Int)
  case places([UInt32])

  var count: Int {
    switch self {
    case .everything(let count): count
    case .places(let places): places.count
    }
  }

  subscript(index: Int) -> Int {
    switch self {
    case .everything: index
    case .places(let places): Int(places[index])
    }
  }

  /// Bytes that keeping this costs beyond what the version has anyhow.
  var bytes: Int {
    switch self {
    case .everything: 0
    case .places(let places): places.count * MemoryLayout<UInt32>.stride
    }
  }
}

internal import JSONText
internal import PipelineConfig

/// The lowest and the highest version of a segment, as the vendor wrote them.
struct VersionRange: ~Copyable {
  private var low = End()
  private var high = End()
  private var form = OutputBytes(capacity: 64)

  /// Keeps its memory: a feed in the order of its versions has a new highest with every record.
  private struct End {
    var text: [UInt8] = []
    var form: [UInt8] = []
    var isThere = false

    mutating func replace(_ newText: Span<UInt8>, _ newForm: Span<UInt8>) {
      isThere = true
      text.replace(with: newText)
      form.replace(with: newForm)
    }
  }

  var lowest: String? { low.isThere ? String(decoding: low.text, as: UTF8.self) : nil }
  var highest: String? { high.isThere ? String(decoding: high.text, as: UTF8.self) : nil }

  /// False, and nothing changes, when the text is not of the type.
  mutating func add(_ text: Span<UInt8>, type: VersionType) -> Bool {
    form.removeAll()
    guard VersionOrder.append(text, type: type, to: &form) else { return false }
    form.withBytes { form in
      if !low.isThere || form.precedes(low.form.span) { low.replace(text, form) }
      if !high.isThere || high.form.span.precedes(form) { high.replace(text, form) }
    }
    return true
  }
}

extension [UInt8] {
  fileprivate mutating func replace(with bytes: Span<UInt8>) {
    removeAll(keepingCapacity: true)
    for index in bytes.indices { append(bytes[index]) }
  }
}

extension Span<UInt8> {
  /// Byte by byte, as every later stage compares.
  fileprivate func precedes(_ other: Span<UInt8>) -> Bool {
    for index in 0..<Swift.min(count, other.count) where self[index] != other[index] {
      return self[index] < other[index]
    }
    return count < other.count
  }
}

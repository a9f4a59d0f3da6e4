/// Reads that many may ask for at once and that cost something: each kind is under way once at a time, and what it found is
/// given to whoever asks within a second. Nobody waits long for one that does not come back: then there is what was found
/// before, and the reason.
///
/// So a page that everybody has open asks the database no more often than one person's does.
actor FreshRead<Value: Sendable> {
  /// What there is.
  struct Found: Sendable {
    /// Of the last read that came back; nil when none did.
    var value: Value?
    /// Why it is not of now; nil when it is.
    var trouble: String?
  }

  private struct Entry {
    var value: Value?
    var trouble: String?
    var isUnderWay = false
    var endedAt: ContinuousClock.Instant?
  }

  /// Shorter than any page or scraper asks again.
  private static var freshFor: Duration { .seconds(1) }
  /// Shorter than a browser's patience, and than a scraper's ten seconds.
  private static var waitMost: Duration { .seconds(3) }
  private static var pause: Duration { .milliseconds(10) }

  private var entries: [String: Entry] = [:]

  /// - Parameters:
  ///   - name: What is read; as many are kept as there are names.
  ///   - read: Reads it anew.
  /// - Returns: What is known, and whether it is of now.
  func found(_ name: String, _ read: @escaping @Sendable () async throws -> Value) async -> Found {
    let entry = entries[name] ?? Entry()
    let isFresh = entry.endedAt.map { ContinuousClock.now - $0 < Self.freshFor } ?? false
    if !entry.isUnderWay, !isFresh { begin(name, read) }
    let end = ContinuousClock.now + Self.waitMost
    while entries[name]?.isUnderWay == true {
      guard ContinuousClock.now < end, (try? await Task.sleep(for: Self.pause)) != nil else {
        return Found(value: entries[name]?.value, trouble: "it did not answer within \(Self.waitMost)")
      }
    }
    return Found(value: entries[name]?.value, trouble: entries[name]?.trouble)
  }

  private func begin(_ name: String, _ read: @escaping @Sendable () async throws -> Value) {
    entries[name, default: Entry()].isUnderWay = true
    Task {
      let result: Result<Value, any Error>
      do { result = .success(try await read()) } catch { result = .failure(error) }
      end(name, result)
    }
  }

  private func end(_ name: String, _ result: Result<Value, any Error>) {
    var entry = entries[name] ?? Entry()
    switch result {
    case .success(let value): (entry.value, entry.trouble) = (value, nil)
    case .failure(let error): entry.trouble = "\(error)"
    }
    (entry.isUnderWay, entry.endedAt) = (false, .now)
    entries[name] = entry
  }
}

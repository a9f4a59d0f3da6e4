internal import PipelineConfig
internal import Synchronization
internal import Telemetry

/// The texts that a vendor was sent and that must not come back out in a message.
final class KnownSecrets: Sendable {
  private struct State {
    /// What the pipeline holds.
    var fixed: [String] = []
    /// Tokens that were given during the run, the newest last.
    var tokens: [String] = []
    /// All of these, in every writing.
    var texts: [String] = []
  }

  private let state = Mutex(State())

  /// Shorter values of a query are words such as `true`, not keys; hiding them would blot out every message.
  private static let queryValueCountMin = 8
  /// Tokens that are remembered: those of a day that are renewed every hour.
  private static let tokensMax = 24

  /// The source's credential, and the feed's fixed parameters: any of them may be an API key.
  init(of feed: Feed) {
    var texts = Credential(feed.source.auth).secrets
    texts += feed.query.map(\.value).filter { $0.utf8.count >= Self.queryValueCountMin }
    state.withLock { [texts] state in (state.fixed, state.texts) = (texts, Self.sorted(texts)) }
  }

  /// A token that the vendor gave.
  func add(_ token: String) {
    state.withLock { state in
      state.tokens = state.tokens.suffix(Self.tokensMax - 1) + [token]
      state.texts = Self.sorted(state.fixed + state.tokens)
    }
  }

  /// Whether one of them stands in a text.
  func stand(in text: [UInt8]) -> Bool {
    state.withLock { state in state.texts.contains { ByteScan.contains(Array($0.utf8).span, in: text.span) } }
  }

  func hidden(in text: String) -> String {
    state.withLock(\.texts).reduce(text) { text, secret in text.replacing(secret, with: "***") }
  }

  /// The beginning of a long text: about as many bytes as wanted, no secret in them, nor the first half of one that
  /// goes on behind them.
  func hidden(inBeginningOf body: some Collection<UInt8>, countMax: Int) -> String {
    let longest = state.withLock { $0.texts.first?.utf8.count ?? 0 }
    let beginning = body.prefix(countMax + longest)
    let text = hidden(in: String(decoding: beginning, as: UTF8.self))
    guard beginning.count < body.count else { return text }
    // A character cut in two reads as U+FFFD, which may be two bytes longer than what is left of it.
    return String(decoding: text.utf8.dropLast(longest + 2), as: UTF8.self)
  }

  /// As they are and percent-encoded, the longest first: one secret may begin another.
  private static func sorted(_ texts: [String]) -> [String] {
    Set(texts + texts.map { PercentEncoding.component($0) }).filter { !$0.isEmpty }
      .sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
  }
}

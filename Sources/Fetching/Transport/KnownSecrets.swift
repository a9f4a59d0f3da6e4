internal import PipelineConfig
internal import Telemetry

/// The texts that a vendor was sent and that must not come back out in a message.
struct KnownSecrets: Sendable {
  private let texts: [String]

  /// Shorter values of a query are words such as `true`, not keys; hiding them would blot out every message.
  private static let queryValueCountMin = 8

  /// The source's credential, and the feed's fixed parameters: any of them may be an API key.
  init(of feed: Feed) {
    var texts: [String] = []
    if case .bearer(let token) = feed.source.auth { texts.append(token.reveal) }
    texts += feed.query.map(\.value).filter { $0.utf8.count >= Self.queryValueCountMin }
    texts += texts.map { PercentEncoding.component($0) }
    // The longest first: one secret may begin another.
    self.texts = Set(texts).filter { !$0.isEmpty }.sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
  }

  func hidden(in text: String) -> String {
    texts.reduce(text) { text, secret in text.replacing(secret, with: "***") }
  }
}

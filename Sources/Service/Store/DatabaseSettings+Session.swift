internal import PipelineConfig
internal import Postgres

extension DatabaseSettings {
  /// Where the service connects to.
  var session: DatabaseTarget { url.map { .url($0) } ?? .embedded(embedded) }
}

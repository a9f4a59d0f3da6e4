public import PipelineConfig

extension DatabaseSettings {
  /// Where to connect: the URL of pipeline.json, or without one the private server beside it.
  public var target: DatabaseTarget { url.map { .url($0) } ?? .embedded(embedded) }
}

internal import Telemetry

/// What the service says of itself.
enum ServiceVersion {
  static let current = WeirVersion.current
}

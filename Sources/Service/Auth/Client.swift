internal import PipelineConfig

/// Who asks.
struct Client: Sendable, Equatable {
  /// The token's name, or the address that the request came from.
  var name: String
  /// Nil: nothing but what everyone may.
  var role: ServiceRole?
  /// The pipelines that the token is for; nil for all.
  var tenants: Set<String>?
  /// What the limit of requests counts by.
  var limitKey: String
  /// Without a token.
  var isAnonymous = false

  func mayUse(_ tenant: String) -> Bool { tenants?.contains(tenant) ?? true }
}

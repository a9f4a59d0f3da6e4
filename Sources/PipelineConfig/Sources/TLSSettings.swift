public import SystemPackage

extension Source {
  /// How a vendor proves over TLS that it is who it says.
  public struct TLS: Equatable, Sendable {
    /// Certificates of the authorities that are trusted, in PEM, in place of those that the machine trusts; nil for those.
    public var caFile: FilePath?
  }
}

extension Source.TLS {
  static func read(_ value: ConfigValue, in directory: FilePath) -> Self {
    var settings = Self()
    guard let object = value.object() else { return settings }
    settings.caFile = object["ca_file"]?.path(in: directory)
    object.reportUnknown()
    return settings
  }
}

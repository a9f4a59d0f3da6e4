internal import Hummingbird
internal import NIOCore

/// Where a request came in.
struct ServiceContext: InitializableFromSource {
  /// The other side's address, without its port.
  let address: String
  /// It came through the socket in the file system, which only this user may open.
  let isSocket: Bool

  init(source: ApplicationRequestContextSource) {
    let local = source.channel.localAddress
    isSocket = local.map { if case .unixDomainSocket = $0 { true } else { false } } ?? false
    address = source.channel.remoteAddress?.ipAddress ?? "socket"
  }
}

internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import PipelineConfig
internal import Telemetry

/// Turns what the network's layers throw into the failures of this program.
enum TransportFailure {
  /// - Returns: A ``RequestFailure``, or a `CancellationError`.
  static func classify(_ error: any Error, timeouts: Source.Timeouts) -> any Error {
    switch error {
    case is RequestFailure, is CancellationError: error
    case let error as HTTPClientError: classify(error, timeouts)
    case let error as NIOConnectionError: RequestFailure(.network, reason(error))
    case let error as IOError: RequestFailure(.network, reason(error))
    case let error as HTTPParserError:
      error == .invalidEOFState
        ? RequestFailure(.network, "the connection was cut in the middle of the answer")
        : RequestFailure(.content, "the answer is not HTTP: \(error)")
    case is ChannelError: RequestFailure(.network, "the connection was closed")
    default: unknown(error)
    }
  }

  private static func classify(_ error: HTTPClientError, _ timeouts: Source.Timeouts) -> any Error {
    switch error {
    case .cancelled: CancellationError()
    case .readTimeout: RequestFailure(.timeout, "nothing came for \(timeouts.idle)")
    case .writeTimeout: RequestFailure(.timeout, "the request could not be sent for \(timeouts.idle)")
    case .connectTimeout, .getConnectionFromPoolTimeout, .httpProxyHandshakeTimeout, .tlsHandshakeTimeout:
      RequestFailure(.timeout, "no connection within \(timeouts.connect)")
    case .deadlineExceeded: RequestFailure(.timeout, "not done within \(timeouts.whole)")
    case .remoteConnectionClosed:
      RequestFailure(.network, "the vendor closed the connection before its answer was complete")
    default: RequestFailure(.network, "the request could not be sent: \(error.description.prefix(80))")
    }
  }

  /// Errors of TLS have no one type; a certificate that is wrong stays wrong.
  private static func unknown(_ error: any Error) -> RequestFailure {
    let type = String(reflecting: Swift.type(of: error))
    guard type.hasPrefix("NIOSSL.") else { return RequestFailure(.network, "the connection failed: \(type)") }
    let text = "\(error)"
    if text.contains("uncleanShutdown") { return RequestFailure(.network, "the encrypted connection was cut") }
    if error as? NIOSSLExtraError == .failedToValidateHostname {
      return RequestFailure(
        .refused,
        "the vendor's certificate is that of another host",
        hint: "check base_url; openssl s_client -connect HOST:PORT shows whose certificate it is",
        exitStatus: .permission
      )
    }
    if text.contains("CERTIFICATE_VERIFY_FAILED") {
      return RequestFailure(
        .refused,
        "the vendor's certificate is not trusted: expired, self-made, or of an unknown authority",
        hint:
          "openssl s_client -connect HOST:PORT shows which; the source's tls.ca_file names an authority of your own",
        exitStatus: .permission
      )
    }
    return RequestFailure(
      .refused,
      "no trusted encrypted connection: \(text.oneLine(maxCount: 160))",
      hint: "check base_url: whether the vendor speaks TLS there, of version 1.2 at least",
      exitStatus: .config
    )
  }

  private static func reason(_ error: NIOConnectionError) -> String {
    if error.dnsAError != nil || error.dnsAAAAError != nil, error.connectionErrors.isEmpty {
      return "no address found for the host"
    }
    return error.connectionErrors.lazy.compactMap { ($0.error as? IOError).map(reason) }.first ?? "no connection"
  }

  private static func reason(_ error: IOError) -> String {
    switch error.errnoCode {
    case ECONNREFUSED: "connection refused"
    case ECONNRESET, EPIPE: "the vendor reset the connection"
    case ENETUNREACH, EHOSTUNREACH: "no way to the host"
    case ETIMEDOUT: "the connection timed out"
    default: "the connection failed: \(error.description.oneLine(maxCount: 80))"
    }
  }
}

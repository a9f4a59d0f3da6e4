import SystemPackage
import TestSupport

/// A certificate and the key that belongs to it, as files.
struct CertificatePair: Sendable {
  var certificate: FilePath
  var key: FilePath
}

/// An authority of a test's own, which signs what the test wants; made by openssl.
struct TestAuthority {
  private let folder: TemporarySpool
  let certificate: FilePath

  init() async throws {
    folder = try TemporarySpool()
    certificate = folder.directory.appending("ca.pem")
    try await Self.openssl(
      """
      openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=Weir test authority" \
        -keyout ca.key -out ca.pem
      """,
      in: folder.directory
    )
  }

  /// A certificate that this authority signed. A life of -1 days was over yesterday.
  func sign(_ name: String = "localhost", days: Int = 2) async throws -> CertificatePair {
    let file = "leaf\(days)-\(name)"
    try await Self.openssl(
      """
      openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=\(name)" \
        -keyout "\(file).key" -out "\(file).csr" &&
      printf 'subjectAltName=DNS:%s\\nextendedKeyUsage=serverAuth\\n' "\(name)" > "\(file).ext" &&
      openssl x509 -req -in "\(file).csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days \(days) -extfile "\(file).ext" \
        -out "\(file).pem"
      """,
      in: folder.directory
    )
    return CertificatePair(
      certificate: folder.directory.appending("\(file).pem"),
      key: folder.directory.appending("\(file).key")
    )
  }

  private static func openssl(_ line: String, in directory: FilePath) async throws {
    let result = try await Programs.shell(line, in: directory)
    guard result.status == 0 else { throw OpenSSLFailed(words: result.errors) }
  }
}

private struct OpenSSLFailed: Error { var words: String }

internal import Foundation

/// Where credentials may go: one scheme, host and port, and nowhere else.
struct Origin: Equatable {
  let scheme: String
  let host: String
  let port: Int

  /// Nil for an address with a user in it, or of another scheme than http and https.
  init?(_ url: URL) {
    guard let scheme = url.scheme?.lowercased(), scheme == "http" || scheme == "https",
      let host = url.host?.lowercased(), !host.isEmpty, url.user == nil, url.password == nil
    else { return nil }
    self.scheme = scheme
    self.host = host
    port = url.port ?? (scheme == "https" ? 443 : 80)
  }
}

extension URL {
  /// What may be printed: the query and the fragment can hold secrets.
  var printable: String {
    var parts = URLComponents(url: self, resolvingAgainstBaseURL: true)
    (parts?.query, parts?.fragment, parts?.user, parts?.password) = (nil, nil, nil, nil)
    return parts?.string ?? "an address"
  }
}

internal import FoundationEssentials
internal import NIOHTTP1
internal import PipelineConfig
internal import Telemetry

/// What a request carries to say who sends it.
struct Credential {
  var header: (name: String, value: String)?
  var query: (name: String, value: String)?
  /// Every text that must not be seen.
  var secrets: [String] = []

  /// What an OAuth2 source carries is asked for later.
  init(_ auth: Source.Auth) {
    switch auth {
    case .none: break
    case .bearer(let token):
      header = ("Authorization", "Bearer \(token.reveal)")
      secrets = [token.reveal]
    case .header(let name, let value):
      header = (name, value.reveal)
      secrets = [value.reveal]
    case .query(let name, let value):
      query = (name, value.reveal)
      secrets = [value.reveal]
    case .basic(let user, let password):
      let pair = Data("\(user):\(password.reveal)".utf8).base64EncodedString()
      header = ("Authorization", "Basic \(pair)")
      secrets = [pair, password.reveal]
    case .oauth2(let settings):
      secrets = [settings.clientSecret.reveal]
    }
  }

  init(bearer token: String) {
    header = ("Authorization", "Bearer \(token)")
    secrets = [token]
  }

  /// The headers with the credential in them.
  func added(to headers: HTTPHeaders) -> HTTPHeaders {
    guard let header else { return headers }
    var headers = headers
    headers.replaceOrAdd(name: header.name, value: header.value)
    return headers
  }

  /// The address with the credential in it, unless the vendor's own link has it already.
  func added(to address: WebAddress) -> WebAddress {
    guard let query, !address.hasParameter(query.name) else { return address }
    return address.adding([query])
  }
}

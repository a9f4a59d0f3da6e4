internal import HTTPTypes
internal import JSONText

/// Bodies of errors in the shapes that vendors give them.
enum ErrorBody {
  enum Shape: String, CaseIterable, Sendable {
    /// `{"error":{"code":…,"message":…}}`
    case odata
    /// The same with RESO's target and details.
    case reso
    /// `{"status":503,"message":…}`
    case rest
    /// `{"errors":[{"code":…,"detail":…}]}`
    case list
    /// RFC 9457.
    case problem
    case html
    case text
    case empty
  }

  static func make(_ shape: Shape, status: Int, message: String?) -> (type: String?, body: String) {
    let phrase = HTTPResponse.Status(code: status).reasonPhrase
    let words = message ?? (phrase.isEmpty ? "Error \(status)" : phrase)
    let quoted = JSONText.quoted(words)
    return switch shape {
    case .odata: ("application/json", #"{"error":{"code":"\#(status)","message":\#(quoted)}}"#)
    case .reso:
      (
        "application/json",
        #"{"error":{"code":"\#(status)","message":\#(quoted),"target":"query","details":[{"code":"\#(status)","#
          + #""target":"$filter","message":\#(quoted)}]}}"#
      )
    case .rest: ("application/json", #"{"status":\#(status),"message":\#(quoted)}"#)
    case .list: ("application/json", #"{"errors":[{"code":\#(status),"detail":\#(quoted)}]}"#)
    case .problem:
      (
        "application/problem+json",
        #"{"type":"https://iana.org/assignments/http-problem-types#\#(problemType(status))","title":\#(quoted),"#
          + #""status":\#(status)}"#
      )
    case .html:
      ("text/html", "<html><head><title>\(status) \(phrase)</title></head><body><h1>\(words)</h1></body></html>\n")
    case .text: ("text/plain", words)
    case .empty: (nil, "")
    }
  }

  /// Source: draft-ietf-httpapi-ratelimit-headers-10 §5.
  private static func problemType(_ status: Int) -> String {
    switch status {
    case 429: "quota-exceeded"
    case 503: "temporary-reduced-capacity"
    default: "about:blank"
    }
  }
}

/// What a fault does.
enum FaultAction: Equatable, Sendable {
  /// An answer with an error status, made up here.
  case status(StatusFault)
  /// An answer that the rule has written down whole.
  case answer(MadeAnswer)
  /// Nothing besides the rule's delay.
  case slow
  /// Nobody listens any more for a while, and every connection ends.
  case down(Duration)
  /// The answer stops at a point, in one of several manners.
  case broken(BrokenAnswer)
  /// A gzip body whose checksum is not that of its content.
  case badChecksum
  /// A gzip body that is small and holds so many MiB.
  case bomb(mebibytes: Int)
  /// Status 200 with something else for a body.
  case body(WrongBody)
  /// The page is another than it should be.
  case page(PageTwist)
  /// To the same address with a mark, or to another origin.
  case redirect(status: Int, to: ForeignOrigin?)
  /// All OAuth2 tokens end before the request is looked at.
  case revoke
  /// Records change before the request is answered.
  case edit(DataEdit)

  /// The names of the kinds in a rules document.
  enum Kind: String, CaseIterable, Sendable {
    case status
    case answer
    case slow
    case down
    case reset
    case silence
    case trickle
    case cut
    case badChecksum = "bad_checksum"
    case bomb
    case body
    case page
    case redirect
    case revoke
    case edit
  }

  enum WrongBody: String, CaseIterable, Sendable {
    case html
    case error
    case empty
    case noContent = "no_content"
    case truncated
    /// The page itself, said to be HTML.
    case mislabelled
  }
}

/// An answer word for word.
struct MadeAnswer: Equatable, Sendable {
  var status = 200
  var text: String
  var type = "application/json"
  var headers: [String: String] = [:]
}

/// An error that a vendor answers with.
struct StatusFault: Equatable, Sendable {
  var status: Int
  var shape = ErrorBody.Shape.odata
  var message: String?
  var retryAfter = LimitSettings.RetryAfter.none
  /// What `Retry-After` says.
  var wait = Duration.seconds(1)
  var headers: [String: String] = [:]
}

/// An answer that does not arrive as it should.
struct BrokenAnswer: Equatable, Sendable {
  enum Place: String, CaseIterable, Sendable {
    case beforeHead = "before_head"
    case afterHead = "after_head"
    case inBody = "in_body"
  }

  enum Framing: String, CaseIterable, Sendable {
    case length
    case chunked
    /// As length, and the length is that of what is sent: only gzip can tell.
    case gzip
  }

  enum Ending: Equatable, Sendable {
    /// The connection is closed in order.
    case close
    /// The connection is reset.
    case reset
    /// Nothing more comes, and the connection stays.
    case silence(Duration)
    /// Everything comes, so many bytes at a time.
    case trickle(bytes: Int, every: Duration)
  }

  var place = Place.inBody
  var framing = Framing.length
  var ending: Ending
  /// How much of the body is sent, when the place is in it.
  var fraction = 0.5
}

internal import HTTPTypes
internal import Hummingbird
internal import Synchronization

/// Keeps answers ready to be sent again, so that a benchmark measures its client and not this program.
///
/// Holds at most so many bytes of bodies; when it is full, further answers are made each time. Everything is forgotten
/// when the vendor moves on.
final class PreparedAnswers: Sendable {
  private struct State {
    var answers: [Key: Response] = [:]
    var byteCount = 0
    /// How often the vendor moved on: an answer that was begun before is not kept after.
    var age = 0
  }

  struct Key: Hashable {
    var uri: String
    var host: String?
    var encoding: String?
    var preference: String?
  }

  private let byteCountMax: Int
  private let state = Mutex(State())

  init(byteCountMax: Int) { self.byteCountMax = byteCountMax }

  func find(_ key: Key) -> (answer: Response?, age: Int) { state.withLock { ($0.answers[key], $0.age) } }

  func keep(_ answer: Response, for key: Key, age: Int) {
    guard answer.status == .ok, let count = answer.body.contentLength else { return }
    state.withLock { state in
      guard state.age == age, state.byteCount + count <= byteCountMax, state.answers[key] == nil else { return }
      state.answers[key] = answer
      state.byteCount += count
    }
  }

  func forget() { state.withLock { $0 = State(age: $0.age + 1) } }
}

/// Answers from what is prepared; stands behind the token check.
struct PreparedMiddleware: RouterMiddleware {
  typealias Context = VendorContext

  let prepared: PreparedAnswers

  @concurrent func handle(
    _ request: Request,
    context: Context,
    next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    guard request.method == .get else {
      let answer = try await next(request, context)
      prepared.forget()
      return answer
    }
    guard !request.isControl, context.twist == nil else { return try await next(request, context) }
    let key = PreparedAnswers.Key(
      uri: request.uri.string,
      host: request.head.authority,
      encoding: request.headers[.acceptEncoding],
      preference: HTTPField.Name("Prefer").map { request.headers[values: $0].joined(separator: ",") }
    )
    let (answer, age) = prepared.find(key)
    if let answer { return answer }
    let made = try await next(request, context)
    prepared.keep(made, for: key, age: age)
    return made
  }
}

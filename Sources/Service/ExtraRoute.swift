public import Monitoring
public import PipelineConfig
public import Postgres
public import Spool

/// A path that the service answers beside its own API: a dashboard, metrics.
public struct ExtraRoute: Sendable {
  /// Where: `/`, `/metrics`, `/feed/{name}`. A part in braces takes any one part of a path.
  public var path: String
  /// What someone must be allowed to, to be answered; nil for everyone.
  public var role: ServiceRole?
  /// One line for the list of routes.
  public var summary: String
  /// Of the answer when it is a good one, for the document: `text/html`.
  public var contentType: String
  /// Statuses of other answers.
  public var refusals: [Int]
  public var answer: @Sendable (ExtraRequest) async throws -> ExtraAnswer

  public init(
    _ path: String,
    role: ServiceRole?,
    summary: String,
    contentType: String,
    refusals: [Int] = [],
    answer: @escaping @Sendable (ExtraRequest) async throws -> ExtraAnswer
  ) {
    (self.path, self.role, self.summary, self.answer) = (path, role, summary, answer)
    (self.contentType, self.refusals) = (contentType, refusals)
  }
}

/// A GET of an ``ExtraRoute``.
public struct ExtraRequest: Sendable {
  /// What stands in the path where the route has a part in braces.
  public var parameters: [String: String]
  /// The query of the URL, decoded.
  public var query: [String: String]
  /// The pipelines that whoever asks may look at; never none.
  public var tenants: [TenantView]
}

/// What an ``ExtraRoute`` answers.
public struct ExtraAnswer: Sendable {
  public var status: Int
  /// `text/html; charset=utf-8`.
  public var contentType: String
  public var body: [UInt8]
  /// Beside those that every answer has; one of the same name takes the other's place.
  public var headers: [String: String]

  public init(status: Int = 200, contentType: String, body: [UInt8], headers: [String: String] = [:]) {
    (self.status, self.contentType, self.body, self.headers) = (status, contentType, body, headers)
  }

  public init(status: Int = 200, contentType: String, text: String) {
    self.init(status: status, contentType: contentType, body: Array(text.utf8))
  }
}

/// A pipeline of the service at one moment.
public struct TenantView: Sendable {
  public var name: String
  public var pipeline: Pipeline
  public var spool: Spool
  public var database: DatabaseTarget { pipeline.database.target }
  public var status: TenantStatus
}

/// Something that a service's observers may want to know of.
public enum ServiceEvent: Sendable {
  /// A run has come to its end, well or not.
  case runEnded(RunEnd)
  /// No run has succeeded for longer than the schedule says; told once.
  case overdue(TenantView)
}

/// A run of the service that has ended.
public struct RunEnd: Sendable {
  /// After the run: `status.lastRun` is this one.
  public var tenant: TenantView
  public var run: ServiceRun
  /// How each feed ended, and what that is judged to be.
  public var closing: RunClosing
}

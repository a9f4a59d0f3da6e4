public import Control
public import Monitoring

/// Everything that the dashboard shows at one moment. The pages are functions of it and of nothing else.
public struct DashboardModel: Sendable {
  /// What a running service adds.
  public struct Service: Sendable, Equatable {
    public var isScheduled: Bool
    public var isOverdue: Bool
    /// A run is under way, whether or not its programs say anything yet.
    public var isUnderWay = false
    /// A run has been asked for and waits for its turn.
    public var isWaiting = false
    /// Milliseconds since 1970; nil when none is planned.
    public var nextRun: Int?
    /// How the schedule is said: `every 12 h`.
    public var schedule: String?

    public init(isScheduled: Bool, isOverdue: Bool = false, nextRun: Int? = nil, schedule: String? = nil) {
      (self.isScheduled, self.isOverdue, self.nextRun, self.schedule) = (isScheduled, isOverdue, nextRun, schedule)
    }
  }

  /// Rejected records of one feed with one reason.
  public struct Rejected: Sendable, Equatable {
    public var feed: String
    /// The program that refused them: `weir-stage`.
    public var program: String
    public var reason: String
    public var field: String?
    public var count: Int
    /// A segment that held one.
    public var segment: String
  }

  /// A field of the vendor's records that came, changed or vanished.
  public struct Drift: Sendable, Equatable {
    public var feed: String
    public var what: String
    public var text: String
    public var run: String
  }

  /// The pipeline's name, of several; otherwise the folder's.
  public var name: String
  public var snapshot: PipelineSnapshot
  public var service: Service?
  /// Feeds that are running now.
  public var live: [ProgressSnapshot] = []
  public var rejected: [Rejected] = []
  public var drift: [Drift] = []
  public var links = Links()

  /// Where the pages of the service lead; a page in a file leads nowhere.
  public struct Links: Sendable, Equatable {
    /// Before a feed's name: `/feeds/`.
    public var feeds: String?
    /// Others of the service, in order: name and address.
    public var others: [Other] = []

    public struct Other: Sendable, Equatable {
      public var name: String
      public var address: String

      public init(_ name: String, _ address: String) { (self.name, self.address) = (name, address) }
    }

    public init() {}
  }

  public init(name: String, snapshot: PipelineSnapshot) {
    self.name = name
    self.snapshot = snapshot
  }
}

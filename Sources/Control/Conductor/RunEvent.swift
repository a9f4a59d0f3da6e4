public import Spool
public import Telemetry

/// What happens during a run, as it happens: what a display shows and what a test looks at.
public enum RunEvent: Sendable {
  /// A generation of feeds begins; said only when there are several.
  case phase(number: Int, of: Int, RunPlan.Phase)
  /// An earlier run left segments in the queues of this feed; they are worked off first.
  case leftovers(feed: String, segments: Int)
  /// The leftovers could not all be worked off; the feed goes on.
  case leftoversRemain(feed: String, FeedOutcome.Reason)
  /// How far the feed is; several times a second.
  case progress(ProgressSnapshot)
  /// A program has something to say to a person.
  case said(feed: String, StageEvent)
  /// A program wrote a line that is no event.
  case wrote(feed: String, StageName, String)
  /// A failed run could not be written down in the database.
  case notRecorded(feed: String, FeedOutcome.Reason)
  /// The memory of all programs together has neared its bound, or is far from it again: what each has in hand at once is halved
  /// `level` times. `most` is nil without a bound; `isShort` says that the machine itself has hardly any left.
  case memory(bytes: Int, most: Int?, isShort: Bool, level: Int)
  case ended(FeedOutcome)
}

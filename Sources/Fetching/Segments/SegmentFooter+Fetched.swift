internal import FoundationEssentials
internal import Spool
internal import Telemetry

extension SegmentFooter {
  /// What every segment of a run says that is closed now.
  init(fetched feed: String, _ name: SegmentName, mode: RunMode) {
    self.init(
      feed: feed,
      run: name.run,
      sequence: name.sequence,
      stage: .fetched,
      mode: mode,
      fetchedAt: Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)),
      program: "weir \(WeirVersion.current)"
    )
  }
}

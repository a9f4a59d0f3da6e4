/// How fast something grows, measured over the last few seconds: a pause shows, and so does its end.
struct RateWindow: Sendable, Equatable {
  /// Long enough that pages of a slow vendor do not make the figure jump, short enough to follow a change.
  static let span = Duration.seconds(15)
  /// Least time between two samples; with ``span`` it bounds how many are kept.
  static let sampleInterval = Duration.milliseconds(200)

  struct Sample: Equatable {
    var time: Duration
    var count: Int
  }

  private(set) var samples: [Sample]

  /// - Parameter start: When counting began, at zero.
  init(start: Duration = .zero) { samples = [Sample(time: start, count: 0)] }

  mutating func add(_ count: Int, at time: Duration) {
    if samples.count > 1, time - samples[samples.count - 2].time < Self.sampleInterval {
      samples[samples.count - 1] = Sample(time: time, count: count)
    } else {
      samples.append(Sample(time: time, count: count))
    }
    // One sample from before the window stays: it is where the window's growth is measured from.
    while samples.count > 2, samples[1].time <= time - Self.span { samples.removeFirst() }
  }

  /// Growth a second at `time`; nil while there is too little to say.
  func perSecond(at time: Duration) -> Double? {
    guard let first = samples.first, let last = samples.last, last.count > first.count else { return nil }
    let seconds = (time - first.time) / .seconds(1)
    return seconds >= 0.1 ? Double(last.count - first.count) / seconds : nil
  }
}

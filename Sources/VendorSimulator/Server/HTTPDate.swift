/// Moments as HTTP writes them: `Sun, 06 Nov 1994 08:49:37 GMT`. Source: RFC 9110 §5.6.7.
enum HTTPDate {
  private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  static func text(of stamp: Stamp) -> String {
    let seconds = stamp.milliseconds / 1000
    let (day, time) = (seconds / 86_400, Int(seconds % 86_400))
    let date = Calendar.date(dayNumber: day)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    // 1970-01-01 was a Thursday.
    let clock = "\(two(time / 3600)):\(two(time / 60 % 60)):\(two(time % 60))"
    return "\(days[Int(day % 7)]), \(two(date.day)) \(months[date.month - 1]) \(date.year) \(clock) GMT"
  }
}

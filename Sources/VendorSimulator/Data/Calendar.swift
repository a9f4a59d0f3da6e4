/// Days and dates of the Gregorian calendar, counted without a time zone or a lock.
enum Calendar {
  static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  /// Days since 1970-01-01.
  ///
  /// Years are counted from March, so that the day that comes and goes is a year's last; 719,468 is 1970-01-01 counted
  /// from 0000-03-01.
  static func dayNumber(year: Int, month: Int, day: Int) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    let leapDays = floorDivide(year, 4) - floorDivide(year, 100) + floorDivide(year, 400)
    return Int64(365 * year + leapDays + dayOfYear - 719_468)
  }

  /// Year, month and day of a number of days since 1970-01-01.
  static func date(dayNumber: Int64) -> (year: Int, month: Int, day: Int) {
    let days = Int(dayNumber) + 719_468
    let era = floorDivide(days, 146_097)
    let dayOfEra = days - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }

  private static func floorDivide(_ value: Int, _ by: Int) -> Int {
    value >= 0 ? value / by : -((by - 1 - value) / by)
  }
}

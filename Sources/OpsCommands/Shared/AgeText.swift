/// How long ago, in the one unit that matters: `42s`, `7m`, `3h`, `12d`.
enum AgeText {
  static func text(seconds: Int) -> String {
    switch max(0, seconds) {
    case ..<60: "\(max(0, seconds))s"
    case ..<3600: "\(seconds / 60)m"
    case ..<86_400: "\(seconds / 3600)h"
    default: "\(seconds / 86_400)d"
    }
  }
}

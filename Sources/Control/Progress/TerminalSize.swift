internal import Glibc

/// What is known of the terminal behind standard error, and of what its user wants.
public enum TerminalSize {
  /// Columns of the terminal now; 80, the width of all terminals once, when nothing says otherwise.
  public static func columns() -> Int {
    let size = now
    return size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  /// Lines of the terminal now; 24 when nothing says otherwise.
  public static func rows() -> Int {
    let size = now
    return size.ws_row > 0 ? Int(size.ws_row) : 24
  }

  private static var now: winsize {
    var size = winsize()
    let answer = unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size)
    return answer == 0 ? size : winsize()
  }
}

extension RunDisplay.Mode {
  /// In place when a person watches standard error and nothing else writes to the same terminal, and the terminal can
  /// move its cursor (`TERM=dumb` cannot).
  public static func chosen(isInteractive: Bool, environment: [String: String]) -> Self {
    isInteractive && environment["TERM"] != "dumb"
      ? .inPlace(columns: TerminalSize.columns, rows: TerminalSize.rows) : .lines
  }
}

extension TextStyle {
  /// Colour on a terminal that has it, unless `NO_COLOR` is set to anything but nothing. Source: no-color.org.
  public static func chosen(isInteractive: Bool, environment: [String: String]) -> TextStyle {
    let isRefused = !(environment["NO_COLOR"] ?? "").isEmpty
    return TextStyle(isColoured: isInteractive && environment["TERM"] != "dumb" && !isRefused)
  }
}

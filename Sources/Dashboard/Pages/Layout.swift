internal import Telemetry

/// What every page has around its content: language, title, skip link, landmarks.
struct Layout {
  /// Where the stylesheet and the script are.
  enum Assets: Sendable {
    /// In the page: it is a file, and needs nothing beside it.
    case inline
    /// At these addresses of the service.
    case linked(style: String, script: String)
  }

  var title: String
  var level: Health.Level
  /// Milliseconds since 1970.
  var time: Int
  var links: DashboardModel.Links
  var assets: Assets

  func page(_ content: Markup) -> String {
    let navigation = links.others.map { "<li><a href=\"\($0.address)\">\($0.name)</a></li>" as Markup }
    let home = links.others.first?.address ?? "#content"
    let nav: Markup = navigation.isEmpty ? .nothing : "<nav aria-label=\"Pages\"><ul>\(navigation)</ul></nav>"
    let page: Markup = """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><title>\(title)</title>
      <meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
      <link rel="icon" href="data:,">\(head)</head>
      <body data-level="\(level.rawValue)"><a class="skip" href="#content">Skip to the content</a>
      <header class="top"><div class="page"><a class="brand" href="\(home)">\(Self.logo)Weir</a>\(nav)
      <p class="as-of"><span id="as-of">as of <time datetime="\(WallClock.timestamp(milliseconds: time))">\(Moment.text(time))</time></span>
      \(pause)</p></div></header>
      <p id="news" class="hidden" role="status"></p>
      <main id="content" class="page" tabindex="-1">\(content)</main>
      <footer class="page">Weir \(WeirVersion.current). All times are UTC.</footer></body></html>

      """
    return page.text
  }

  private var head: Markup {
    switch assets {
    case .inline: "<style>\(Markup(stringLiteral: Stylesheet.text))</style>"
    case .linked(let style, let script):
      "<link rel=\"stylesheet\" href=\"\(style)\"><script src=\"\(script)\" defer></script>"
    }
  }

  /// Shown by the script, which alone can do what it says.
  private var pause: Markup {
    switch assets {
    case .inline: .nothing
    case .linked: "<button id=\"pause\" type=\"button\" hidden>Pause updates</button>"
    }
  }

  /// A low dam, and the stream over it.
  private static let logo: Markup = """
    <svg viewBox="0 0 28 28" aria-hidden="true"><path d="M2 8c4-3 6 3 10 0v12c-4 3-6-3-10 0z" fill="currentColor" opacity=".45"/>\
    <path d="M12 8h4l3 16h-7z" fill="currentColor"/><path d="M18 20c3-2 5 2 8 0v4H18.8z" fill="currentColor" opacity=".45"/></svg>
    """
}

/// Times as a page shows them.
enum Moment {
  /// `2026-11-21 19:44:05`
  static func text(_ milliseconds: Int) -> String {
    let (date, time) = WallClock.fields(seconds: milliseconds / 1000)
    return "\(date.joined(separator: "-")) \(time.joined(separator: ":"))"
  }

  /// `Nov 21 19:44`: for an axis.
  static func short(_ milliseconds: Int) -> String {
    let (date, time) = WallClock.fields(seconds: milliseconds / 1000)
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let month = Int(date[1]).flatMap { (1...12).contains($0) ? months[$0 - 1] : nil } ?? date[1]
    return "\(month) \(Int(date[2]) ?? 0) \(time[0]):\(time[1])"
  }

  /// An age or a time to go: `42 s`, `7 min`, `3 h`, `12 days`.
  static func span(_ milliseconds: Int) -> String {
    let seconds = max(0, milliseconds / 1000)
    switch seconds {
    case ..<90: return "\(seconds) s"
    case ..<5400: return "\((seconds + 30) / 60) min"
    case ..<172_800: return "\((seconds + 1800) / 3600) h"
    default: return "\((seconds + 43_200) / 86_400) days"
    }
  }

  static func ago(_ milliseconds: Int, at now: Int) -> Markup {
    let exact = WallClock.timestamp(milliseconds: milliseconds)
    return "<time datetime=\"\(exact)\" title=\"\(text(milliseconds))\">\(span(now - milliseconds)) ago</time>"
  }
}

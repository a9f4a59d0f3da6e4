internal import Foundation
internal import Subprocess
public import SystemPackage

/// A real browser without a screen: Debian's Chromium, driven by PyPI's playwright, with PyPI's axe looking for what keeps
/// people out. tools/install --tests installs them.
public enum Browser {
  /// What was seen of one page in one window.
  public struct Look: Sendable, Decodable {
    public var address: String
    /// Of the window, in CSS pixels.
    public var width: Int
    public var isDark: Bool
    public var title: String
    /// What the page's text is, as a person reads it.
    public var text: String
    /// Errors and warnings of the console, exceptions, and requests that failed.
    public var complaints: [String]
    /// Addresses of another origin that were asked for.
    public var elsewhere: [String]
    /// How wide the page wants to be, in CSS pixels.
    public var pageWidth: Int
    /// What axe calls serious or critical: the rule, and where.
    public var serious: [String]
  }

  private static let python = Programs.packageRoot.appending(".build/python/bin/python").string

  /// Whether all of it is installed. Tests that want it are skipped with a line that says so.
  public static let isThere: Bool = {
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/chromium"),
      let folders = try? FileManager.default.contentsOfDirectory(
        atPath: Programs.packageRoot.appending(".build/python/lib").string
      )
    else { return false }
    return folders.contains { folder in
      ["playwright", "axe_core_python"].allSatisfy { package in
        let path = Programs.packageRoot.appending(".build/python/lib/\(folder)/site-packages/\(package)").string
        return FileManager.default.fileExists(atPath: path)
      }
    }
  }()

  /// Opens pages, each on a desktop in the light and on a telephone of 390 pixels in the dark.
  ///
  /// - Parameters:
  ///   - addresses: `http:` or `file:`.
  ///   - pictures: A folder that is there, for a picture of each; nil for none.
  /// - Returns: Two looks at each page.
  /// - Throws: When the browser cannot be run; what it said is in the error.
  public static func look(at addresses: [String], pictures: FilePath? = nil) async throws -> [Look] {
    var environment: [String: String?] = [
      "LOOK_ADDRESSES": addresses.joined(separator: "\n"), "LOOK_SCRIPT": script, "LOOK_SECONDS": "\(secondsMax)",
    ]
    environment["LOOK_PICTURES"] = pictures?.string ?? ""
    var result = try await Programs.shell("\(python) -c \"$LOOK_SCRIPT\"", environment: environment)
    if result.status == stalled {
      // Where it stood is worth knowing, even when it goes well the second time.
      print("browser: no end in \(secondsMax) seconds, tried once more; it stood at\n\(result.errors)")
      result = try await Programs.shell("\(python) -c \"$LOOK_SCRIPT\"", environment: environment)
    }
    guard result.status == 0 else { throw BrowserFailed(words: result.errors) }
    return try JSONDecoder().decode([Look].self, from: Data(result.output.utf8))
  }

  /// Six looks beside all other tests on two cores took up to 95 seconds. A browser that has stopped answering is not what a
  /// test is about.
  private static let secondsMax = 240

  /// How the script ends when that time is over.
  private static let stalled: Int32 = 75

  private static let script = #"""
    import faulthandler, json, os, pathlib, sys, threading, urllib.parse
    import axe_core_python
    from playwright.sync_api import sync_playwright
    axe = (pathlib.Path(axe_core_python.__file__).parent / "axe.min.js").read_text()
    rules = "axe.run({resultTypes: ['violations']}).then(r => r.violations.filter(v => ['serious', 'critical'].includes(v.impact))" \
            ".map(v => v.id + ': ' + v.nodes[0].html.slice(0, 200)))"
    def give_up():
        print(f"{len(looks)} looks were done", file=sys.stderr, flush=True)
        faulthandler.dump_traceback()
        os._exit(75)
    looks = []
    timer = threading.Timer(float(os.environ["LOOK_SECONDS"]), give_up)
    timer.daemon = True
    timer.start()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"], timeout=120000)
        for address in os.environ["LOOK_ADDRESSES"].split("\n"):
            origin = urllib.parse.urlsplit(address)[:2]
            for width, dark in [(1280, False), (390, True)]:
                context = browser.new_context(viewport={"width": width, "height": 900 if width > 390 else 844},
                                              color_scheme="dark" if dark else "light")
                page = context.new_page()
                page.set_default_timeout(120000)
                # A page of a file has nobody to ask for news.
                if address.startswith("file:"): page.add_init_script("window.setInterval = () => 0")
                complaints, elsewhere = [], []
                page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
                page.on("pageerror", lambda e: complaints.append(str(e)))
                page.on("requestfailed", lambda r: complaints.append("failed: " + r.url))
                page.on("request", lambda r: elsewhere.append(r.url)
                        if urllib.parse.urlsplit(r.url)[:2] != origin and not r.url.startswith("data:") else None)
                page.goto(address, wait_until="load")
                # As long as its script may want something at once; axe is not the page's own and comes behind.
                page.wait_for_timeout(200)
                seen = {"address": address, "width": width, "isDark": dark, "title": page.title(),
                        "text": page.inner_text("body"), "complaints": list(complaints), "elsewhere": list(elsewhere),
                        "pageWidth": page.evaluate("document.documentElement.scrollWidth")}
                if os.environ["LOOK_PICTURES"]:
                    name = urllib.parse.quote(address.split("/", 3)[-1] or "overview", safe="")[-80:]
                    page.screenshot(path=f"{os.environ['LOOK_PICTURES']}/{name}-{width}{'-dark' if dark else ''}.png", full_page=True)
                # Evaluated by the browser's own door for debuggers, where the page's policy does not hold.
                seen["serious"] = page.evaluate(f"() => {{ {axe}; return {rules} }}")
                looks.append(seen)
                context.close()
        browser.close()
    print(json.dumps(looks))
    """#
}

/// The browser did not come to its end.
public struct BrowserFailed: Error, CustomStringConvertible {
  var words: String

  public var description: String { "the browser failed: \(words.suffix(4000))" }
}

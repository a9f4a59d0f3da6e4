internal import Hummingbird
internal import NIOCore

/// What travels with a request from the first middleware to the page that answers it.
struct VendorContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// The connection, for answers that are no HTTP.
  let channel: any Channel
  /// The rules as they were when the request came: a change meets the next one.
  var live: LiveRules
  /// What the log has of the request; nil for the paths under /vendor.
  var visit: Visit?
  /// What a fault does to the page.
  var twist: PageTwist?

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
    live = .none
  }
}

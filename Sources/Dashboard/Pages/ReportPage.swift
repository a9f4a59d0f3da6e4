internal import Monitoring

/// `weir report --html`: each feed's last run and its history, in one file that needs nothing beside it.
public enum ReportPage {
  public static func file(_ model: DashboardModel) -> String {
    let health = Health(model)
    let layout = Layout(
      title: "Report · \(model.name) · Weir",
      level: health.level,
      time: model.snapshot.time,
      links: model.links,
      assets: .inline
    )
    let feeds = model.snapshot.feeds.map { FeedPage.sections($0, at: model.snapshot.time) }
    return layout.page(
      """
      <h1>Report: \(model.name)</h1>\(HealthSection.of(health))\(feeds)\(PutAsideSection.rejected(model))\
      \(PutAsideSection.drift(model))
      """
    )
  }
}

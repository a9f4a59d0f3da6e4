internal import OpsCommands

@main
struct Weir {
  static func main() async { await WeirCommand.runToExit() }
}

internal import VendorSimulator

@main
struct WeirVendor {
  static func main() async { await VendorCommand.runProgram() }
}

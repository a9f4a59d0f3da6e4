internal import ArgumentParser

/// Which sets a vendor has: loaded from files, or made from a seed.
struct SetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("A set and the files of its snapshots; may be given several times.", valueName: "set=file,…")
  )
  var odata: [String] = []

  @Option(help: ArgumentHelp("The same as --odata; for readers of the command line.", valueName: "set=file,…"))
  var rest: [String] = []

  @Option(help: ArgumentHelp("The fields that tell a set's records apart.", valueName: "set=field,…"))
  var key: [String] = []

  @Option(help: ArgumentHelp("The field that loaded records get for the vendor's stamp.", valueName: "field"))
  var stamp = "ModificationTimestamp"

  @Option(help: "Listings to make, with Media, PropertyRooms and OpenHouse.")
  var homes = 0

  @Option(help: "Hotels to make.")
  var hotels = 0

  @Option(help: "Cars to make.")
  var cars = 0

  @Option(help: "What made records follow from: the same seed, the same records.")
  var seed: UInt64 = 1

  /// Most records of a set that is made; each is held in memory.
  static let madeMax = 5_000_000

  func validate() throws {
    for (name, count) in [("homes", homes), ("hotels", hotels), ("cars", cars)] {
      guard (0...Self.madeMax).contains(count) else {
        throw ValidationError("--\(name) is 0 to \(Self.madeMax), not \(count)")
      }
    }
    guard SetDescription.isName(stamp) else { throw ValidationError("--stamp is a field's name, not '\(stamp)'") }
  }

  /// - Throws: ``VendorError``: a set without a key, a key without a set, or nothing at all.
  func sources() throws(VendorError) -> [any RecordSource] {
    var keys: [String: [String]] = [:]
    for text in key {
      let (set, fields) = try Self.pair(text, option: "--key")
      guard keys.updateValue(fields, forKey: set) == nil else {
        throw .badOptions("--key is given twice for \"\(set)\"", hint: "name all its fields at once: --key \(set)=A,B")
      }
    }
    var sources: [any RecordSource] = []
    for (option, texts) in [("--odata", odata), ("--rest", rest)] {
      for text in texts {
        let (set, files) = try Self.pair(text, option: option)
        guard let key = keys.removeValue(forKey: set) else {
          throw .badOptions("no key for the set \"\(set)\"", hint: "add --key \(set)=FIELD[,FIELD]")
        }
        sources.append(FileSource(set: SetDescription(name: set, key: key, stamp: stamp), files: files))
      }
    }
    if let unused = keys.keys.min() {
      throw .badOptions("--key names \"\(unused)\", which no --odata or --rest loads", hint: "check how it is spelled")
    }
    if homes > 0 { sources.append(Homes(seed: seed, count: homes)) }
    if hotels > 0 { sources.append(CatalogueSource<Hotels>(seed: seed, count: hotels)) }
    if cars > 0 { sources.append(CatalogueSource<Cars>(seed: seed, count: cars)) }
    guard !sources.isEmpty else {
      throw .badOptions("there is nothing to serve", hint: "add --homes, --hotels, --cars, --odata or --rest")
    }
    return sources
  }

  /// `name=a,b` in its parts.
  private static func pair(_ text: String, option: String) throws(VendorError) -> (set: String, values: [String]) {
    let sides = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard sides.count == 2, SetDescription.isName(sides[0]) else {
      throw .badOptions(
        "\(option) \(text): not a set's name, \"=\" and what belongs to it",
        hint: "see: weir-vendor serve --help"
      )
    }
    return (sides[0], sides[1].split(separator: ",").map(String.init))
  }
}

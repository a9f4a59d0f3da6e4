/// Used cars, about 1 KB each: the inventory of a page-numbered REST vendor.
struct Cars: SeededCatalogue {
  static let set = SetDescription(name: "cars", key: ["id"], stamp: "updated_at")

  let seed: UInt64

  /// Ids begin here, so that they look like a vendor's and not like a row number.
  private static let firstID = 40_000_000

  func write(_ member: Population.Member, to text: inout RecordText) {
    var random = SeededGenerator(seed: seed, "car", member.number)
    let (make, models) = random.pick(Words.carMakes)
    let year = random.int(2008...2024)
    let age = 2025 - year
    // A car that is offered again costs less and has been driven further.
    let price = max(
      60_000,
      random.int(5_600_000...13_000_000) / (age + 1) - member.revision * random.int(5_000...25_000)
    )
    let mileage = age * random.int(6_000...21_000) + member.revision * random.int(1...90)
    let dealer = random.int(0...(Words.dealers.count - 1))
    text.record { car in
      car.member("id", Self.firstID + member.number)
      car.member("vin", Self.vin(&random))
      car.member("make", make)
      car.member("model", random.pick(models))
      car.member("year", year)
      car.member("price", scaled: price, places: 2)
      car.member("mileage", mileage)
      car.member("fuel", random.pick(["diesel", "electric", "hybrid", "petrol"]))
      car.member("transmission", random.pick(["automatic", "manual"]))
      car.member("color", random.pick(Words.colors))
      car.member("dealer") { text in
        text.member("id", dealer + 1)
        text.member("name", Words.dealers[dealer])
        text.member("city", random.pick(Words.cities))
        text.member("phone", SeededFormat.key("+999 555 ", random.int(0...99_999), width: 5))
      }
      car.member("features", array: SeededFormat.some(Words.carFeatures, least: 4, most: 9, &random))
      car.member("description", Words.text(Words.carSentences, length: 480, &random))
      car.member("listed_at", SeededFormat.timestamp(day: random.int(0...700), minute: random.int(0...1439)))
    }
  }

  /// The letters and digits that a VIN may have: neither I, O nor Q (ISO 3779).
  private static let vinAlphabet = Array("ABCDEFGHJKLMNPRSTUVWXYZ0123456789")

  private static func vin(_ random: inout SeededGenerator) -> String {
    String((0..<17).map { _ in random.pick(vinAlphabet) })
  }
}

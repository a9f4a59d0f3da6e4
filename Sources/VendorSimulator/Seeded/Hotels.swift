/// Hotels: content of a page-numbered REST vendor.
struct Hotels: SeededCatalogue {
  static let set = SetDescription(name: "hotels", key: ["id"], stamp: "updated_at")

  let seed: UInt64

  private static let firstID = 7_000

  func write(_ member: Population.Member, to text: inout RecordText) {
    var random = SeededGenerator(seed: seed, "hotel", member.number)
    let (country, currency) = random.pick(Words.countries)
    let city = random.pick(Words.cities)
    let price = random.int(4_500...61_000) + member.revision * random.int(50...900)
    text.record { hotel in
      hotel.member("id", Self.firstID + member.number)
      hotel.member(
        "name",
        "\(random.pick(Words.hotelNames)) \(random.pick(["Hotel", "House", "Inn", "Lodge", "Rooms"]))"
      )
      hotel.member("stars", random.int(1...5))
      hotel.member("city", city)
      hotel.member("country", country)
      hotel.member("latitude", scaled: random.int(-5_500_000...6_800_000), places: 5)
      hotel.member("longitude", scaled: random.int(-17_900_000...17_900_000), places: 5)
      hotel.member("price_from", scaled: price, places: 2)
      hotel.member("currency", currency)
      hotel.member("amenities", array: SeededFormat.some(Words.amenities, least: 2, most: 8, &random))
      hotel.member("description", Words.text(Words.hotelSentences, length: random.int(90...260), &random))
    }
  }
}

/// What is in a listing and in its media, rooms and open houses; follows from the seed, the number and the revision.
struct HomeRecords: Sendable {
  let seed: UInt64

  static func listingKey(_ number: Int) -> String { SeededFormat.key("P", number, width: 6) }

  func children(of parent: Int) -> [HomeChild] {
    var random = SeededGenerator(seed: seed, "children", parent)
    let counts: [(HomeChild.Kind, Int)] = [
      (.media, random.int(0...9)), (.room, random.int(2...9)), (.openHouse, random.chance(30) ? random.int(1...2) : 0),
    ]
    return counts.flatMap { kind, count in (0..<count).map { HomeChild(kind: kind, parent: parent, index: $0 + 1) } }
  }

  func writeProperty(_ member: Population.Member, to text: inout RecordText) {
    var random = SeededGenerator(seed: seed, "property", member.number)
    let status = [("New", "Active"), ("Price Change", "Active"), ("Sold Conditional", "Pending"), ("Sold", "Closed")]
    // A listing that changed was given another price; some were sold.
    let (mlsStatus, standardStatus) = member.revision == 0 ? status[0] : status[min(3, 1 + member.revision % 4)]
    let price = random.int(18_900_000...240_000_000) + member.revision * random.int(100_000...900_000)
    let city = random.pick(Words.cities)
    let streetNumber = String(random.int(1...480))
    let street = "\(random.pick(Words.streets)) \(random.pick(Words.streetKinds))"
    let listed = random.int(0...700)
    let photos = children(of: member.number).count { $0.kind == .media }
    text.record { home in
      home.member("ListingKey", Self.listingKey(member.number))
      home.member("ListingId", SeededFormat.uuid(&random))
      home.member("MlsStatus", mlsStatus)
      home.member("StandardStatus", standardStatus)
      home.member("ContractStatus", standardStatus == "Active" ? "Available" : "Unavailable")
      home.member("ListPrice", scaled: price, places: 2)
      home.member("BedroomsTotal", random.int(1...6))
      home.member("BathroomsTotalInteger", random.int(1...4))
      if random.chance(4) {
        home.memberNull("LivingArea")
      } else {
        home.member("LivingArea", scaled: random.int(3_800...52_000), places: 1)
      }
      home.member("City", city)
      home.member("PostalCode", SeededFormat.key("Q", random.int(0...9_999), width: 4))
      home.member("UnparsedAddress", "\(streetNumber) \(street), \(city)\(random.chance(5) ? " 🏡" : "")")
      home.member("Latitude", scaled: random.int(4_300_000_0...4_600_000_0), places: 6)
      home.member("Longitude", scaled: random.int(-8_100_000_0 ... -7_600_000_0), places: 6)
      home.member("ListingContractDate", SeededFormat.date(day: listed))
      home.member("InternetEntireListingDisplayYN", random.chance(90))
      home.member("PublicRemarks", Words.text(Words.homeSentences, length: random.int(200...560), &random))
      home.member("PhotosCount", photos)
      home.member("OriginalEntryTimestamp", SeededFormat.timestamp(day: listed, minute: random.int(0...1439)))
      home.member("Address") { address in
        address.member("City", city)
        address.member("StreetNumber", streetNumber)
        address.member("StreetName", street)
      }
      home.member("Appliances", array: SeededFormat.some(Words.appliances, least: 0, most: 6, &random))
    }
  }

  func write(_ child: HomeChild, revision: Int, to text: inout RecordText) {
    switch child.kind {
    case .media: writeMedia(child, revision: revision, to: &text)
    case .room: writeRoom(child, revision: revision, to: &text)
    case .openHouse: writeOpenHouse(child, revision: revision, to: &text)
    }
  }

  private func writeMedia(_ child: HomeChild, revision: Int, to text: inout RecordText) {
    var random = SeededGenerator(seed: seed, "media", child.parent, child.index)
    let listing = Self.listingKey(child.parent)
    // Every eighth size is beyond 2^53, where a double begins to lose numbers.
    let bytes =
      random.chance(12) ? 9_007_199_254_740_993 + random.int(0...1_000_000) * 2 : random.int(40_000...9_000_000)
    text.record { media in
      media.member("MediaKey", "\(listing)-\(SeededFormat.key("M", child.index, width: 3))")
      media.member("ResourceRecordKey", listing)
      media.member("MediaURL", "https://media.weir.example/\(listing)/\(child.index).jpg?v=\(revision + 1)")
      media.member("Order", child.index)
      media.member("MediaType", random.pick(["image/jpeg", "image/png", "video/mp4"]))
      media.member("MediaSizeBytes", bytes)
    }
  }

  private func writeRoom(_ child: HomeChild, revision: Int, to text: inout RecordText) {
    var random = SeededGenerator(seed: seed, "room", child.parent, child.index)
    let listing = Self.listingKey(child.parent)
    text.record { room in
      room.member("RoomKey", "\(listing)-\(SeededFormat.key("R", child.index, width: 2))")
      room.member("ListingKey", listing)
      room.member("RoomType", random.pick(Words.roomKinds))
      room.member("RoomLevel", random.pick(["Basement", "Main", "Second", "Third"]))
      room.member("RoomLength", scaled: random.int(180...900) + revision, places: 2)
      room.member("RoomWidth", scaled: random.int(150...700), places: 2)
    }
  }

  private func writeOpenHouse(_ child: HomeChild, revision: Int, to text: inout RecordText) {
    var random = SeededGenerator(seed: seed, "open house", child.parent, child.index)
    let listing = Self.listingKey(child.parent)
    // One that changed was moved: a day later for each time.
    let (day, minute) = (random.int(700...780) + revision, random.int(18...32) * 30)
    text.record { house in
      house.member("OpenHouseKey", "\(listing)-\(SeededFormat.key("H", child.index, width: 2))")
      house.member("ListingKey", listing)
      house.member("OpenHouseDate", SeededFormat.date(day: day))
      house.member("OpenHouseStartTime", SeededFormat.timestamp(day: day, minute: minute))
      house.member("OpenHouseEndTime", SeededFormat.timestamp(day: day, minute: minute + 120))
      house.member("OpenHouseRemarks", random.pick(Words.homeSentences))
    }
  }
}

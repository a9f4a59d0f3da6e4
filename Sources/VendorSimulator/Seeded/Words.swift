/// Invented places, makers and sentences. None of them is, or is meant to be, anyone's.
enum Words {
  static let cities = [
    "Arvenholm", "Bexmoor", "Calder Reach", "Dunmarrow", "Eastwick Falls", "Fernhollow", "Glenmere", "Harrowgate Mills",
    "Ironbridge Cove", "Juniper Flats", "Kestrel Bay", "Lowmarsh", "Mossgate", "Northvale", "O'Hara's Landing",
    "Port Ellery", "Quillford", "Rookhaven", "Sainte-Élodie", "Thornbury Heights", "Umberton", "Valmère", "Wrenfield",
    "Yarrowdale",
  ]

  static let streets = [
    "Alder", "Birchwood", "Cobble", "Drover's", "Elmgate", "Foxglove", "Granary", "Hawthorn", "Ivy", "Kiln", "Lantern",
    "Millrace", "Nightingale", "Orchard", "Paddock", "Quarry", "Rue de l'Étang", "Saltmarsh", "Tanner's", "Weaver's",
  ]

  static let streetKinds = ["Avenue", "Close", "Court", "Crescent", "Lane", "Road", "Street", "Terrace"]

  static let appliances = [
    "Dishwasher", "Dryer", "Freezer", "Garburator", "Gas Range", "Induction Cooktop", "Microwave", "Refrigerator",
    "Washer", "Wine Cooler",
  ]

  static let roomKinds = [
    "Bathroom", "Bedroom", "Den", "Dining Room", "Family Room", "Kitchen", "Laundry", "Living Room", "Office",
    "Primary Bedroom", "Sunroom",
  ]

  static let carMakes = [
    ("Aldermoor", ["Finch", "Heron", "Kite"]), ("Brisk", ["One", "Two", "Plus"]),
    ("Corvane", ["Delta", "Lumen", "Vero"]),
    ("Dunvale", ["Drover", "Ridge", "Tor"]), ("Estrella Nueva", ["Brisa", "Nube", "Sol"]),
    ("Fjordar", ["Elv", "Foss", "Vik"]), ("Gantry", ["Hauler 150", "Hauler 250", "Yard"]),
    ("Hollin", ["A3t", "B5t", "C7t"]),
  ]

  static let colors = [
    "basalt grey", "bone white", "copper", "fern green", "glacier blue", "ink black", "plum", "sand", "signal red",
    "silver",
  ]

  static let carFeatures = [
    "adaptive cruise control", "all-wheel drive", "blind spot monitor", "bluetooth", "head-up display", "heated seats",
    "heated steering wheel", "keyless entry", "lane assist", "leather seats", "navigation", "panoramic roof",
    "parking sensors", "power tailgate", "rear camera", "remote start", "roof rails", "tow hitch", "wireless charging",
  ]

  static let dealers = [
    "Bexmoor Auto Hall", "Calder Reach Motors", "Dunmarrow & Daughters", "Fernhollow Car Barn", "Kestrel Bay Wheels",
    "Mossgate Pre-Owned", "Northvale Drive Centre", "Rookhaven Vehicle Exchange",
  ]

  static let amenities = [
    "air conditioning", "airport shuttle", "bar", "bicycle hire", "breakfast", "fitness room", "garden", "laundry",
    "lift", "parking", "pets welcome", "pool", "restaurant", "sauna", "terrace", "wifi",
  ]

  static let hotelNames = [
    "Anchor", "Blue Lantern", "Clockmaker's", "Driftwood", "Étoile du Port", "Ferryman", "Golden Sheaf",
    "Harbourmaster",
    "Inkwell", "Lime Tree", "Mariner", "Old Granary", "Polar Star", "Queen's Ferry", "Silver Heron", "Three Bridges",
  ]

  static let countries = [("AV", "AVC"), ("BX", "BXD"), ("DM", "DMK"), ("EL", "EUR"), ("NV", "NVK"), ("QF", "QFP")]

  static let homeSentences = [
    "Bright rooms look over a quiet garden.", "The kitchen was rebuilt last year and has an island of oak.",
    "A wide stair leads to the bedrooms under the roof.", "Schools, shops and the ferry are a short walk away.",
    "The cellar is dry and holds a workshop.", "South-facing windows warm the house in winter.",
    "New wiring, new roof, and a boiler that was serviced in spring.",
    "The owner's own plum trees stay with the house 🌳.",
    "A café and a bakery are round the corner.", "Offers are read on Thursday; \"as is\" offers are welcome.",
    "The driveway has room for two cars and a boat.", "From the terrace you see the whole valley.",
  ]

  static let carSentences = [
    "One owner from new, with every invoice kept in the glove box.",
    "The tyres were changed in autumn and have worn little.",
    "Stone chips on the bonnet have been touched up by a professional.",
    "Drives straight, brakes evenly and starts on the first turn in the cold.",
    "The timing belt, the water pump and all fluids were replaced at the last service.",
    "It was never smoked in, and pets always travelled in the back.",
    "A second set of wheels with winter tyres is included in the price.",
    "The battery was tested last month and holds nine tenths of what it did.",
    "Come and see it on any weekday; a test drive needs a licence and twenty minutes.",
    "We take your old car in exchange and pay the difference the same day.",
    "There is a small scratch on the left rear door that the pictures show.",
    "The warranty may be carried over to the next owner without a fee.",
  ]

  static let hotelSentences = [
    "Rooms look over the harbour or the old town.", "Breakfast is served until eleven, on the terrace when it is warm.",
    "The station is four minutes away on foot.", "Each floor has a small library and a kettle.",
    "Bicycles may be borrowed at the desk.", "Thick walls keep the street's noise out.",
    "The restaurant cooks what the market has that morning.", "Children under six stay without charge.",
  ]

  /// Sentences one after another until the text has about `length` bytes; now and then a new line.
  static func text(_ sentences: [String], length: Int, _ random: inout SeededGenerator) -> String {
    var text = random.pick(sentences)
    while text.utf8.count < length {
      text += random.chance(8) ? "\n" : " "
      text += random.pick(sentences)
    }
    return text
  }
}

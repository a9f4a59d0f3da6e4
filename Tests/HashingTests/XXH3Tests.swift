import Testing

@testable import Hashing

struct XXH3Tests {
  /// Made by libxxhash 0.8.1 over the bytes that ``agrees(count:expected:)`` makes.
  @Test(
    "every length's digest is the reference library's",
    arguments: [
      (0, "99aa06d3014798d86001c324468d497f"),
      (1, "495b62073ef70ca44c5cca45d0f4811f"),
      (2, "f1b5eec902a1eb5e29c60963cbfa4e6e"),
      (3, "390cdc5b4a895dd76e3e2670e61106ac"),
      (4, "aa6e2f274640a3f43d668af6f2a44d77"),
      (5, "d9da89da8d7e169a62853c5f1a6eda6e"),
      (8, "6a86a3bda6af4e3d61ddbe7f31a6100d"),
      (9, "664c7ca18afd62558c7b67fd458a936b"),
      (15, "6ef18f28edd02b19d2738c0bad6cbf9a"),
      (16, "7f9a218b0425449ae2ce54a7c19c730d"),
      (17, "66fc23f6439dbd778d96ef110fcdebb4"),
      (31, "d8201bc2fedefe5ccee425163875b69b"),
      (32, "49a11ee743d6d342fd357cf6cb2dda18"),
      (33, "7228d9284a8116f6f8994653f4bfe6da"),
      (64, "e0faf20e0e0fe0ddba7e015a54f14be1"),
      (65, "9397df27b7a9871385326f4078a61329"),
      (96, "fb78ac185ef554438b8720f565dcf40c"),
      (97, "9cfc8c7d6e7815c8bb385623e598c6d4"),
      (127, "52dab58367ef2d2d4762e44c32718ea5"),
      (128, "aec730751478556cff361dec1385710a"),
      (129, "98cd36ccbb5579264545b3a09738e31a"),
      (130, "7fa91940f13fed8f51f93bd2e6f2a3cb"),
      (159, "092102a9631152daf6c2de5f35a4e9fa"),
      (160, "832af93acbf14d0b10963bc4f63e0de8"),
      (192, "e9e3bb05b10df5c44079b989e727fb44"),
      (239, "6e78178133d2c10bd0329d9f9566468d"),
      (240, "5293e17bf553903d3f2c53e72293711f"),
      (241, "b53840fe3fedf161956cae592c67279e"),
      (255, "08c3b91c3870117b64a6073025eb7929"),
      (256, "d0d2829a226d0edbb15e550733c5dfac"),
      (320, "f4fb7aa7754943ea50c64a131ba9ddea"),
      (1023, "dc3d5ec68f8d4b5aaa76836516a7ea30"),
      (1024, "f3fc143cd81d51baa1e16f2edf2cbed6"),
      (1025, "90bcb44432d2e5020a6d2c17259fe4bb"),
      (1088, "dd579fe0f85cacc80ef0c0dc0e8682f1"),
      (1089, "eff973d3bb75d81de9459411d2759a81"),
      (2048, "e5d454057f8dce3a1c81a12455515459"),
      (2049, "b43a4efc65acb84ce54b75096179fb9c"),
      (5000, "8a0ea3906584c057aedbe953d207917d"),
      (100003, "2140b039ece9bc559c93a2d397034314"),
    ]
  )
  func agrees(count: Int, expected: String) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 131 + ($0 >> 8) * 17 + 7) }
    let digest = XXH3.hash(bytes.span)
    let halves = [digest.high, digest.low].map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }
    #expect(halves.joined() == expected)
  }
}

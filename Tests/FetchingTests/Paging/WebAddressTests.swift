import Testing

@testable import Fetching

/// Who decides where a token may go must read an address as the one who connects does.
struct WebAddressTests {
  @Test(
    "an address that two readers could take differently is refused",
    arguments: [
      ("http://user@host/", WebAddressProblem.userInfo), ("http://user:pw@host/", .userInfo),
      ("http://good.example@evil.example/", .userInfo), ("http://good.example\\@evil.example/", .userInfo),
      ("http://good.example\\.evil.example/", .badHost), ("http://ho st/", .badHost), ("http:///path", .noHost),
      ("http://host:99999/", .badPort), ("http://host:0/", .badPort), ("http://host:8a/", .badPort),
      ("http://[::1/", .badHost), ("http://[x]/", .badHost), ("ftp://host/", .otherScheme("ftp")),
      ("file:///etc/passwd", .otherScheme("file")), ("//host/", .noScheme), ("http://host/\r\nX: y", .controlCharacter),
      ("http://hóst/", .badHost), ("http://host%2eevil/", .badHost),
      ("javascript:alert(1)", .otherScheme("javascript")),
    ]
  )
  func refused(text: String, problem: WebAddressProblem) {
    #expect(throws: problem) { try WebAddress(text) }
  }

  @Test(
    "origins are equal whatever their writing",
    arguments: [
      ("HTTP://Host/a", "http://host:80/b", true), ("https://h:443/", "https://h", true),
      ("http://h/", "https://h/", false),
      ("http://h:8080/", "http://h/", false), ("http://h/", "http://h./", false),
      ("http://[::1]:80/", "http://[::1]/", true),
    ]
  )
  func origins(left: String, right: String, areEqual: Bool) throws {
    #expect((try WebAddress(left).origin == WebAddress(right).origin) == areEqual)
  }

  @Test(
    "links are resolved as RFC 3986 §5.4 has them",
    arguments: [
      ("g", "http://a/b/c/g"), ("./g", "http://a/b/c/g"), ("g/", "http://a/b/c/g/"), ("/g", "http://a/g"),
      ("//g", "http://g/"), ("?y", "http://a/b/c/d?y"), ("g?y", "http://a/b/c/g?y"), ("", "http://a/b/c/d?q"),
      ("..", "http://a/b/"), ("../g", "http://a/b/g"), ("../../g", "http://a/g"), ("../../../g", "http://a/g"),
      ("/./g", "http://a/g"), ("/../g", "http://a/g"), ("g;x=1/./y", "http://a/b/c/g;x=1/y"), ("g#s", "http://a/b/c/g"),
      ("http://x:81/z?1", "http://x:81/z?1"),
    ]
  )
  func resolved(link: String, expected: String) throws {
    #expect(try WebAddress("http://a/b/c/d?q").resolving(link).text == expected)
  }

  @Test("an opaque link stays what it was; only what no request line may hold is encoded")
  func opaque() throws {
    let base = try WebAddress("http://a/odata/")
    let kept = "Property?$filter=A%20eq%20'x'&$skiptoken=1.2+3/=~%2F"
    #expect(try base.resolving(kept).text == "http://a/odata/\(kept)")
    #expect(try base.resolving("P?$filter=A eq 'é'&x=%zz").text == "http://a/odata/P?$filter=A%20eq%20'%C3%A9'&x=%25zz")
  }

  @Test("what is printed shows no query, and what is kept shows named parameters only")
  func shown() throws {
    let address = try WebAddress("https://h/p").adding([("page", "2"), ("api_key", "secret"), ("q", "a&b=c d")])
    #expect(address.text == "https://h/p?page=2&api_key=secret&q=a%26b%3Dc%20d")
    #expect(address.shown == "https://h/p")
    #expect(address.redacted(showing: ["page"]) == "https://h/p?page=2&api_key=***&q=***")
  }
}

/// `$metadata`: what sets there are and what is in them. Source: OData CSDL XML Representation 4.01.
enum MetadataDocument {
  static func xml(_ versions: [SetVersion]) -> String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">
      <edmx:DataServices>
        <Schema Namespace="Vendor" xmlns="http://docs.oasis-open.org/odata/ns/edm">
    \(versions.map(entityType).joined(separator: "\n"))
          <EntityContainer Name="Container">
    \(versions.map(entitySet).joined(separator: "\n"))
          </EntityContainer>
        </Schema>
      </edmx:DataServices>
    </edmx:Edmx>

    """
  }

  private static func entityType(_ version: SetVersion) -> String {
    let key = version.set.key.map { "          <PropertyRef Name=\"\(escaped($0))\"/>" }
    let properties = version.table.schema.properties.map { property in
      let type = "Type=\"\(property.type.edmName)\""
      let scale = property.type == .decimal ? " Scale=\"variable\"" : ""
      return
        "        <Property Name=\"\(escaped(property.name))\" \(type) Nullable=\"\(property.isNullable)\"\(scale)/>"
    }
    let lines =
      ["      <EntityType Name=\"\(version.set.name)\">", "        <Key>"] + key + ["        </Key>"] + properties
      + ["      </EntityType>"]
    return lines.joined(separator: "\n")
  }

  private static func entitySet(_ version: SetVersion) -> String {
    "        <EntitySet Name=\"\(version.set.name)\" EntityType=\"Vendor.\(version.set.name)\"/>"
  }

  /// A vendor's field may be called anything.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
    return result
  }
}

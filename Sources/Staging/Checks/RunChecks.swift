internal import PipelineConfig

extension QualityChecks.Rules {
  /// What a run, all of whose segments were staged, does not meet: a sentence each, with the column and both numbers.
  ///
  /// `repeated` counts the values of a column that several keys have.
  ///
  /// - Throws: What `repeated` throws.
  func complaints(about run: RunRecord, repeated: (String) throws -> UniqueValues.Answer) throws -> [String] {
    var complaints: [String] = []
    if let minRecords, let end = run.end, end.isWhole, end.records < minRecords {
      complaints.append("\(end.records) records, and min_records is \(minRecords)")
    }
    let rows = run.figures.rows
    for share in maxNullShares where rows >= QualityChecks.shareFrom || share.max == 0 {
      let nulls = run.figures.columns[share.column]?.nulls ?? 0
      guard Double(nulls) > share.max * Double(rows) else { continue }
      complaints.append(
        "column \(share.column): \(nulls) of \(rows) rows are null, and max_null_share is \(share.max)"
      )
    }
    for column in unique {
      switch try repeated(column) {
      case .values(0): break
      case .values(let count):
        complaints.append("column \(column): \(count) values belong to more than one key, and it is to be unique")
      case .tooMany:
        complaints.append("column \(column): unique is not asked of more than \(UniqueValues.rowsMax) rows")
      case .gone: complaints.append("column \(column): unique cannot be asked, since segments of the run are gone")
      }
    }
    if let maxAge, let end = run.end?.time {
      let allowed = maxAge.components.seconds
      if let newest = run.figures.newest {
        let age = Int64(end - newest)
        if age > allowed {
          complaints.append("the newest record is \(age) seconds old, and max_age is \(allowed)")
        }
      } else {
        complaints.append("no record says when it changed, and max_age is \(allowed) seconds")
      }
    }
    return complaints
  }
}

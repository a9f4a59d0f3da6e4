/// The version that programs print and write into the footer of each segment they make.
public enum WeirVersion {
  public static let current = "0.1.0"
}

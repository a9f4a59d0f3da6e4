// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is built under the same rules; a target never relaxes them for itself.
let house: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),  // each unsafe use is spelled `unsafe`
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),  // C modules stay behind their wrapper
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTP2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

/// A library of the house: its folder in Sources, and the floors below that it stands on.
func room(_ name: String, on dependencies: [Target.Dependency] = [], excluding files: [String] = []) -> Target {
  .target(name: name, dependencies: dependencies, exclude: files, swiftSettings: house)
}

/// A program: a few lines that join a shell to a stage.
func program(_ name: String, on dependencies: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: dependencies, swiftSettings: house)
}

func tests(_ name: String, on dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: house)
}

let package = Package(
  name: "weir",
  products: [
    .executable(name: "weir", targets: ["weir"]),
    .executable(name: "weir-fetch", targets: ["weir-fetch"]),
    .executable(name: "weir-hash", targets: ["weir-hash"]),
    .executable(name: "weir-stage", targets: ["weir-stage"]),
    .executable(name: "weir-merge", targets: ["weir-merge"]),
    .executable(name: "weir-vendor", targets: ["weir-vendor"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-http2.git", from: "1.46.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-system.git", from: "1.8.1"),
    .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
    .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess.git", from: "1.0.2"),
  ],
  targets: [
    // Programs.
    program("weir", on: ["OpsCommands", "Telemetry", argumentParser]),
    program("weir-fetch", on: ["Fetching", "PipelineConfig", "StageRuntime", "Telemetry", argumentParser]),
    program("weir-hash", on: ["Hashing", "StageRuntime", "Telemetry", argumentParser]),
    program("weir-stage", on: ["Staging", "StageRuntime", "Telemetry", argumentParser]),
    program("weir-merge", on: ["Merging", "PipelineConfig", "StageRuntime", "Telemetry", argumentParser]),
    program("weir-vendor", on: ["VendorSimulator", "Telemetry", argumentParser]),

    // Shells.
    room("Control", on: ["PipelineConfig", "Postgres", "Spool", "Telemetry", subprocess, system]),
    room(
      "OpsCommands",
      on: [
        "Control", "Dashboard", "JSONText", "Merging", "Monitoring", "PipelineConfig", "Postgres", "Service", "Spool",
        "Staging", "Telemetry", "Webhooks",
        argumentParser, asyncHTTPClient, logging, nioCore, nioHTTP1, subprocess, system,
      ]
    ),
    room(
      "Dashboard",
      on: ["Control", "Monitoring", "PipelineConfig", "Postgres", "Spool", "Staging", "Telemetry", system]
    ),
    room("Monitoring", on: ["Control", "JSONText", "PipelineConfig", "Postgres", "Spool", "Telemetry", system]),
    room(
      "Service",
      on: [
        "Control", "JSONText", "Monitoring", "PipelineConfig", "Postgres", "Spool", "Telemetry", crypto, httpTypes,
        hummingbird, hummingbirdCore, logging, nioCore, nioHTTPTypes, serviceLifecycle, system,
      ]
    ),
    room(
      "Webhooks",
      on: [
        "Control", "JSONText", "Monitoring", "PipelineConfig", "Telemetry", asyncHTTPClient, crypto, nioCore, nioHTTP1,
        system,
      ]
    ),
    room("StageRuntime", on: ["PipelineConfig", "Spool", "Telemetry", argumentParser, logging, system]),

    // Stages: never import each other.
    room(
      "Fetching",
      on: [
        "Decompression", "JSONText", "PipelineConfig", "Spool", "Telemetry", asyncHTTPClient, crypto, logging, nioCore,
        nioHTTP1, nioPosix, nioSSL, system,
      ]
    ),
    room("Hashing", on: ["CDigests", "JSONText", "PipelineConfig", "Spool", "Telemetry", crypto]),
    room("Merging", on: ["JSONText", "PipelineConfig", "Postgres", "Spool", "Telemetry", crypto, logging, system]),
    room("Staging", on: ["JSONText", "PipelineConfig", "Spool", "Telemetry"]),

    // Files: the only code that knows a path in the spool.
    room("Spool", on: ["CLinux", "JSONText", "LZ4", "Telemetry", system]),

    // Values.
    room("Decompression", on: ["CDeflate"]),
    room("JSONText", on: ["CSimdJSON"]),
    room("LZ4", on: ["CDigests", "CLZ4"]),
    room("PipelineConfig", on: ["JSONText", "Telemetry", system], excluding: ["pipeline.schema.json"]),
    room("Postgres", on: ["CLibPQ", "PipelineConfig", "Telemetry", system]),
    room("Telemetry", on: [logging]),

    // C doors.
    .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
    .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CDigests"),
    .target(name: "CLinux"),
    .target(name: "CSimdJSON", linkerSettings: [.linkedLibrary("simdjson")]),

    // Beside: a vendor to practise on, and what tests share.
    room(
      "VendorSimulator",
      on: [
        "CZlib", "JSONText", "LZ4", "Telemetry", argumentParser, asyncHTTPClient, httpTypes, hummingbird,
        hummingbirdCore, logging, nioCore, nioHTTP1, nioPosix, serviceLifecycle, system, unixSignals,
      ]
    ),
    room(
      "TestSupport",
      on: ["PipelineConfig", "Postgres", "Spool", "Telemetry", nioCore, nioHTTP1, nioPosix, subprocess, system]
    ),

    // Tests mirror targets.
    tests("DecompressionTests", on: ["CZlib", "Decompression", "TestSupport"]),
    tests(
      "FetchingTests",
      on: [
        "Fetching", "JSONText", "PipelineConfig", "Spool", "Telemetry", "TestSupport", nioCore, nioHTTP1, nioHTTP2,
        nioPosix, nioSSL, system,
      ]
    ),
    tests("HashingTests", on: ["Hashing", "JSONText", "PipelineConfig", "Spool", "TestSupport", crypto, system]),
    tests("JSONTextTests", on: ["JSONText", "TestSupport", system]),
    tests("LZ4Tests", on: ["CLZ4", "LZ4", "TestSupport", system]),
    tests(
      "MergingTests",
      on: [
        "JSONText", "Merging", "PipelineConfig", "Postgres", "Spool", "Telemetry", "TestSupport", logging, nioCore,
        nioPosix, system,
      ]
    ),
    tests(
      "DashboardTests",
      on: [
        "Dashboard", "Control", "Monitoring", "PipelineConfig", "Postgres", "Spool", "Telemetry", "TestSupport",
        subprocess,
        system,
      ]
    ),
    tests(
      "MonitoringTests",
      on: [
        "Monitoring", "Control", "JSONText", "PipelineConfig", "Postgres", "Spool", "Telemetry", "TestSupport",
        subprocess,
        system,
      ]
    ),
    tests(
      "OpsCommandsTests",
      on: [
        "OpsCommands", "Control", "Monitoring", "PipelineConfig", "Postgres", "Spool", "Telemetry", "TestSupport",
        argumentParser,
        subprocess, system,
      ]
    ),
    tests("PipelineConfigTests", on: ["JSONText", "PipelineConfig", "Telemetry", "TestSupport", system]),
    tests(
      "PipelineTests",
      on: [
        "JSONText", "PipelineConfig", "Postgres", "Spool", "Telemetry", "TestSupport", nioCore, nioPosix, subprocess,
        system,
      ]
    ),
    tests("PostgresTests", on: ["Postgres", "Telemetry", "TestSupport", system]),
    tests(
      "ServiceTests",
      on: [
        "Service", "Control", "JSONText", "PipelineConfig", "Postgres", "Spool", "Telemetry", "TestSupport",
        asyncHTTPClient, httpTypes, nioCore, nioHTTP1, subprocess, system,
      ]
    ),
    tests("SpoolTests", on: ["Spool", "LZ4", "Telemetry", "TestSupport", system]),
    tests(
      "StageRuntimeTests",
      on: ["PipelineConfig", "Spool", "StageRuntime", "Telemetry", "TestSupport", argumentParser, system]
    ),
    tests(
      "StagingTests",
      on: ["Staging", "JSONText", "PipelineConfig", "Postgres", "Spool", "Telemetry", "TestSupport", system]
    ),
    tests("TelemetryTests", on: ["Telemetry", "TestSupport", logging]),
    tests(
      "WebhooksTests",
      on: [
        "Webhooks", "Control", "JSONText", "Monitoring", "PipelineConfig", "Spool", "Telemetry", "TestSupport", crypto,
        system,
      ]
    ),
    tests(
      "VendorSimulatorTests",
      on: [
        "VendorSimulator", "JSONText", "Telemetry", "TestSupport", asyncHTTPClient, httpTypes, nioCore, nioHTTP1,
        serviceLifecycle, system,
      ]
    ),
  ],
  cxxLanguageStandard: .cxx17
)

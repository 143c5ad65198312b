// swift-tools-version: 6.2

import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
    // The JSON reader and writer are generic and small; used from other modules unspecialised they cost a tenth of a
    // command. The flag has an effect on `public` code alone, so `Primitives` and `StrictJSON` are `public`.
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let collections = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let jwtKit = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioCompression = Target.Dependency.product(name: "NIOHTTPCompression", package: "swift-nio-extras")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTP2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypesHTTP1 = Target.Dependency.product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let nioHTTPTypesHTTP2 = Target.Dependency.product(name: "NIOHTTPTypesHTTP2", package: "swift-nio-extras")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let tracing = Target.Dependency.product(name: "Tracing", package: "swift-distributed-tracing")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")

// The binary carries the schema and the seeds, so that it runs from any directory.
let migrations = [
    "roles.sql", "privileges.sql",
    "001-roles.sql", "002-log-epochs.sql", "003-log-head.sql", "004-events.sql", "005-events-append-only.sql",
    "006-commands.sql", "007-commands-maintain.sql", "008-orders.sql", "009-secrets.sql",
    "010-projections.sql", "011-projection-active.sql", "012-order-list.sql", "013-order-list-keys.sql",
    "014-stats-orders.sql", "015-stats-statuses.sql", "016-stats-minutes.sql", "017-stats-durations.sql",
    "018-projection-versions.sql", "019-orders-versions.sql", "020-projection-replays.sql",
    "021-projection-open.sql", "022-orders-customer.sql", "023-order-states.sql",
    "024-order-list-version.sql", "025-projection-layouts.sql", "026-projection-fence.sql",
    "027-tracking-numbers.sql", "028-order-list-numbers.sql", "029-attention-queue.sql",
    "030-commands-expiry.sql", "031-ids-as-bytes.sql", "032-index-steps.sql", "036-log-database.sql",
    "050-tracking-links.sql", "051-staff-sessions.sql", "060-projections-failed.sql",
    "061-order-list-by-carrier.sql",
]

let package = Package(
    name: "waybill",
    products: [
        .executable(name: "waybill", targets: ["waybill"]),
        .executable(name: "waybill-docs", targets: ["waybill-docs"]),
        .executable(name: "waybill-load", targets: ["waybill-load"]),
        .library(name: "WaybillClient", targets: ["WaybillClient"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", exact: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", exact: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit", exact: "5.7.1"),
    ],
    targets: [
        .systemLibrary(
            name: "CLibPQ",
            pkgConfig: "libpq",
            providers: [.apt(["libpq-dev"])]
        ),
        .target(name: "Schema", path: "Schema", resources: migrations.map { .embedInCode($0) }, swiftSettings: strict),
        .target(name: "CSeeds", path: "Seeds", exclude: ["orders.ndjson"]),
        .target(name: "CPages", path: "Pages", exclude: ["assets", "templates"]),
        .systemLibrary(name: "CLinux"),
        .target(name: "CAllocator", linkerSettings: [.linkedLibrary("mimalloc")]),
        .target(name: "CSendRing", linkerSettings: [.linkedLibrary("uring")]),
        .target(name: "PageFiles", dependencies: ["CPages"], swiftSettings: strict),
        .target(name: "Primitives", dependencies: ["CLinux"], swiftSettings: strict),
        .target(name: "StrictJSON", dependencies: ["Primitives"], swiftSettings: strict),
        .target(name: "Orders", dependencies: ["Primitives", "StrictJSON"], swiftSettings: strict),
        .target(
            name: "Postgres",
            dependencies: ["CLibPQ", "Primitives", collections, logging, lifecycle],
            swiftSettings: strict
        ),
        .target(
            name: "EmbeddedPostgres",
            dependencies: ["CLinux", "Postgres", "Primitives", logging, lifecycle],
            swiftSettings: strict
        ),
        .target(
            name: "Redis",
            dependencies: ["Primitives", collections, logging, nio, nioPosix, nioSSL],
            swiftSettings: strict
        ),
        .target(name: "Telemetry", dependencies: ["Primitives", coreMetrics, logging], swiftSettings: strict),
        .target(
            name: "OTLPExport",
            dependencies: [
                "StrictJSON", "Telemetry", httpClient, lifecycle, logging, nio, nioHTTP1, tracing,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Access",
            dependencies: ["Primitives", "StrictJSON", crypto, cryptoExtras, jwtKit, logging],
            swiftSettings: strict
        ),
        .target(
            name: "OrderLog",
            dependencies: [
                "Orders", "Postgres", "Primitives", "Schema", "StrictJSON", "Telemetry", collections, crypto, logging,
                lifecycle,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "HTTPTransport",
            dependencies: [
                "CAllocator", "Primitives", "Telemetry", collections, httpTypes, hummingbirdCore, lifecycle, logging,
                nio,
                nioCompression, nioHTTP1, nioHTTP2, nioHTTPTypes, nioHTTPTypesHTTP1, nioHTTPTypesHTTP2, nioPosix,
                nioSSL, nioTLS, unixSignals,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "EventStreams",
            dependencies: [
                "CAllocator", "CLinux", "CSendRing", "HTTPTransport", "OrderLog", "Orders", "Primitives", "StrictJSON",
                "Telemetry", collections, httpTypes, lifecycle, logging, nio, nioHTTPTypes, nioPosix,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "LogRelay",
            dependencies: [
                "OrderLog", "Orders", "Postgres", "Primitives", "Redis", "Telemetry", collections, crypto, lifecycle,
                logging, nio,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Projections",
            dependencies: [
                "OrderLog", "Orders", "Postgres", "Primitives", "StrictJSON", "Telemetry", collections, lifecycle,
                logging,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "OrderAPI",
            dependencies: [
                "Access", "CLinux", "EventStreams", "HTTPTransport", "OrderLog", "Orders", "Postgres", "Primitives",
                "Projections", "StrictJSON", "Telemetry", collections, crypto, httpTypes, hummingbird, lifecycle,
                logging, nio, nioHTTPTypes, nioPosix, tracing,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "APIDescription",
            dependencies: [
                "Access", "EventStreams", "HTTPTransport", "LogRelay", "OTLPExport", "OrderAPI", "OrderLog", "Orders",
                "PageFiles",
                "Primitives", "Projections", "StrictJSON", "Telemetry", crypto, httpTypes, hummingbird, logging, nio,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Pages",
            dependencies: [
                "APIDescription", "Access", "EventStreams", "HTTPTransport", "OrderAPI", "OrderLog", "Orders",
                "PageFiles",
                "Primitives", "Projections", "StrictJSON", "Telemetry", crypto, httpTypes, hummingbird, logging,
                mustache, nio,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "WaybillServer",
            dependencies: [
                "APIDescription", "Access", "EventStreams", "HTTPTransport", "LogRelay", "OTLPExport", "OrderAPI",
                "OrderLog", "Pages",
                "Postgres", "Primitives", "Projections", "Redis", "Telemetry", hummingbird, lifecycle, logging, nio,
                nioPosix,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "WaybillClient",
            dependencies: [httpClient, nio, nioHTTP1, nioPosix, nioSSL],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "waybill",
            dependencies: [
                "Access", "CSeeds", "EmbeddedPostgres", "HTTPTransport", "OTLPExport", "OrderLog", "Orders", "Postgres",
                "Primitives", "Projections", "Redis", "Schema", "StrictJSON", "Telemetry", "WaybillClient",
                "WaybillServer", argumentParser,
                httpClient, lifecycle, logging, nio, nioHTTP1, nioPosix, nioSSL, tracing, unixSignals,
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "waybill-docs",
            dependencies: ["APIDescription", argumentParser],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "FollowOrder",
            dependencies: ["WaybillClient"],
            path: "Tests/Examples/FollowOrder",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "waybill-load",
            dependencies: [
                "Access", "CLinux", "EmbeddedPostgres", "EventStreams", "OrderLog", "Orders", "Postgres", "Primitives",
                argumentParser, logging,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "TestSupport",
            dependencies: ["EmbeddedPostgres", "Postgres", logging, nioSSL],
            path: "Tests/TestSupport",
            swiftSettings: strict
        ),
        .target(
            name: "LogSupport",
            dependencies: ["OrderLog", "Orders", "Postgres", "StrictJSON", "TestSupport", logging],
            path: "Tests/LogSupport",
            swiftSettings: strict
        ),
        .testTarget(
            name: "AccessTests",
            dependencies: ["Access", "Primitives", crypto, cryptoExtras, logging],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CommandLineTests",
            dependencies: ["HTTPTransport", "Orders", "WaybillClient", "waybill", argumentParser],
            swiftSettings: strict
        ),
        .testTarget(
            name: "EmbeddedPostgresTests",
            dependencies: ["EmbeddedPostgres", "Postgres", "TestSupport", logging, lifecycle],
            swiftSettings: strict
        ),
        .testTarget(
            name: "EventStreamsTests",
            dependencies: [
                "CAllocator", "EventStreams", "HTTPTransport", "OrderLog", "Orders", "Telemetry", "TestSupport",
                httpTypes, logging, nio, nioEmbedded, nioHTTPTypes,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "LoadTests",
            dependencies: ["waybill-load", "Orders", "StrictJSON"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "OrderLogTests",
            dependencies: [
                "LogSupport", "OrderLog", "Orders", "Postgres", "Schema", "Telemetry", "TestSupport", logging,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DescriptionTests",
            dependencies: [
                "APIDescription", "Access", "LogSupport", "OrderAPI", "OrderLog", "Orders", "Pages", "Postgres",
                "Projections", "StrictJSON", "WaybillServer", httpTypes, hummingbird, logging,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "OrdersTests",
            dependencies: ["Orders", "StrictJSON"],
            exclude: ["Corpus"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PostgresTests",
            dependencies: ["Postgres", "TestSupport", logging, lifecycle],
            swiftSettings: strict
        ),
        .testTarget(
            name: "RedisTests",
            dependencies: ["Primitives", "Redis", "TestSupport", nio, nioPosix],
            swiftSettings: strict
        ),
        .testTarget(
            name: "LogRelayTests",
            dependencies: [
                "LogRelay", "OrderLog", "Orders", "Postgres", "Redis", "Telemetry", "TestSupport", crypto, nio,
            ],
            swiftSettings: strict
        ),
        .testTarget(name: "PrimitivesTests", dependencies: ["Primitives"], swiftSettings: strict),
        .testTarget(
            name: "ProjectionsTests",
            dependencies: [
                "Access", "LogSupport", "OrderLog", "Orders", "Postgres", "Projections", "StrictJSON", "Telemetry",
                "TestSupport", "WaybillServer", httpClient, logging, nio, nioHTTP1,
            ],
            swiftSettings: strict
        ),
        .testTarget(name: "StrictJSONTests", dependencies: ["StrictJSON"], swiftSettings: strict),
        .testTarget(
            name: "TelemetryTests",
            dependencies: ["Primitives", "Telemetry", coreMetrics, logging],
            swiftSettings: strict
        ),
        .testTarget(
            name: "OTLPExportTests",
            dependencies: ["OTLPExport", "StrictJSON", "Telemetry", httpClient, logging, nioHTTP1, tracing],
            swiftSettings: strict
        ),
        .testTarget(
            name: "WaybillClientTests",
            dependencies: ["TestSupport", "WaybillClient"],
            exclude: ["Cases"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "HTTPTransportTests",
            dependencies: [
                "HTTPTransport", "TestSupport", httpTypes, logging, nio, nioEmbedded, nioHTTP1, nioHTTP2, nioHTTPTypes,
                nioHTTPTypesHTTP1, nioPosix, nioSSL,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "OrderAPITests",
            dependencies: [
                "Access", "HTTPTransport", "OTLPExport", "OrderAPI", "OrderLog", "Orders", "Postgres", "Primitives",
                "StrictJSON", "Telemetry", httpTypes, logging, nio, nioEmbedded, nioHTTPTypes, tracing,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PagesTests",
            dependencies: ["OrderAPI", "Orders", "PageFiles", "Pages", "StrictJSON", crypto, httpTypes, mustache],
            swiftSettings: strict
        ),
        .testTarget(
            name: "WaybillServerTests",
            dependencies: [
                "Access", "EventStreams", "HTTPTransport", "LogSupport", "OrderAPI", "OrderLog", "Orders", "StrictJSON",
                "TestSupport", "WaybillClient", "WaybillServer", httpClient, logging, nio, nioHTTP1, nioSSL,
            ],
            swiftSettings: strict
        ),
    ],
    swiftLanguageModes: [.v6]
)

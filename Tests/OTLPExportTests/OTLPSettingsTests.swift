import Foundation
import Testing

@testable import OTLPExport

@Suite struct OTLPSettingsTests {
    private static let endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT"
    private static let tracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"

    private func settings(_ more: [String: String] = [:]) throws -> OTLPSettings {
        try #require(try OTLPSettings.read([Self.endpoint: "http://collector:4318"].merging(more) { $1 }))
    }

    @Test(
        arguments: [
            [:], [endpoint: ""], [endpoint: "http://c:4318", "OTEL_SDK_DISABLED": "true"],
            [endpoint: "http://c:4318", "OTEL_TRACES_EXPORTER": "none"],
        ] as [[String: String]]
    )
    func tracesAreOffUnlessAnEndpointIsSet(environment: [String: String]) throws {
        #expect(try OTLPSettings.read(environment) == nil)
    }

    @Test(arguments: [
        ([endpoint: "http://c:4318"], "http://c:4318/v1/traces"),
        ([endpoint: "https://c/otlp/"], "https://c/otlp/v1/traces"),
        ([endpoint: "http://c", tracesEndpoint: "http://d:1/own"], "http://d:1/own"),
        ([tracesEndpoint: "http://d:1"], "http://d:1/"),
    ])
    func theAddressIsThatOfTraces(environment: [String: String], url: String) throws {
        #expect(try OTLPSettings.read(environment)?.endpoint.absoluteString == url)
    }

    @Test(arguments: ["collector:4317", "ftp://c", "http://", "http://c /", "http://c\r\nx: y", "http://me:pw@c"])
    func anAddressOfAnotherFormIsRefusedWithoutItsText(text: String) {
        let error = #expect(throws: OTLPSettingsError.self) { try OTLPSettings.read([Self.endpoint: text]) }
        #expect(error?.variable == Self.endpoint)
        #expect(error?.description.contains("pw") == false)
    }

    @Test func headersAreDecodedAndThoseOfTracesWin() throws {
        let found = try settings(["OTEL_EXPORTER_OTLP_HEADERS": "api-key=a%20b%3D, x-tenant = shop=1 ,"])
        #expect(
            found.headers == [
                OTLPSettings.Field(name: "api-key", value: "a b="),
                OTLPSettings.Field(name: "x-tenant", value: "shop=1"),
            ]
        )
        let own = try settings(["OTEL_EXPORTER_OTLP_HEADERS": "a=1", "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "b=2"])
        #expect(own.headers == [OTLPSettings.Field(name: "b", value: "2")])
    }

    @Test(arguments: [
        "key", "=secret", "a b=secret", "key=secret%0d%0aX-Evil: 1", "key=secret%00", "key=secret%zz", "key%0A=secret",
        "Content-Length=0", "host=secret", "key=secret\nX: 1",
    ])
    func headersThatCannotBeSentAreRefusedWithoutTheirText(text: String) {
        let error = #expect(throws: OTLPSettingsError.self) { try settings(["OTEL_EXPORTER_OTLP_HEADERS": text]) }
        #expect(error?.description.contains("secret") == false)
    }

    @Test func theSamplerIsThatOfTheVariables() throws {
        let sampler = try settings([
            "OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.5",
        ]).sampler
        #expect(sampler.share == 0.5 && sampler.followsParent)
        #expect(try settings().sampler == .standard)
    }

    @Test(arguments: [
        ["OTEL_TRACES_SAMPLER": "xray"], ["OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "half"],
        ["OTEL_EXPORTER_OTLP_TIMEOUT": "soon"], ["OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"],
    ])
    func whatIsIgnoredIsNoted(variables: [String: String]) throws {
        let found = try settings(variables)
        #expect(found.notes.count == 1)
        #expect(found.timeout == .seconds(10))
        #expect(found.sampler.share == 1)
    }

    @Test func theProcessIsNamedByItsVariables() throws {
        let environment = [
            Self.endpoint: "http://c", "OTEL_SERVICE_NAME": "till",
            "OTEL_RESOURCE_ATTRIBUTES": "service.name=other,deployment.environment.name=prod%2C1",
        ]
        let process = [("service.name", "waybill"), ("host.name", "h")]
        let resource = try #require(try OTLPSettings.read(environment, process: process)).resource
        #expect(resource.map(\.0) == ["service.name", "deployment.environment.name", "host.name"])
        #expect(resource.map(\.1) == ["till", "prod,1", "h"])
    }
}

import Testing

@testable import EmbeddedPostgres

@Suite struct ClusterPlacementTests {
    private func place(reachable: Bool, inside: Bool, outside: Bool) throws -> ClusterPlacement {
        try ClusterPlacement(
            .init(dataDirectory: "/d", isReachable: reachable, hasClusterInside: inside, hasClusterOutside: outside)
        )
    }

    @Test func newClusterLiesInsideWhereThatIsReachable() throws {
        #expect(try place(reachable: true, inside: false, outside: false).cluster == "/d/postgres")
        let outside = try place(reachable: false, inside: false, outside: false)
        #expect(outside.cluster == "/var/lib/waybill/\(ClusterPlacement.hash("/d"))")
    }

    @Test func existingClusterStaysWhereItIs() throws {
        #expect(try place(reachable: true, inside: false, outside: true).isOutside)
        #expect(try !place(reachable: true, inside: true, outside: true).isOutside)
    }

    @Test func clusterThatBecameUnreachableIsAnErrorAndNotANewCluster() {
        #expect(throws: EmbeddedPostgresError.self) { try place(reachable: false, inside: true, outside: true) }
    }

    @Test func hashIsFNV1a() {
        #expect(ClusterPlacement.hash("") == "cbf29ce484222325")
        #expect(ClusterPlacement.hash("foobar") == "85944171f73967e8")
        #expect(ClusterPlacement.hash("/d").count == 16)
    }

    @Test func commaInTheClustersPathMovesItsSocket() {
        let directory = ClusterPlacement.socketDirectory(cluster: "/a,b", port: 5432, root: "/run")
        #expect(directory == "/run/waybill-\(ClusterPlacement.hash("/a,b"))")
    }

    @Test(arguments: [(93, true), (94, false)])
    func socketsPathHoldsAtMost107Bytes(length: Int, fits: Bool) {
        let cluster = "/" + String(repeating: "x", count: length - 1)
        let directory = ClusterPlacement.socketDirectory(cluster: cluster, port: 5432, root: "/run")
        #expect((directory == cluster) == fits)
    }
}

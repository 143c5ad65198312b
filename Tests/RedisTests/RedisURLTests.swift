import Redis
import Testing

/// URLs of Redis servers.
@Suite struct RedisURLTests {
    @Test func hostAloneUsesTheUsualPort() throws {
        #expect(try RedisConfiguration(url: "redis://cache").hosts == [RedisHost("cache", port: 6379)])
        #expect(try RedisConfiguration(url: "REDIS://cache:7000/3").hosts == [RedisHost("cache", port: 7000)])
    }

    @Test func loginIsPercentDecoded() throws {
        let configuration = try RedisConfiguration(url: "redis://us%3Aer:p%40ss%2Fw%2Crd@cache")
        #expect(configuration.user == "us:er")
        #expect(configuration.password == "p@ss/w,rd")
        #expect(configuration.tls == nil)
        let bare = try RedisConfiguration(url: "redis://:secret@cache")
        #expect(bare.user == nil)
        #expect(bare.password == "secret")
    }

    @Test func addressesOfIPv6StandInBrackets() throws {
        let hosts = try RedisConfiguration(url: "redis://[::1]:7000,[fe80::1],b:1").hosts
        #expect(hosts == [RedisHost("::1", port: 7000), RedisHost("fe80::1"), RedisHost("b", port: 1)])
        #expect(hosts[0].description == "[::1]:7000")
    }

    @Test func optionsNameFilesForTLS() throws {
        let configuration = try RedisConfiguration(url: "rediss://cache/?ca=/a%20b.pem&cert=c.pem&key=k.pem")
        #expect(
            configuration.tls == RedisConfiguration.TLS(authorities: "/a b.pem", certificate: "c.pem", key: "k.pem")
        )
        #expect(try RedisConfiguration(url: "rediss://cache").tls == RedisConfiguration.TLS())
    }

    @Test(arguments: [
        "", "cache", "http://cache", "redis://", "redis://a,,b", "redis://a:0", "redis://a:70000", "redis://a:x",
        "redis://::1", "redis://[::1", "redis://[::1]x", "redis://a/x", "redis://a?ca=f", "rediss://a?ca=",
        "rediss://a?x=1",
        "rediss://a?cert=f", "rediss://a?key=f", "redis://user@a", "redis://u:%ZZ@a", "redis://u:p%0A@a", "redis://a#b",
    ])
    func otherTextsAreRefused(text: String) {
        #expect(throws: RedisConfiguration.URLError.self) { try RedisConfiguration(url: text) }
    }

    @Test func errorsNeverRepeatThePassword() {
        for text in [
            "redis://u:hunter2@a?b=c", "redis://u:hunter2@a:x", "rediss://u:hunter2@a?hunter2=hunter2",
            "redis://u:1?hunter2@a", "rediss://u:1?hunter2@a", "rediss://u:1?hunter2=%ZZ@a",
        ] {
            do throws(RedisConfiguration.URLError) {
                _ = try RedisConfiguration(url: text)
                Issue.record("no error")
            } catch {
                #expect(!error.description.contains("hunter2"))
            }
        }
    }

    @Test func redirectsNameTheOtherNode() {
        let node = RedisHost("10.0.0.1", port: 7000)
        #expect(RedisRedirect("MOVED 3999 10.0.0.2:7001", from: node)?.host == RedisHost("10.0.0.2", port: 7001))
        #expect(RedisRedirect("MOVED 3999 :7001", from: node)?.host == RedisHost("10.0.0.1", port: 7001))
        #expect(RedisRedirect("MOVED 3999 ::1:7001", from: node)?.host == RedisHost("::1", port: 7001))
        for text in ["MOVED 3999 ?:7001", "MOVED x 10.0.0.2:7001", "MOVED 1 a", "ASK 1 a:1", "MOVED 1 a:0", ""] {
            #expect(RedisRedirect(text, from: node) == nil)
        }
    }
}

import ArgumentParser
import Logging
import Redis

/// The options of a service that is several processes.
struct ClusterOptions: ParsableArguments {
    @Flag(
        help: """
            Take no commands: serve streams and reads alone, from the replica or the primary that --database-url names. \
            [WAYBILL_EDGE=true]
            """
    )
    var edge = false

    @Option(
        help: """
            Redis or Valkey that carries events from servers to edges: redis[s]://[[USER]:PASSWORD@]HOST[:PORT][,…], for \
            rediss (TLS) also with ?ca=FILE&cert=FILE&key=FILE. Without it edges read the database. [WAYBILL_REDIS_URL]
            """
    )
    var redisUrl: String?

    @Option(help: "A file that holds the URL of Redis, which may hold a password. [WAYBILL_REDIS_URL_FILE]")
    var redisUrlFile: String?

    func isEdge() throws -> Bool { try edge || Environment.flag("WAYBILL_EDGE") }

    /// The servers of Redis; nil for none.
    ///
    /// - Parameter logger: is told where others can read the file that holds the URL; nil for nobody.
    /// - Throws: `ValidationError`, which never repeats the URL: it may hold a password.
    func redis(_ logger: Logger? = nil) throws -> RedisConfiguration? {
        let variable = "WAYBILL_REDIS_URL"
        let (url, name): (String, String)
        switch try SecretFile.source("--redis-url", redisUrl, redisUrlFile, variable: variable) {
        case nil: return nil
        case .text(let text): (url, name) = (text, redisUrl == nil ? variable : "--redis-url")
        case .file(let path, let file):
            let (text, exposure) = try SecretFile.read(path, named: file)
            (url, name) = (text, file)
            if let exposure {
                logger?.warning(
                    "the file of the URL of Redis is not private",
                    metadata: ["file": "\(file): \(exposure)"]
                )
            }
        }
        do throws(RedisConfiguration.URLError) {
            return try RedisConfiguration(url: url)
        } catch {
            throw ValidationError("\(name) cannot be read: \(error).")
        }
    }

    func validate() throws {
        if redisUrl?.isEmpty == true {
            throw ValidationError("--redis-url is empty: give a value, or leave the flag out.")
        }
        _ = try isEdge()
        _ = try redis()
    }
}

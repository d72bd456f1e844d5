import Foundation
import Testing

@testable import LocalStack

@Suite struct PostgresClusterTests {
    @Test func `a cluster starts, answers, keeps its data over a restart, and leaves no process`() throws {
        try withFolder { folder in
            let cluster = PostgresCluster(folder: folder.appendingPathComponent("pg"), durability: .throwaway)
            try cluster.start()
            try cluster.createDatabase("attune")
            #expect(try ask(cluster, "attune", "select 40 + 2") == "42")
            _ = try ask(cluster, "attune", "create table kept as select 'here' as word")

            let pid = try #require(cluster.processID)
            let ending = try #require(cluster.stop())
            #expect(ending.status == .exited(code: 0))
            #expect(!processExists(pid))
            #expect(cluster.url() == nil)

            try cluster.start()
            try cluster.createDatabase("attune")
            #expect(try ask(cluster, "attune", "select word from kept") == "here")
            cluster.stop()
        }
    }

    @Test func `a second server on the same data is refused`() throws {
        try withFolder { folder in
            let place = folder.appendingPathComponent("pg")
            let first = PostgresCluster(folder: place, durability: .throwaway)
            try first.start()
            defer { first.stop() }
            let second = PostgresCluster(folder: place, durability: .throwaway, patience: .zero)
            #expect(throws: PostgresError.self) { try second.start() }
            #expect(try ask(first, "postgres", "select 1") == "1")
        }
    }

    @Test func `a cluster that was killed starts again on its data`() throws {
        try withFolder { folder in
            let cluster = PostgresCluster(folder: folder.appendingPathComponent("pg"), durability: .throwaway)
            try cluster.start()
            _ = try ask(cluster, "postgres", "create table kept as select 'here' as word")
            cluster.kill9()
            try cluster.start()
            #expect(try ask(cluster, "postgres", "select word from kept") == "here")
            cluster.stop()
        }
    }

    @Test func `nobody signs in without the password`() throws {
        try withFolder { folder in
            let cluster = PostgresCluster(folder: folder.appendingPathComponent("pg"), durability: .throwaway)
            try cluster.start()
            defer { cluster.stop() }
            let port = try #require(cluster.port)
            #expect(throws: ProcessError.self) {
                _ = try ask("postgresql://postgres:wrong@127.0.0.1:\(port)/postgres", "select 1")
            }
        }
    }

    @Test func `data of a version that is not installed is refused and left alone`() throws {
        try withFolder { folder in
            let place = folder.appendingPathComponent("pg")
            let home = try PostgresHome.prepare(place)
            try FileManager.default.createDirectory(at: home.data, withIntermediateDirectories: true)
            let version = home.data.appendingPathComponent("PG_VERSION")
            try Data("8\n".utf8).write(to: version)
            let error = #expect(throws: PostgresError.self) {
                try PostgresCluster(folder: place, durability: .throwaway).start()
            }
            guard case .otherVersion(let data, _) = error else {
                Issue.record("unexpected error \(String(describing: error))")
                return
            }
            #expect(data == 8)
            #expect(FileManager.default.fileExists(atPath: version.path))
        }
    }

    @Test(.enabled(if: geteuid() == 0)) func `where the database user cannot enter, the data goes elsewhere and is linked`()
        throws
    {
        try withFolder { folder in
            let closed = folder.appendingPathComponent("closed")
            try FileManager.default.createDirectory(
                at: closed, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let wished = closed.appendingPathComponent("pg")
            let home = try PostgresHome.prepare(wished)
            defer { try? FileManager.default.removeItem(at: home.folder) }
            #expect(home.folder.path.hasPrefix("/var/tmp/attune-"))
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: wished.path) == home.folder.path)
            // The next run finds the same place.
            #expect(try PostgresHome.prepare(wished).folder.path == home.folder.path)
            // Data stays with its link, and goes when somebody removes that.
            let file = home.folder.appendingPathComponent("data").path
            #expect(FileManager.default.createFile(atPath: file, contents: nil))
            _ = try PostgresHome.prepare(wished)
            #expect(FileManager.default.fileExists(atPath: file))
            try FileManager.default.removeItem(at: wished)
            _ = try PostgresHome.prepare(wished)
            #expect(!FileManager.default.fileExists(atPath: file))
            // One that somebody opened to others is not trusted.
            chmod(home.folder.path, 0o777)
            #expect(throws: PostgresError.self) { try PostgresHome.prepare(wished) }
        }
    }

    private func ask(_ cluster: PostgresCluster, _ database: String, _ sql: String) throws -> String {
        try ask(#require(cluster.url(database: database)), sql)
    }

    private func ask(_ url: String, _ sql: String) throws -> String {
        try withFolder { folder in
            let answer = folder.appendingPathComponent("answer")
            try ManagedProcess.run(
                Command(
                    name: "psql", executable: PostgresBinaries.find().program("psql"),
                    arguments: ["-XAtq", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql], output: .file(answer)),
                within: .seconds(60))
            return try String(contentsOf: answer, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }
}

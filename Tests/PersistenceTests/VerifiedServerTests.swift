import Foundation
import LocalStack
import Persistence
import TestSupport
import Testing

/// `sslmode=verify-full`: only the server that an authority of ours vouches for is spoken to, and only encrypted.
@Suite struct VerifiedServerTests {
    /// A PostgreSQL with a certificate for localhost, and the authority that signed it.
    private final class Server {
        let folder: URL
        let cluster: PostgresCluster
        private let files: URL

        init(isEncrypted: Bool) throws {
            folder = FileManager.default.temporaryDirectory.appending(path: "verified-\(UUID().uuidString)")
            files = folder.appending(path: "tls")
            try Self.makeCertificates(in: files, "database")
            try Self.makeCertificates(in: folder.appending(path: "other"), "database")
            // The server refuses a key that others can read, and where root starts it, it is another user.
            for file in [folder, files, files.appending(path: "database.key")] { try Self.give(file) }
            let tls = [
                "ssl=on", "ssl_cert_file=\(files.path)/database.pem", "ssl_key_file=\(files.path)/database.key",
            ]
            cluster = PostgresCluster(
                folder: folder.appending(path: "pg"), durability: .throwaway,
                serverSettings: isEncrypted ? tls : ["ssl=off"])
            try cluster.start()
        }

        deinit {
            cluster.stop()
            try? FileManager.default.removeItem(at: folder)
        }

        /// - Parameters:
        ///   - host: what the client believes it connects to; it always ends at this server.
        ///   - authority: the folder of the certificate that is believed.
        func connect(_ mode: String = "verify-full", as host: String = "localhost", authority: String = "tls") throws
            -> Connection
        {
            let url = try #require(cluster.url())
            let ca = folder.appending(path: "\(authority)/ca.pem").path
            let named = url.replacing("@127.0.0.1:", with: "@\(host):")
            return try Connection(
                DatabaseSettings(url: named + "?hostaddr=127.0.0.1&sslmode=\(mode)&sslrootcert=\(ca)"))
        }

        private static func makeCertificates(in folder: URL, _ name: String) throws {
            let process = Process()
            process.executableURL = TestPrograms.checkout.appending(path: "deploy/local/certificates.sh")
            process.arguments = [folder.path, name]
            try process.run()
            process.waitUntilExit()
            try #require(process.terminationStatus == 0)
        }

        private static func give(_ file: URL) throws {
            guard geteuid() == 0 else { return }
            try FileManager.default.setAttributes([.ownerAccountName: "postgres"], ofItemAtPath: file.path)
        }
    }

    private func refusal(_ body: () throws -> Connection) -> String {
        let error = #expect(throws: DatabaseError.self) { try body() }
        #expect(error?.kind == .unreachable)
        return error?.summary ?? ""
    }

    @Test func `The server is spoken to under its own name and authority, encrypted, and under no other`() throws {
        let server = try Server(isEncrypted: true)
        let rows = try server.connect().run("select ssl, version from pg_stat_ssl where pid = pg_backend_pid()")
        #expect(try rows.only().bool(0) && rows.only().text(1) >= "TLSv1.2")
        // The certificate names the address as well.
        _ = try server.connect(as: "127.0.0.1")
        #expect(refusal { try server.connect(as: "elsewhere.example") }.contains("does not match host name"))
        #expect(refusal { try server.connect(authority: "other") }.contains("certificate verify failed"))
        // What verify-full is there for: the lesser modes take the same server under any name.
        _ = try server.connect("verify-ca", as: "elsewhere.example")
        _ = try server.connect("require", as: "elsewhere.example").close()
    }

    @Test func `A server without encryption is not spoken to`() throws {
        let server = try Server(isEncrypted: false)
        #expect(refusal { try server.connect() }.contains("does not support SSL"))
        _ = try server.connect("prefer")
    }

    @Test(arguments: [
        ("postgresql://u:p@db.example/x", ["db.example"]),
        ("postgresql://u@db.example/x?sslmode=verify-ca", ["db.example"]),
        ("postgresql://u@db.example/x?sslmode=verify-full", []), ("postgresql://u@localhost/x", []),
        ("postgresql://u@127.0.0.1:5432,db2.example/x?sslmode=require", ["db2.example"]),
        ("host=/run/postgresql dbname=x", []),
        ("postgresql:///x", []), ("host=db.example hostaddr=127.0.0.1", []),
        ("host=localhost hostaddr=10.0.0.7", ["10.0.0.7"]),
        ("postgresql://u@[::1]/x", []), ("postgresql://u:p@db.exa mple/x?nonsense=1", []),
    ])
    func `A connection string tells which hosts answer unverified`(url: String, hosts: [String]) {
        #expect(DatabaseSettings(url: url).unverifiedHosts == hosts)
    }
}

import Foundation
import Outbound
import Testing

private let openssl = "/usr/bin/openssl"

/// An HTTPS server of OpenSSL's with a certificate of its own making.
private final class TLSServer {
    let folder: URL
    let port: String
    private let process = Process()

    var certificate: String { folder.appending(path: "cert.pem").path }

    /// - Parameter name: the certificate's subject alternative name, e.g. `IP:127.0.0.1`.
    init(certifiedFor name: String) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let maker = Process()
        maker.executableURL = URL(fileURLWithPath: openssl)
        maker.currentDirectoryURL = folder
        maker.arguments = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
            + ["-keyout", "key.pem", "-out", "cert.pem", "-days", "2", "-subj", "/CN=test"]
            + ["-addext", "subjectAltName=\(name)"]
        maker.standardError = FileHandle.nullDevice
        try maker.run()
        maker.waitUntilExit()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: openssl)
        process.currentDirectoryURL = folder
        process.arguments = ["s_server", "-accept", "127.0.0.1:0", "-cert", "cert.pem", "-key", "key.pem", "-www"]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        // The server names its port once it listens.
        var said = ""
        while !said.contains(/ACCEPT .*\n/) {
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw CocoaError(.fileReadUnknown) }
            said += String(decoding: more, as: UTF8.self)
        }
        guard let match = said.firstMatch(of: /ACCEPT 127\.0\.0\.1:(\d+)/) else { throw CocoaError(.fileReadUnknown) }
        port = String(match.1)
    }

    deinit {
        // A child inherits the blocked signals of the thread that started it: only this one is sure to end it.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }
}

@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: openssl)))
struct TLSTests {
    private func get(_ server: TLSServer, trusting caFile: String?) throws -> HTTPResponse {
        try CurlSession(caFile: caFile, proxy: .none).send(HTTPRequest(.get, url: "https://127.0.0.1:\(server.port)/"))
    }

    /// libcurl's code for a certificate or host name that is not accepted.
    private let notTrusted = OutboundError.tls(code: 60)

    @Test func `A server is trusted by the certificate file that was given`() throws {
        let server = try TLSServer(certifiedFor: "IP:127.0.0.1")
        #expect(try get(server, trusting: server.certificate).status == 200)
    }

    @Test func `A server whose certificate nobody vouches for is not talked to`() throws {
        let server = try TLSServer(certifiedFor: "IP:127.0.0.1")
        #expect(throws: notTrusted) { try get(server, trusting: nil) }
    }

    @Test func `A trusted certificate does not serve for another host`() throws {
        let server = try TLSServer(certifiedFor: "DNS:other.example")
        #expect(throws: notTrusted) { try get(server, trusting: server.certificate) }
    }
}

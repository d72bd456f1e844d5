import Foundation
import Logging
import Messaging

/// Stands before a test's cluster and asks for TLS, and for certificates or passwords: `Tests/Peers/kafka-tls.py`.
final class SecureBroker {
    enum Asks {
        case nothing, certificates, passwords
    }

    static let checkout = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
    let folder: URL
    let bootstrapServers: String
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var buffer = Data()

    /// - Parameter name: of the brokers' certificate.
    init(before cluster: MockCluster, asks: Asks, as name: String = "broker") throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "secure-broker-\(UUID().uuidString)")
        try Self.certificates(in: folder, name, "scoring", "alerting")
        try Self.certificates(in: folder.appending(path: "other"), "broker", "scoring")
        var config: [String: Any] = [
            "brokers": cluster.bootstrapServers.split(separator: ",").compactMap { Int($0.split(separator: ":")[1]) },
            "certificate": folder.path + "/\(name).pem", "key": folder.path + "/\(name).key",
        ]
        switch asks {
        case .nothing: break
        case .certificates: config["client_ca"] = folder.path + "/ca.pem"
        case .passwords: config["users"] = folder.path + "/users"
        }
        let file = folder.appending(path: "config.json")
        try JSONSerialization.data(withJSONObject: config).write(to: file)
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", Self.checkout.appending(path: "Tests/Peers/kafka-tls.py").path, file.path]
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        let ports = try JSONDecoder().decode([Int].self, from: Self.line(output, &buffer))
        bootstrapServers = ports.map { "localhost:\($0)" }.joined(separator: ",")
    }

    deinit {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    /// Puts a file in the place of another, as an orchestrator does it.
    func replace(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: folder.appending(path: name), options: .atomic)
    }

    /// Reads a file as it is when asked.
    func reading(_ name: String) -> @Sendable () -> String? {
        let file = folder.appending(path: name)
        return { try? String(contentsOf: file, encoding: .utf8) }
    }

    /// Who was let in, or that somebody was refused; waits for the next such line.
    func nextLine() throws -> String { String(decoding: try Self.line(output, &buffer), as: UTF8.self) }

    /// Waits until somebody was let in under a name.
    func awaitEntry(_ name: String) throws {
        while try nextLine() != "in \(name)" {}
    }

    /// Cuts every connection: whoever comes back is asked again.
    func cut() { input.fileHandleForWriting.write(Data("\n".utf8)) }

    static func certificates(in folder: URL, _ names: String...) throws {
        let process = Process()
        process.executableURL = checkout.appending(path: "deploy/local/certificates.sh")
        process.arguments = [folder.path] + names
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    }

    private static func line(_ output: Pipe, _ buffer: inout Data) throws -> Data {
        while true {
            if let end = buffer.firstIndex(of: 0x0A) {
                defer { buffer = Data(buffer[buffer.index(after: end)...]) }
                return Data(buffer[..<end])
            }
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw CocoaError(.fileReadUnknown) }
            buffer += more
        }
    }
}

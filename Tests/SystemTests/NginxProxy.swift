import Foundation
import LocalStack
import TestSupport

/// deploy/proxy/nginx.conf on ports of a test, before the services of a stack, and a TLS client.
final class NginxProxy {
    static let names = (api: "api.attune.example", portal: "portal.attune.example")
    static let program = URL(filePath: "/usr/sbin/nginx")
    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program.path) }

    let folder: URL
    let port: Int
    let plainPort: Int
    let file: URL
    private let process: ManagedProcess

    /// - Parameter system: its ingestion, alerting and portal are led to.
    init(before system: SystemStack) throws {
        folder = system.folder.appending(path: "proxy")
        file = folder.appending(path: "nginx.conf")
        let tls = folder.appending(path: "tls")
        try Self.run(
            TestPrograms.checkout.appending(path: "deploy/local/certificates.sh"),
            [tls.path, Self.names.api, Self.names.portal])
        guard let port = LoopbackPort.free(), let plainPort = LoopbackPort.free() else { throw StackError.notStarted }
        (self.port, self.plainPort) = (port, plainPort)
        var text = try String(
            contentsOf: TestPrograms.checkout.appending(path: "deploy/proxy/nginx.conf"), encoding: .utf8)
        let ports = system.stack.endpoints.ports
        for (part, own) in [
            ("listen 443 ", "listen 127.0.0.1:\(port) "), ("listen 80;", "listen 127.0.0.1:\(plainPort);"),
            ("listen 80 ", "listen 127.0.0.1:\(plainPort) "), ("/etc/attune/tls", tls.path),
            ("/run/nginx.pid", "\(folder.path)/pid"),
            ("/var/log/nginx", folder.path), ("127.0.0.1:8080", "127.0.0.1:\(ports[.portal] ?? 0)"),
            ("127.0.0.1:8081", "127.0.0.1:\(ports[.ingestion] ?? 0)"),
            ("127.0.0.1:8082", "127.0.0.1:\(ports[.alerting] ?? 0)"),
            ("127.0.0.1:8083", "127.0.0.1:\(ports[.notification] ?? 0)"),
            ("127.0.0.1:8084", "127.0.0.1:\(ports[.audit] ?? 0)"),
        ] {
            guard text.contains(part) else { throw NotInFile(part: part) }
            text = text.replacing(part, with: own)
        }
        try Data(text.utf8).write(to: file)
        process = ManagedProcess(
            Command(
                name: "nginx", executable: Self.program, arguments: ["-c", file.path, "-g", "daemon off;"],
                output: .file(folder.appending(path: "output.log"))))
        try Self.run(Self.program, ["-t", "-q", "-c", file.path])
        try process.start()
        try process.waitUntilReady(within: .seconds(60)) { answers() }
    }

    deinit { process.terminate(within: .seconds(10)) }

    struct NotInFile: Error { let part: String }

    struct Request: Encodable {
        var host = NginxProxy.names.api
        var method = "GET"
        var path = "/"
        var headers: [String: String] = [:]
        var body: String?
        var bodyBytes: Int?
        var tls: String?
    }

    struct Answer: Decodable {
        let status: Int?
        let headers: [[String]]?
        let body: String?
        let tls: String?
        let failure: String?

        /// Every value of a header.
        func values(_ name: String) -> [String] {
            (headers ?? []).filter { $0[0].lowercased() == name.lowercased() }.map { $0[1] }
        }
    }

    /// Over TLS, under the host's name.
    func send(_ requests: [Request]) throws -> [Answer] {
        let lines = try requests.map { request in
            var object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(request)) as? [String: Any] ?? [:]
            object["port"] = port
            object["ca"] = folder.appending(path: "tls/ca.pem").path
            return object
        }
        let input = folder.appending(path: "requests-\(UUID().uuidString).json")
        try JSONSerialization.data(withJSONObject: lines).write(to: input)
        let client = Process()
        client.executableURL = URL(filePath: "/usr/bin/env")
        client.arguments = ["python3", TestPrograms.checkout.appending(path: "Tests/Peers/https-client.py").path]
        client.standardInput = try FileHandle(forReadingFrom: input)
        let output = Pipe()
        client.standardOutput = output
        try client.run()
        let answers = output.fileHandleForReading.readDataToEndOfFile()
        client.waitUntilExit()
        return try JSONDecoder().decode([Answer].self, from: answers)
    }

    func log(_ name: String) throws -> String { try String(contentsOf: folder.appending(path: name), encoding: .utf8) }

    private func answers() -> Bool { (try? send([Request(path: "/live")]).first?.status) != nil }

    private static func run(_ program: URL, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    }
}

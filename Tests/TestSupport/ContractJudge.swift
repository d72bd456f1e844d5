import Foundation
import Glibc
import Synchronization

/// Holds what services take and answer in tests against their OpenAPI documents, with jsonschema of PyPI: a process that
/// lives as long as the tests do.
public final class ContractJudge: Sendable {
    /// One request and what a service answered.
    public struct Exchange: Encodable, Sendable {
        let document: String
        let method: String
        let path: String
        let requestType: String
        let request: String
        let status: Int
        let type: String
        let body: String

        /// - Parameter contract: the document, by its path in the project.
        public init(
            contract: String, method: String, path: String, requestType: String = "application/json", request: String = "",
            status: Int, type: String, body: String
        ) {
            document = TestPrograms.checkout.appending(path: contract).path
            self.method = method
            self.path = path
            self.requestType = requestType
            self.request = request
            self.status = status
            self.type = type
            self.body = body
        }
    }

    /// Nil where the packages cannot be installed.
    public static let shared: ContractJudge? = packages.install() ? try? ContractJudge() : nil

    /// The tools for contracts, all of PyPI.
    public static let packages = PythonPackages(
        "contract-tools-1",
        ["jsonschema==4.26.0", "pyyaml==6.0.3", "rfc3339-validator==0.1.4", "openapi-spec-validator==0.9.0"])

    private let pipes: Mutex<(input: FileHandle, output: FileHandle)>

    private init() throws {
        // A judge that has ended is an error of that write, not the end of the tests.
        signal(SIGPIPE, SIG_IGN)
        let script = TestPrograms.checkout.appending(path: "Tests/Peers/contract-judge.py").path
        let process = Self.packages.process([script], within: 3600)
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        pipes = Mutex((input.fileHandleForWriting, output.fileHandleForReading))
    }

    private struct Verdict: Decodable {
        let faults: [String]
    }

    /// What of the exchange the document does not say; empty where all is well.
    public func faults(_ exchange: Exchange) throws -> [String] {
        let line = try JSONEncoder().encode(exchange) + [UInt8(ascii: "\n")]
        return try pipes.withLock { pipes in
            try pipes.input.write(contentsOf: line)
            var answer = Data()
            while answer.last != UInt8(ascii: "\n") {
                guard let next = try pipes.output.read(upToCount: 1), !next.isEmpty else { throw JudgeGone() }
                answer += next
            }
            return try JSONDecoder().decode(Verdict.self, from: answer).faults
                .map { "\(exchange.method) \(exchange.path) \(exchange.status): \($0)" }
        }
    }

    private struct JudgeGone: Error {}
}

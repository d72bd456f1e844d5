import Foundation
import Yams

/// An OpenAPI document of the project, read as it lies there.
public struct APIContract {
    /// By its path in the project.
    public let path: String
    public let bytes: [UInt8]
    let content: [String: Any]

    public init(_ path: String) throws {
        self.path = path
        let data = try Data(contentsOf: TestPrograms.checkout.appending(path: path))
        bytes = Array(data)
        guard let content = try Yams.load(yaml: String(decoding: data, as: UTF8.self)) as? [String: Any] else {
            throw Unreadable(path: path)
        }
        self.content = content
    }

    public struct Unreadable: Error {
        let path: String
    }

    public var version: String? { (content["info"] as? [String: Any])?["version"] as? String }

    /// Types of problems, without their common beginning.
    public var problems: Set<String> {
        let type = schema(named: "Problem").flatMap { ($0["properties"] as? [String: Any])?["type"] as? [String: Any] }
        let names = type?["enum"] as? [String] ?? []
        return Set(names.map { $0.replacing("urn:attune:problem:", with: "") })
    }

    public func schema(named name: String) -> [String: Any]? { component("schemas", name) }

    /// Names of the fields that the body of a command may have.
    public func fields(of schema: String) -> Set<String> {
        Set((self.schema(named: schema)?["properties"] as? [String: Any] ?? [:]).keys)
    }

    private func component(_ kind: String, _ name: String) -> [String: Any]? {
        ((content["components"] as? [String: Any])?[kind] as? [String: Any])?[name] as? [String: Any]
    }

    /// What a `$ref` leads to; anything else as it is.
    func resolved(_ node: [String: Any]) -> [String: Any] {
        guard let reference = node["$ref"] as? String else { return node }
        let parts = reference.split(separator: "/")
        guard parts.count == 4, let found = component(String(parts[2]), String(parts[3])) else { return node }
        return resolved(found)
    }

    var paths: [String: [String: [String: Any]]] { content["paths"] as? [String: [String: [String: Any]]] ?? [:] }

    /// What router and document do not have in common.
    ///
    /// - Parameter routed: method and path of every route.
    public func routeFaults(_ routed: Set<String>) -> [String] {
        let documented = Set(paths.flatMap { path, methods in methods.keys.map { "\($0.uppercased()) \(path)" } })
        return routed.subtracting(documented).sorted().map { "\($0) is served, but is not in \(path)" }
            + documented.subtracting(routed).sorted().map { "\($0) is in \(path), but is not served" }
    }

    /// What sources and document do not have in common in types of problems.
    ///
    /// - Parameter folders: of all sources whose problems the service can answer with.
    public func problemFaults(in folders: [String]) throws -> [String] {
        var thrown: Set<String> = []
        for folder in folders {
            let sources = try ProblemSources(folder)
            thrown.formUnion(sources.names)
            if !sources.unnamed.isEmpty {
                return ["\(folder): the name of a problem must be a literal: \(sources.unnamed.sorted())"]
            }
        }
        return thrown.subtracting(problems).sorted().map { "\($0) can be answered, but is not in \(path)" }
            + problems.subtracting(thrown).sorted().map { "\($0) is in \(path), but nothing answers it" }
    }
}

/// The names of problems in the sources below a folder.
private struct ProblemSources {
    var names: Set<String> = []
    /// Beginnings of problems whose name is no literal.
    var unnamed: Set<String> = []

    /// Where a name is handed on that stands as a literal elsewhere.
    private static let handedOn: Set<String> = [
        "name, .conflict", "problem.name, problem.status",
    ]

    init(_ folder: String) throws {
        let base = TestPrograms.checkout.appending(path: folder)
        for file in try FileManager.default.subpathsOfDirectory(atPath: base.path).sorted() where file.hasSuffix(".swift") {
            let text = try String(contentsOf: base.appending(path: file), encoding: .utf8)
            for match in text.matches(of: /(?:\bProblem|\.conflict|self\.init)\(\s*"([a-z][a-z-]*)",/) {
                names.insert(String(match.1))
            }
            for match in text.matches(of: /\bProblem\(\s*([a-z.]+, [a-z]*\.[a-z]+)/)
            where !Self.handedOn.contains(String(match.1)) {
                unnamed.insert(String(match.1))
            }
        }
    }
}

import Catalogue
import Domain
import HTTPTypes
import Intake
import NIOCore
import ServiceKit

@testable import attune_ingestion

enum CommandFuzz {
    static let catalogue: Catalogue = {
        do { return try Catalogue.load() } catch { fatalError("the built-in catalogue cannot be read: \(error)") }
    }()
    private static let reader = CommandReader(
        catalogue: catalogue,
        caller: Caller(subject: "gateway", sites: .some([SiteID(unchecked: "north")]), roles: [.integration]))

    /// The first byte says which kind of command and where its ids stand; the rest is the body.
    /// - Returns: the kind, where the command was accepted.
    @discardableResult static func single(_ bytes: [UInt8]) throws(FuzzFault) -> CommandKind? {
        guard let choice = bytes.first else { return nil }
        let body = Array(bytes.dropFirst())
        guard let document = read({ try JSON.parse(body) }) else { return nil }
        let kind = CommandKind.allCases[Int(choice) % CommandKind.allCases.count]
        var place = CommandPlace()
        if choice & 0x80 != 0 { place.episode = EpisodeID("01890a5d-ac96-774b-bcce-b302099a8057") }
        if choice & 0x40 != 0 { place.rating = RatingID("01890a5d-ac96-774b-bcce-b302099a8058") }
        return try judge(body) { try reader.command(kind, JSONField(document), at: place) } ? kind : nil
    }

    /// A body of NDJSON, as the batch endpoint splits and reads it.
    static func batch(_ bytes: [UInt8]) throws(FuzzFault) {
        let limit = 100
        guard let lines = BatchLine.split(ByteBuffer(bytes: bytes), limit: limit) else {
            try hold(bytes.count { $0 == 0x0A } >= limit, "a short body was refused for its lines")
            return
        }
        try hold(lines.count <= limit, "more lines than allowed")
        var last = 0
        for line in lines {
            try hold(line.number > last, "lines are not numbered in their order")
            last = line.number
            _ = try judge(Array(line.content.readableBytesView)) { try reader.line(try line.document()) }
        }
    }

    /// A refusal names a field, or is about the caller; and it repeats nothing.
    /// - Returns: whether the command was accepted.
    private static func judge(_ body: [UInt8], _ command: () throws -> CommandDraft) throws(FuzzFault) -> Bool {
        let problem: Problem
        do {
            _ = try command()
            return true
        } catch let refused as Problem {
            problem = refused
        } catch let fault as FieldError {
            problem = .invalidContent([fault])
        } catch {
            throw FuzzFault("an unexpected error: \(type(of: error))")
        }
        try hold(problem.status.code < 500, "a body is answered \(problem.status.code) \(problem.name)")
        try hold(problem.status.code != 422 || !problem.errors.isEmpty, "a refusal names no field")
        let answer = String(decoding: problem.document(requestID: "fuzz").encoded, as: UTF8.self)
        try Secrecy.check(answer, of: body)
        return false
    }
}

public import Domain
public import FoundationEssentials
public import ServiceKit

/// The parameters of a search. What is not known is refused: a filter that is passed over shows more than was asked for.
public struct FHIRQuery: Sendable {
    /// Behind which resource a page begins.
    public struct Cursor: Hashable, Sendable {
        public let changedAt: Timestamp
        public let id: UUID

        public init(changedAt: Timestamp, id: UUID) {
            self.changedAt = changedAt
            self.id = id
        }

        /// Before everything that was changed at an instant or later.
        public init(before time: Timestamp) {
            self.init(changedAt: time, id: UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))
        }
    }

    public static let largestPage = 200
    static let parameterLimit = 40
    private static let common: Set<String> = ["_count", "_cursor", "_format", "_lastUpdated"]

    public let parameters: [(name: String, value: String)]

    /// - Parameter known: names beside those that every search knows.
    /// - Throws: ``Problem`` 400 for an unknown one, or too many.
    public init(_ parameters: [(name: String, value: String)], knowing known: Set<String>) throws(Problem) {
        guard parameters.count <= Self.parameterLimit else {
            throw .badRequest("More than \(Self.parameterLimit) parameters.")
        }
        let all = known.union(Self.common)
        guard parameters.allSatisfy({ all.contains($0.name) }) else {
            throw .badRequest("A parameter is not known here; known are \(all.sorted().joined(separator: ", ")).")
        }
        self.parameters = parameters
        let formats = ["json", "application/json", "application/fhir+json", "application/fhir json"]
        if !values("_format").allSatisfy(formats.contains) { throw .badRequest("_format: only JSON is spoken here.") }
    }

    public func values(_ names: String...) -> [String] {
        parameters.filter { names.contains($0.name) }.map(\.value)
    }

    /// Between which instants something must lie, whichever of the names says so.
    public func dates(_ names: String...) throws(Problem) -> FHIRDateBounds {
        guard let bounds = FHIRDateBounds(parameters.filter { names.contains($0.name) }.map(\.value)) else {
            throw .badRequest("\(names[0]): not a FHIR date with eq, ge, gt, le or lt, and a zone where it has a time.")
        }
        return bounds
    }

    /// The codes that are wanted, with or without a system before `|`; nil where none is given.
    public func codes(_ name: String, of allowed: Set<String>) throws(Problem) -> Set<String>? {
        var wanted: Set<String>?
        for value in values(name) {
            let codes = Set(value.split(separator: ",").map { String($0.split(separator: "|").last ?? "") })
            guard !codes.isEmpty, codes.isSubset(of: allowed) else {
                throw .badRequest("\(name): not of \(allowed.sorted().joined(separator: ", ")).")
            }
            wanted = wanted?.intersection(codes) ?? codes
        }
        return wanted
    }

    /// Participants: `patient=ID`, `patient=Patient/ID` or `patient:identifier=urn:attune:participant|ID`; several separated
    /// by commas. Nil where none is given.
    public func patients() throws(Problem) -> [ParticipantID]? {
        let values = values("patient", "patient:identifier", "subject", "subject:identifier")
        guard let value = values.first else { return nil }
        let ids = value.split(separator: ",", omittingEmptySubsequences: false).map { text -> ParticipantID? in
            for prefix in ["Patient/", "\(FHIRSystem.participant)|"] where text.hasPrefix(prefix) {
                return ParticipantID(text.dropFirst(prefix.count))
            }
            return ParticipantID(text)
        }
        let found = ids.compactMap { $0 }
        guard values.count == 1, found.count == ids.count, found.count <= 50 else {
            throw .badRequest("patient: give the id of a participant, once; up to 50 separated by commas.")
        }
        return found
    }

    public func count() throws(Problem) -> Int {
        guard let text = values("_count").first else { return 50 }
        guard let count = Int(text), count >= 1 else { throw .badRequest("_count: not a number from 1.") }
        return min(count, Self.largestPage)
    }

    public func cursor() throws(Problem) -> Cursor {
        guard let text = values("_cursor").first else { return Cursor(before: Timestamp(microseconds: 0)) }
        let parts = text.split(separator: "_")
        guard parts.count == 2, let time = Int64(parts[0]), let id = UUID(uuidString: String(parts[1])) else {
            throw .badRequest("_cursor: take it from a link, unchanged.")
        }
        return Cursor(changedAt: Timestamp(microseconds: time), id: id)
    }

    /// The address of the page behind a resource, relative to the base.
    public func next(_ type: String, behind cursor: Cursor) -> String {
        let place = "\(cursor.changedAt.microseconds)_\(cursor.id.uuidString.lowercased())"
        return "\(type)?\(Self.joined(parameters.filter { $0.name != "_cursor" } + [(name: "_cursor", value: place)]))"
    }

    /// The address of this page.
    public func own(_ type: String) -> String {
        parameters.isEmpty ? type : "\(type)?\(Self.joined(parameters))"
    }

    private static func joined(_ parameters: [(name: String, value: String)]) -> String {
        parameters.map { "\(escaped($0.name))=\(escaped($0.value))" }.joined(separator: "&")
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += byte < 16 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }
}

import Domain
import FoundationEssentials
import Yams

/// How a CSV file becomes episodes and ratings: a YAML file beside it.
///
///     source: clinic-a            # names the sending system; the same file imported twice is recognised by it
///     layout: wide                # wide: a row per client, a column per session; long: a row per session
///     client: id                  # column whose value tells clients apart; becomes an opaque id
///     service: outpatient
///     clinician: c-01
///     age_band: adult             # child, adolescent or adult; default adult
///     role: self                  # who rates; default self
///     opened_on: 2024-01-08       # day of session 1
///     days_between_sessions: 7    # wide, and long without `days`
///     empty: missed               # wide: a session without any value is recorded as missed, or skip; default skip
///     session: interview          # long: column with the session number
///     days: {column: months, unit: months}   # long: time since opened_on; unit days or months
///     measures:
///       - instrument: bdi-ii
///         version: "1996"
///         columns: [bdi_s0, bdi_s1]           # wide: a total per session, in session order
///       - {instrument: ces-d, version: "1977", total: depression}        # long: total
///       - {instrument: phq-9, version: "2001", items: [p1, p2, p3]}      # long: item values
struct ImportMap: Decodable, Sendable {
    enum Layout: String, Decodable { case wide, long }
    enum Empty: String, Decodable { case missed, skip }
    enum Unit: String, Decodable { case days, months }

    struct Days: Decodable {
        let column: String
        let unit: Unit
    }

    struct Measure: Decodable {
        let instrument: String
        let version: String
        let columns: [String]?
        let total: String?
        let items: [String]?
    }

    let source: String
    let layout: Layout
    let client: String
    let service: String
    let clinician: String
    let ageBand: String?
    let role: String?
    let openedOn: String
    let daysBetweenSessions: Int?
    let empty: Empty?
    let session: String?
    let days: Days?
    let measures: [Measure]

    enum CodingKeys: String, CodingKey, CaseIterable {
        case source, layout, client, service, clinician, role, empty, session, days, measures
        case ageBand = "age_band"
        case openedOn = "opened_on"
        case daysBetweenSessions = "days_between_sessions"
    }

    /// Reads and checks a map file.
    static func read(_ path: String) throws -> ImportMap {
        guard let data = FileManager.default.contents(atPath: path),
            let text = String(validating: data, as: UTF8.self)
        else { throw ImportProblem("\(path): cannot be read as UTF-8 text") }
        return try read(text, path)
    }

    /// Reads and checks a map's text.
    /// - Parameter path: of its file, for what is said of faults.
    static func read(_ text: String, _ path: String) throws -> ImportMap {
        do {
            let known = Set(CodingKeys.allCases.map(\.rawValue))
            if case .mapping(let mapping)? = try Yams.compose(yaml: text) {
                for key in mapping.keys where !known.contains(key.string ?? "") {
                    throw ImportProblem("\(path):\(key.mark?.line ?? 0): unknown field \(key.string ?? "")")
                }
            }
            let map = try YAMLDecoder().decode(ImportMap.self, from: text)
            try map.check(path)
            return map
        } catch let problem as ImportProblem {
            throw problem
        } catch let DecodingError.keyNotFound(key, _) {
            throw ImportProblem("\(path): field \(key.stringValue) is missing")
        } catch let DecodingError.typeMismatch(_, context), let DecodingError.dataCorrupted(context) {
            let field = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw ImportProblem("\(path): field \(field): \(context.debugDescription)")
        } catch {
            throw ImportProblem("\(path): \(error)")
        }
    }

    private func check(_ path: String) throws {
        guard CalendarDay(openedOn) != nil else { throw ImportProblem("\(path): opened_on must be YYYY-MM-DD") }
        guard !measures.isEmpty else { throw ImportProblem("\(path): measures must name at least one instrument") }
        for measure in measures {
            let forms = [measure.columns != nil, measure.total != nil, measure.items != nil]
            let wanted = layout == .wide ? [true, false, false] : nil
            guard forms.count(where: { $0 }) == 1, wanted.map({ $0 == forms }) ?? (measure.columns == nil) else {
                throw ImportProblem(
                    "\(path): measure \(measure.instrument): give columns (wide), or one of total and items (long)")
            }
        }
        if layout == .long, session == nil { throw ImportProblem("\(path): layout long needs session: the column with its number") }
        if daysBetweenSessions == nil, layout == .wide || days == nil {
            throw ImportProblem("\(path): give days_between_sessions, or in layout long days with a column")
        }
        if let daysBetweenSessions, !(0...3650).contains(daysBetweenSessions) {
            throw ImportProblem("\(path): days_between_sessions must be 0 to 3650")
        }
    }
}

/// Something in the map or the file that stops the import, in words for whoever runs it.
struct ImportProblem: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

import Catalogue
import Domain
import Testing

/// The built-in catalogue, read once for all tests.
enum Builtin {
    static let loaded = Result { try Catalogue.load() }

    static func catalogue() throws -> Catalogue { try loaded.get() }

    static func reference(_ id: String, _ version: String) -> InstrumentReference {
        InstrumentReference(id: InstrumentID(unchecked: id), version: version)
    }

    static func instrument(_ id: String, _ version: String) throws -> Instrument {
        try #require(try catalogue().instrument(reference(id, version)), "\(id)@\(version)")
    }
}

/// What an instrument's published description says, to hold the definition against. Figures in steps.
struct Description {
    let id: String
    let version: String
    /// Nil: entered as a total only.
    var items: Int?
    var answers: ClosedRange<Int> = 0...3
    let total: ClosedRange<Int>
    let direction: ScoreDirection
    var reversed: [Int] = []
    var safety: [Int] = []
    var recallDays: Int?

    func check() throws -> Instrument {
        let instrument = try Builtin.instrument(id, version)
        #expect(instrument.items?.count == items)
        if items != nil { #expect(instrument.items?.range == answers) }
        #expect(instrument.totalRange == total)
        #expect(instrument.direction == direction)
        #expect(instrument.items?.reversed.numbers ?? [] == reversed)
        #expect(instrument.items?.safety.map(\.item) ?? [] == safety)
        #expect(instrument.recallDays == recallDays)
        return instrument
    }
}

extension Instrument {
    /// Cut-off and reliable change that hold for a rater, with the id of their norm set.
    func figures(
        _ role: RaterRole, _ age: AgeBand, _ sex: Sex? = nil
    ) -> (id: String, cutOff: CutOff?, change: Int?)? {
        normSet(for: role, ageBand: age, sex: sex).map { ($0.id.text, $0.cutOff, $0.reliableChange) }
    }

    func normSet(_ id: String) throws -> NormSet {
        try #require(normSets.first { $0.id.text == id }, "\(id)")
    }

    func total(_ items: [Int?]) throws -> Int { try score(.items(items)).total }

    /// Scores of the subscales by id; nil where one cannot be scored.
    func parts(_ items: [Int?]) throws -> [String: Int?] {
        Dictionary(uniqueKeysWithValues: try subscaleScores(.items(items)).map { ($0.subscale.text, $0.score) })
    }
}

/// Answers that are all the same but for some items.
func answers(_ count: Int, _ usual: Int, _ others: [Int: Int?] = [:]) -> [Int?] {
    (1...count).map { item in others[item] ?? usual }
}

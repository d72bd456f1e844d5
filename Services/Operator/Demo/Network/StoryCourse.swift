import Contracts
import Domain
import ServiceKit

/// A made-up course that has something to tell: two adults who come together, a child with a caretaker, somebody whom it
/// helps late. The seed decides everything.
struct StoryCourse {
    enum Story: Equatable {
        /// Two adults in one episode.
        case couple(Couple)
        /// A child or an adolescent, and who looks after them.
        case family
        /// Nothing for weeks, and then much.
        case late
    }

    enum Couple: Int, CaseIterable {
        case together, apart, late, leaving
    }

    struct Person {
        let id: ParticipantID
        let role: RaterRole
        let age: AgeBand
        let outcome: StoryMeasure
        let alliance: StoryMeasure
    }

    struct Session {
        let number: Int
        let day: CalendarDay
        let isMissed: Bool
    }

    private static let sites = 3
    private static let clinicians = 4

    let index: Int
    let id: EpisodeID
    let story: Story
    let site: Int
    let clinician: Int
    /// Who answers for it from the sixth session on; nil where nothing changes.
    let successor: Int?
    let people: [Person]
    let opened: CalendarDay
    let sessions: [Session]
    /// Nil while it goes on.
    let closure: ClosureReason?
    private let name: String
    private let seed: UInt64

    /// - Parameters:
    ///   - place: among the courses of its story.
    ///   - last: the last day on which anything has happened.
    init(_ index: Int, _ story: Story, place: Int, seed: UInt64, last: CalendarDay) {
        self.index = index
        self.story = story
        self.seed = seed &+ UInt64(index) &* 0xD134_2543_DE82_EF95
        let name = "\(seed)/\(index)"
        self.name = name
        id = DerivedIdentity.named("attune demo", name, "episode")
        site = index % Self.sites
        clinician = index / Self.sites % Self.clinicians
        successor = place % 10 == 6 ? (clinician + 1) % Self.clinicians : nil
        people = Self.people(story, place, name)
        let planned = story == .late ? 12 : 7 + place % 5
        switch story {
        case .couple(.leaving): closure = .droppedOut
        case .couple, .family, .late: closure = place % 5 == 4 ? .agreedEnd : nil
        }
        // Courses that are over ended weeks ago; of those that go on the last session was in these days. The first
        // course of all begins on a day from which the last day follows, see ``NetworkPlan/lastDay(ofFirst:)``.
        let back = (closure == nil ? place % 5 : 15 + place % 20) + 7 * (planned - 1)
        var opened = last.advanced(byDays: -(index == 0 ? 7 * (planned - 1) : back))
        while index > 0, !opened.isWeekday { opened = opened.advanced(byDays: -1) }
        self.opened = opened
        sessions = (1...planned).map { number in
            Session(
                number: number, day: opened.advanced(byDays: 7 * (number - 1)),
                isMissed: number == 4 && place % 6 == 2 || number == planned - 1 && story == .couple(.leaving))
        }
    }

    private static func people(_ story: Story, _ place: Int, _ name: String) -> [Person] {
        func person(
            _ part: String, _ role: RaterRole, _ age: AgeBand, _ outcome: StoryMeasure, _ alliance: StoryMeasure
        ) -> Person {
            Person(
                id: DerivedIdentity.named("attune demo", name, part), role: role, age: age, outcome: outcome,
                alliance: alliance)
        }
        // Every other course with Attune's own measures, item by item.
        let isOwn = place.isMultiple(of: 2)
        let (outcome, alliance): (StoryMeasure, StoryMeasure) = isOwn ? (.wellbeing, .alliance) : (.ors, .srs)
        switch story {
        case .couple: return ["first", "second"].map { person($0, .`self`, .adult, outcome, alliance) }
        case .family where isOwn:
            return [person("young", .`self`, .child, .cors, .csrs), person("caretaker", .caretaker, .child, .cors, .srs)]
        case .family:
            return [
                person("young", .`self`, .adolescent, .ors, .srs),
                person("caretaker", .caretaker, .adolescent, .ors, .srs),
            ]
        case .late: return [person("first", .`self`, .adult, outcome, alliance)]
        }
    }

    // MARK: - How it goes

    /// How well somebody is at a session: 0 as badly, 1 as well as the measure can say.
    func level(_ person: Int, _ session: Int) -> Double {
        let done = Double(session - 1)
        let later = 0.13 * max(0, done - 5)
        let level =
            switch story {
            case .couple(.together): 0.38 + 0.05 * done - 0.07 * Double(person)
            case .couple(.apart): person == 0 ? 0.4 + 0.055 * done : 0.44 - 0.012 * done
            case .couple(.late): 0.36 + later - 0.04 * Double(person)
            case .couple(.leaving): 0.42 - 0.03 * done
            case .family: person == 0 ? 0.45 + 0.045 * done : 0.55 + 0.02 * done
            case .late: 0.34 + later
            }
        return min(0.97, max(0.05, level + noise("\(person)/\(session)")))
    }

    /// How well the work together is: mostly well, worse once where a couple drifts apart.
    func alliance(_ person: Int, _ session: Int) -> Double {
        let isStrained = story == .couple(.apart) && person == 1 && (4...5).contains(session)
        return min(1, (isStrained ? 0.72 : 0.95) + noise("alliance/\(person)/\(session)"))
    }

    /// Up to two hundredths up or down.
    private func noise(_ what: String) -> Double {
        let digest = DerivedIdentity.digest(of: [Array("\(seed)".utf8), Array(what.utf8)])
        return (Double(digest[0]) / 255 - 0.5) * 0.04
    }

    /// An id of something in this course.
    func named<ID: Identity>(_ what: String, _ session: Int, _ person: Int = 0) -> ID {
        DerivedIdentity.named("attune demo", name, what, "\(session)", "\(person)")
    }
}

/// What is asked, and how an answer of a level is written.
enum StoryMeasure {
    case ors, cors, wellbeing, srs, csrs, alliance

    /// - Parameter level: from 0 to 1.
    func answers(_ level: Double) -> [JSON.Member] {
        switch self {
        case .ors: Self.total("ors", "2000", level)
        case .cors: Self.total("cors", "2003", level)
        case .srs: Self.total("srs", "2002", level)
        case .csrs: Self.total("csrs", "2003", level)
        case .wellbeing: Self.items("attune-wellbeing", level)
        case .alliance: Self.items("attune-alliance", level)
        }
    }

    /// Of 40, in tenths.
    private static func total(_ instrument: String, _ version: String, _ level: Double) -> [JSON.Member] {
        [
            .init("instrument", .string(instrument)), .init("version", .string(version)),
            .init("total", .number(JSONNumber(Int64(level * 400), decimals: 1))),
        ]
    }

    /// Five answers of 0 to 4 that add up.
    private static func items(_ instrument: String, _ level: Double) -> [JSON.Member] {
        let total = Int((level * 20).rounded())
        return [
            .init("instrument", .string(instrument)), .init("version", "1"),
            .init("items", .array((0..<5).map { .integer((total + $0) / 5) })),
        ]
    }
}

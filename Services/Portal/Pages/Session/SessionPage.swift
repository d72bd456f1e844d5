import Catalogue
import Contracts
import Domain

/// The values of the page around one session.
struct SessionPage {
    let sight: EpisodeSight
    let number: Int
    /// What clients wrote at this session and the one before.
    let comments: [ClientWords.Comment]
    let catalogue: Catalogue
    let texts: TextLibrary
    let words: Words

    /// Each has an id of its own: sent twice, it records once.
    private static let forms = ["held", "rating", "review", "missed", "preferences", "accommodation"]

    private var address: String { "/episodes/\(sight.found.episode)" }
    private var held: SessionHeld? { sight.view.sessions.last { $0.number == number } }

    /// What came about before the closing can be entered after it, for the last day at the latest.
    private var today: CalendarDay { sight.view.closedOn ?? sight.today }

    var title: String {
        words(
            "session.title", ["number": words.integer(number), "client": CodeName.text(of: sight.found.episode)])
    }

    var values: [String: Any] {
        let attention = EpisodePage(sight: sight, voice: .clinician, words: words, address: address)
            .values(canRecord: true)
        var values: [String: Any] = [
            "address": address, "number": number, "isOpen": sight.view.isOpen, "today": today.description,
            "outcome": raters(.outcome), "alliance": raters(.alliance),
            "ids": Dictionary(uniqueKeysWithValues: Self.forms.map { ($0, newID) }),
            "when": held.map { words("session.held", ["day": words.day($0.day)]) } ?? words["session.notYet"],
            "isHeld": held != nil, "raters": choices, "instruments": instruments, "reasons": reasons, "kinds": kinds,
            "sessionDay": (held?.day ?? today).description,
        ]
        values["comments"] = comments.map(comment)
        values["hasComments"] = !comments.isEmpty
        for name in ["findings", "hasFindings", "more", "alerts", "hasAlerts"] { values[name] = attention[name] }
        values["preferences"] = PreferencesPart(sight: sight, catalogue: catalogue, texts: texts, words: words).values
        if number > 1 { values["previous"] = "\(address)/session?number=\(number - 1)" }
        if number < sight.nextSession { values["next"] = "\(address)/session?number=\(number + 1)" }
        return values
    }

    private func comment(_ comment: ClientWords.Comment) -> [String: Any] {
        let rating = comment.rating
        let title = catalogue.instrument(rating.instrument)?.title ?? rating.instrument.description
        var values: [String: Any] = [
            "who": words(
                "session.comment.who",
                [
                    "client": words.rater(rating.participant, in: sight.view), "instrument": title,
                    "session": words.integer(rating.session), "day": words.day(rating.day),
                ])
        ]
        switch comment.reading {
        case .said(let text): values["text"] = text
        case .erased: values["lack"] = words["session.comment.erased"]
        case .unreadable: values["lack"] = words["session.comment.unreadable"]
        }
        return values
    }

    /// For each who rates, what they said at this session and how they have been so far.
    private func raters(_ purpose: InstrumentPurpose) -> [[String: Any]] {
        sight.view.participants.enumerated().map { place, rater in
            let ratings = ratings(of: rater, purpose)
            var values: [String: Any] = [
                "name": words.rater(rater), "ratings": ratings, "hasRatings": !ratings.isEmpty,
            ]
            if purpose == .outcome {
                let courses = RaterCourses(of: rater, in: sight, voice: .clinician, place: place + 1)
                values["courses"] = courses.materials.map { material in
                    CoursePart(
                        material: material, voice: .clinician, words: words, download: nil,
                        owner: sight.view.participants.count > 1 ? words.rater(rater) : nil
                    ).values
                }
            }
            return values
        }
    }

    private func ratings(of rater: Participant, _ purpose: InstrumentPurpose) -> [[String: Any]] {
        let own = sight.view.courses.filter {
            $0.key.participant == rater.id && $0.value.basis.instrument.purpose == purpose
        }
        return own.sorted { $0.key < $1.key }.flatMap { _, course in
            course.trajectory.points.filter { $0.rating.session == number }.map { value($0, course.basis.instrument) }
        }
    }

    private func value(_ point: TrajectoryPoint, _ instrument: Instrument) -> [String: Any] {
        var values: [String: Any] = [
            "text": words(
                "session.rated",
                [
                    "instrument": instrument.title, "score": words.score(point.rating.score, instrument),
                    "day": words.day(point.rating.day),
                ]),
            "rating": point.rating.id.description, "id": newID, "name": instrument.title,
        ]
        if instrument.purpose == .outcome { values["state"] = words.state(point.state, .clinician) }
        if let day = sight.view.discussed(point.rating.id) {
            values["discussed"] = words("session.discussedOn", ["day": words.day(day)])
        }
        return values
    }

    private var newID: String { (TimeOrderedIdentity.make(at: sight.now) as EventID).description }

    private var choices: [[String: String]] {
        sight.view.participants.map { ["value": $0.id.description, "name": words.rater($0)] }
    }

    /// Measures whose total may be entered by hand, those in use first.
    private var instruments: [[String: String]] {
        let used = Set(sight.view.courses.keys.map(\.instrument))
        return catalogue.instruments.filter { $0.allowsTotalEntry && $0.hasBetterEnd }
            .sorted {
                let (one, other) = (used.contains($0.reference), used.contains($1.reference))
                return one != other ? one : ($0.title, $0.reference) < ($1.title, $1.reference)
            }
            .map { instrument in
                let range = words(
                    "chart.range",
                    [
                        "lower": words.score(instrument.totalRange.lowerBound, instrument),
                        "upper": words.score(instrument.totalRange.upperBound, instrument),
                    ])
                return ["value": instrument.reference.description, "name": "\(instrument.title) (\(range))"]
            }
    }

    private var reasons: [[String: String]] {
        MissedReason.allCases.map { ["value": $0.rawValue, "name": words.missed($0)] }
    }

    private var kinds: [[String: String]] {
        ReviewHeld.Kind.allCases.map { ["value": $0.rawValue, "name": words.review($0)] }
    }
}

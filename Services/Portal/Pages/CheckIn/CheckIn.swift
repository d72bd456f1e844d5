import Catalogue
import Contracts
import Domain
import Intake

/// A check-in as it stands: what is asked of a participant at a session, and what became of it.
struct CheckIn: Sendable {
    struct Measure: Sendable {
        let instrument: Instrument
        /// Nil where it has not been answered.
        let answer: Answer?
    }

    enum Answer: Hashable, Sendable {
        /// - Parameter isSafetyEvent: whether an answer speaks of danger.
        case scored(Int, isSafetyEvent: Bool)
        case declined
    }

    let invitation: Invitation
    /// Outcome before alliance.
    let measures: [Measure]

    /// What is asked: the measures that the participant has been asked before, else Attune's own two. Of one instrument
    /// that was used in several versions the last holds.
    init(_ invitation: Invitation, of found: EpisodeCase, catalogue: Catalogue) {
        self.invitation = invitation
        func rated(_ references: some Sequence<InstrumentReference>) -> [InstrumentID: Instrument] {
            var byID: [InstrumentID: Instrument] = [:]
            for reference in references.sorted() {
                if let instrument = try? catalogue.instrument(forRatingOn: reference) { byID[reference.id] = instrument }
            }
            return byID
        }
        let asked = rated(Self.asked(of: invitation.participant, in: found))
        // One of the own two alone is what is left of both: the other may have been put off.
        let isOwn = asked.keys.allSatisfy { Self.own.contains($0) }
        let byID = isOwn ? rated(catalogue.instruments.map(\.reference).filter { Self.own.contains($0.id) }) : asked
        let answers = Self.answers(to: invitation, in: found, byID)
        measures = byID.values.sorted(by: Self.inOrder).map { Measure(instrument: $0, answer: answers[$0.reference.id]) }
    }

    func measure(_ id: InstrumentID) -> Measure? { measures.first { $0.instrument.reference.id == id } }

    /// Names of the measures that are built in with their wording.
    private static let own: Set<InstrumentID> = [
        InstrumentID(unchecked: "attune-wellbeing"), InstrumentID(unchecked: "attune-alliance"),
    ]

    private static func asked(of participant: ParticipantID, in found: EpisodeCase) -> Set<InstrumentReference> {
        var asked = Set(found.view.courses.keys.filter { $0.participant == participant }.map(\.instrument))
        for declined in found.view.declines where declined.participant == participant { asked.insert(declined.instrument) }
        return asked
    }

    private static func answers(
        to invitation: Invitation, in found: EpisodeCase, _ instruments: [InstrumentID: Instrument]
    ) -> [InstrumentID: Answer] {
        var answers: [InstrumentID: Answer] = [:]
        for entry in found.entries {
            switch entry.event {
            case .ratingRecorded(let rating):
                guard let instrument = instruments[rating.instrument.id],
                    rating.id == invitation.ratingID(on: instrument.reference),
                    let score = try? instrument.score(rating.answers)
                else { continue }
                answers[rating.instrument.id] = .scored(score.total, isSafetyEvent: !score.safetyItems.isEmpty)
            case .ratingDeclined(let declined):
                guard declined.id == invitation.declineID(on: declined.instrument),
                    answers[declined.instrument.id] == nil
                else { continue }
                answers[declined.instrument.id] = .declined
            default: continue
            }
        }
        return answers
    }

    private static func inOrder(_ left: Instrument, _ right: Instrument) -> Bool {
        func place(_ instrument: Instrument) -> Int { instrument.purpose == .outcome ? 0 : 1 }
        return (place(left), left.reference) < (place(right), right.reference)
    }
}

extension Invitation {
    /// The same however often an answer is sent, so that it is recorded once.
    func ratingID(on instrument: InstrumentReference) -> RatingID {
        DerivedIdentity.named("check-in", id.description, instrument.description)
    }

    func declineID(on instrument: InstrumentReference) -> DeclineID {
        DerivedIdentity.named("check-in declined", id.description, instrument.description)
    }
}

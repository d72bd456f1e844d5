import Contracts
import Domain
import Intake
import ServiceKit

/// Reads what people have sent in the forms about an episode. What cannot be accepted is refused with the field's name and
/// what to do, in the visitor's language.
struct FormReading {
    let form: Form
    let words: Words

    init(_ form: Form, _ words: Words) {
        self.form = form
        self.words = words
    }

    /// An id that the page has put into the form, so that the form sent twice records once.
    func identity<ID: Identity>(_ name: String, as type: ID.Type = ID.self) throws(FieldError) -> ID {
        guard let id = ID(try text(name)) else { throw fault(name, words["record.fault.id"]) }
        return id
    }

    func day(_ name: String = "day") throws(FieldError) -> CalendarDay {
        guard let day = CalendarDay(try text(name)) else { throw fault(name, words["record.fault.day"]) }
        return day
    }

    /// One of the names of a list.
    func choice<Choice: RawRepresentable>(
        _ name: String, of type: Choice.Type = Choice.self
    ) throws(FieldError) -> Choice where Choice.RawValue == String {
        guard let choice = Choice(rawValue: try text(name)) else { throw fault(name, words["record.fault.choice"]) }
        return choice
    }

    /// Number of a session.
    func session(_ name: String = "number") throws(FieldError) -> Int {
        guard let number = Int(try text(name)), EpisodeRules.sessionNumbers.contains(number) else {
            throw fault(name, words["record.fault.session"])
        }
        return number
    }

    /// A score as people write it in the visitor's language, in steps.
    func score(_ name: String, on instrument: Instrument) throws(FieldError) -> Int {
        let written = try text(name).replacing(words.language.decimalMark, with: ".")
        do throws(DecimalProblem) {
            return try DecimalSteps.steps(written, denominator: instrument.stepDenominator)
        } catch {
            switch error {
            case .notADecimal, .tooLarge: throw fault(name, words["record.fault.number"])
            case .finerThanStep: throw fault(name, words["record.fault.finer"])
            }
        }
    }

    /// That a participant agrees to the joint view, or agrees no longer.
    func consent(of participant: ParticipantID) throws(FieldError) -> ConsentChange {
        let answer: YesNo = try choice("agrees")
        return ConsentChange(id: try identity("id"), participant: participant, jointView: answer == .yes, day: try day())
    }

    func text(_ name: String) throws(FieldError) -> String {
        guard let text = form[name], !text.isEmpty else { throw fault(name, words["record.fault.missing"]) }
        guard text.utf8.count <= 200 else { throw fault(name, words["record.fault.choice"]) }
        return text
    }

    func fault(_ name: String, _ detail: String) -> FieldError { FieldError(pointer: "/\(name)", detail: detail) }

    enum YesNo: String { case yes, no }
}

/// Records for a page: what a rule of episodes is against comes back as the field at fault.
struct Recording: Sendable {
    let commands: Commands
    let words: Words
    /// Of the page's request.
    let trace: TraceContext

    /// - Throws: `FieldError` with what is wrong and what to do; ``Problem``.
    func record(_ draft: CommandDraft, by visitor: Visitor) async throws {
        do {
            try await commands.record(draft, by: visitor, trace: trace)
        } catch let refused as CommandRefused {
            throw error(refused.refusal)
        }
    }

    private func error(_ refusal: CommandRefusal) -> any Error {
        switch refusal {
        case .rule(let rule): error(rule)
        case .idReused: Problem.conflict("id-reused", title: "The form was sent before with other content")
        case .otherInstrument: fault("instrument", words["record.fault.choice"])
        case .commentsNotSetUp, .commentKeyUnreadable, .clientErased: Problem.internalError
        }
    }

    private func error(_ rule: Refusal) -> any Error {
        switch rule {
        case .unknownEpisode, .otherSite, .alreadyOpen, .noParticipants: Problem.notFound
        case .episodeClosed(let day): fault("day", words("record.fault.closed", ["day": words.day(day)]))
        case .versionConflict: Problem.conflict("version", title: "The episode has changed")
        case .unknownParticipant, .participantAlreadyJoined: fault("participant", words["record.fault.participant"])
        case .dayInFuture: fault("day", words["record.fault.future"])
        case .dayBeforeOpening(_, let opened):
            fault("day", words("record.fault.beforeOpening", ["day": words.day(opened)]))
        case .invalidSessionNumber: fault("number", words["record.fault.session"])
        case .unknownRating, .ratingWithdrawn: fault("rating", words["record.fault.rating"])
        case .ratingAlreadyRecorded: fault("rating", words["record.fault.ratingThere"])
        }
    }

    private func fault(_ name: String, _ detail: String) -> FieldError { FieldError(pointer: "/\(name)", detail: detail) }
}

extension PageParts {
    /// In the visitor's language.
    func recording(_ context: PageContext) -> Recording {
        Recording(commands: commands, words: pages.words(context), trace: context.trace)
    }
}

import Catalogue
import Domain
import Intake
import ServiceKit

extension CommandReader {
    func rating(_ form: JSONObject, _ faults: inout FieldErrors) throws -> RatingDraft? {
        let name = faults.catching { () throws(FieldError) in try Self.ratingName(form) }
        let participant = faults.catching { () throws(FieldError) in
            try form["participantId"].identity(ParticipantID.self)
        }
        let comment = faults.catching { () throws(FieldError) in
            try form.optional("comment")?.string(RatingDraft.commentLength)
        }
        guard let record = try scoredRecord(form, &faults), let name, let participant, let comment else { return nil }
        return RatingDraft(
            name: name, participant: participant, instrument: record.instrument, session: record.session,
            day: record.day, answers: record.answers, comment: comment)
    }

    func correction(_ form: JSONObject, _ place: CommandPlace, _ faults: inout FieldErrors) throws -> DraftContent? {
        let id = faults.catching { () throws(FieldError) in try form["correctionId"].identity(CommandID.self) }
        let rating = ratingID(form, place, &faults)
        let reason = faults.catching { () throws(FieldError) in try form["reason"].choice(CorrectionReason.self) }
        guard let record = try scoredRecord(form, &faults), let id, let rating, let reason else { return nil }
        let correction = RatingCorrection(
            rating: rating, session: record.session, day: record.day, answers: record.answers, reason: reason)
        return .correction(id, correction, record.instrument)
    }

    func withdrawal(_ form: JSONObject, _ place: CommandPlace, _ faults: inout FieldErrors) -> DraftContent? {
        let rating = ratingID(form, place, &faults)
        let reason = faults.catching { () throws(FieldError) in try form["reason"].choice(CorrectionReason.self) }
        guard let rating, let reason else { return nil }
        return .withdrawal(RatingWithdrawal(rating: rating, reason: reason))
    }

    private func ratingID(_ form: JSONObject, _ place: CommandPlace, _ faults: inout FieldErrors) -> RatingID? {
        faults.catching { () throws(FieldError) -> RatingID in
            if let known = place.rating { return known }
            return try form["ratingId"].identity()
        }
    }

    /// `ratingId`, or `source` with the name of the sender's system and its id there; never both.
    private static func ratingName(_ form: JSONObject) throws(FieldError) -> RatingName {
        switch (form.optional("ratingId"), form.optional("source")) {
        case (let id?, nil): return .id(try id.identity())
        case (nil, let source?):
            let source = try source.object(["system", "id"])
            return .source(system: try source["system"].string(1...200), id: try source["id"].string(1...200))
        case (nil, nil):
            throw FieldError(pointer: "/ratingId", detail: "is missing; send an id of your own, or \"source\"")
        case (_?, let source?):
            throw source.error("cannot stand beside \"ratingId\"; send one of them")
        }
    }

    /// What a rating and its correction have in common.
    private struct ScoredRecord {
        let instrument: InstrumentReference
        let session: Int
        let day: CalendarDay
        let answers: Answers
    }

    private func scoredRecord(_ form: JSONObject, _ faults: inout FieldErrors) throws -> ScoredRecord? {
        let session = faults.catching { () throws(FieldError) in try form["session"].sessionNumber() }
        let day = faults.catching { () throws(FieldError) in try form["day"].day() }
        let instrument = faults.catching { () throws(FieldError) in
            try self.instrument(form) { reference throws(UnfitInstrument) in
                try catalogue.instrument(forRatingOn: reference)
            }
        }
        guard let instrument else { return nil }
        let answers: Answers
        do throws(Problem) {
            answers = try AnswersReading.read(form, for: instrument)
        } catch {
            for fault in error.errors { faults.append(fault) }
            return nil
        }
        guard let session, let day else { return nil }
        return ScoredRecord(instrument: instrument.reference, session: session, day: day, answers: answers)
    }

    /// The instrument that `instrument` and `version` name.
    /// - Parameter find: says whether it takes what is to be recorded.
    func instrument(
        _ form: JSONObject, _ find: (InstrumentReference) throws(UnfitInstrument) -> Instrument
    ) throws(FieldError) -> Instrument {
        let name = try form["instrument"]
        let id = try name.name(InstrumentID.self)
        let version = try form["version"]
        let reference = InstrumentReference(id: id, version: try version.string(1...64))
        do throws(UnfitInstrument) {
            return try find(reference)
        } catch {
            switch error {
            case .asksForPreferences:
                throw name.error("asks for preferences, of which none is better; a rating needs an outcome or alliance measure")
            case .doesNotAskForPreferences:
                throw name.error("does not ask for preferences; send its answers as a rating")
            case .unknownVersion(let known):
                throw version.error("is not a version in the catalogue; known: \(known.joined(separator: ", "))")
            case .unknown(let known):
                let names = known.map(\.text).joined(separator: ", ")
                throw name.error("is not an instrument of the catalogue; known: \(names)")
            }
        }
    }
}

import Domain
import Intake
import ServiceKit

/// What clients would rather not answer, and how they would like to work.
extension CommandReader {
    func decline(_ form: JSONObject, _ faults: inout FieldErrors) -> RatingDeclined? {
        let id = faults.catching { () throws(FieldError) in try form["declineId"].identity(DeclineID.self) }
        let participant = faults.catching { () throws(FieldError) in
            try form["participantId"].identity(ParticipantID.self)
        }
        let session = faults.catching { () throws(FieldError) in try form["session"].sessionNumber() }
        let day = faults.catching { () throws(FieldError) in try form["day"].day() }
        let instrument = faults.catching { () throws(FieldError) in
            try self.instrument(form) { reference throws(UnfitInstrument) in
                try catalogue.instrument(declined: reference)
            }
        }
        guard let id, let participant, let session, let day, let instrument else { return nil }
        return RatingDeclined(
            id: id, participant: participant, instrument: instrument.reference, purpose: instrument.purpose,
            session: session, day: day)
    }

    /// Answers are whole numbers, or null where there is none.
    func preferences(_ form: JSONObject, _ faults: inout FieldErrors) -> PreferencesRecorded? {
        let id = faults.catching { () throws(FieldError) in try form["preferencesId"].identity(PreferencesID.self) }
        let participant = faults.catching { () throws(FieldError) in
            try form["participantId"].identity(ParticipantID.self)
        }
        let session = faults.catching { () throws(FieldError) in try form["session"].sessionNumber() }
        let day = faults.catching { () throws(FieldError) in try form["day"].day() }
        let instrument = faults.catching { () throws(FieldError) in
            try self.instrument(form) { reference throws(UnfitInstrument) in
                try catalogue.instrument(forPreferencesOn: reference)
            }
        }
        let answers = faults.catching { () throws(FieldError) in try Self.preferenceAnswers(form["items"]) }
        guard let id, let participant, let session, let day, let instrument, let answers else { return nil }
        return PreferencesRecorded(
            id: id, participant: participant, instrument: instrument.reference, session: session, day: day,
            answers: answers)
    }

    private static func preferenceAnswers(_ field: JSONField) throws(FieldError) -> [Int?] {
        var answers: [Int?] = []
        for item in try field.array(PreferenceInventory.itemCount...PreferenceInventory.itemCount) {
            answers.append(item.value == .null ? nil : try item.integer(PreferenceInventory.itemRange))
        }
        guard answers.contains(where: { $0 != nil }) else {
            throw field.error("holds no answer; then there is nothing to record, so do not send it")
        }
        return answers
    }

    func preferenceReview(_ form: JSONObject, _ faults: inout FieldErrors) -> PreferenceReviewed? {
        let id = faults.catching { () throws(FieldError) in
            try form["preferenceReviewId"].identity(PreferenceReviewID.self)
        }
        let participant = faults.catching { () throws(FieldError) in
            try form["participantId"].identity(ParticipantID.self)
        }
        let scale = faults.catching { () throws(FieldError) in try form["scale"].choice(PreferenceScale.self) }
        let asked = faults.catching { () throws(FieldError) in try form["asked"].choice(PreferenceLean.self) }
        let agreed = faults.catching { () throws(FieldError) in try form["agreed"].choice(PreferenceAgreement.self) }
        let accommodated = faults.catching { () throws(FieldError) in
            try form["accommodated"].choice(Accommodation.self)
        }
        let day = faults.catching { () throws(FieldError) in try form["day"].day() }
        let by = faults.catching { () throws(FieldError) in try form["by"].string(Self.personLength) }
        guard let id, let participant, let scale, let asked, let agreed, let accommodated, let day, let by else {
            return nil
        }
        return PreferenceReviewed(
            id: id, participant: participant,
            accommodation: PreferenceAccommodation(
                scale: scale, asked: asked, agreed: agreed, accommodated: accommodated, recordedBy: by, day: day))
    }
}

import Domain
import Intake
import ServiceKit

/// What is recorded of talks with clients: about a rating, about what may be shown, about the course.
extension CommandReader {
    func discussion(_ form: JSONObject, _ faults: inout FieldErrors) -> RatingDiscussed? {
        let id = faults.catching { () throws(FieldError) in try form["discussionId"].identity(DiscussionID.self) }
        let rating = faults.catching { () throws(FieldError) in try form["ratingId"].identity(RatingID.self) }
        let day = faults.catching { () throws(FieldError) in try form["day"].day() }
        let by = faults.catching { () throws(FieldError) in try form["by"].string(Self.personLength) }
        guard let id, let rating, let day, let by else { return nil }
        return RatingDiscussed(id: id, rating: rating, day: day, by: by)
    }

    func consent(_ form: JSONObject, _ faults: inout FieldErrors) -> ConsentChange? {
        let id = faults.catching { () throws(FieldError) in try form["consentId"].identity(ConsentID.self) }
        let participant = faults.catching { () throws(FieldError) in
            try form["participantId"].identity(ParticipantID.self)
        }
        let jointView = faults.catching { () throws(FieldError) in try form["jointView"].bool() }
        let day = faults.catching { () throws(FieldError) in try form["day"].day() }
        guard let id, let participant, let jointView, let day else { return nil }
        return ConsentChange(id: id, participant: participant, jointView: jointView, day: day)
    }

    func review(_ form: JSONObject, _ faults: inout FieldErrors) -> ReviewHeld? {
        let id = faults.catching { () throws(FieldError) in try form["reviewId"].identity(ReviewID.self) }
        let kind = faults.catching { () throws(FieldError) in try form["kind"].choice(ReviewHeld.Kind.self) }
        let day = faults.catching { () throws(FieldError) in try form["day"].day() }
        let by = faults.catching { () throws(FieldError) in try form["by"].string(Self.personLength) }
        guard let id, let kind, let day, let by else { return nil }
        return ReviewHeld(id: id, kind: kind, day: day, by: by)
    }

    /// Characters of a directory id.
    static let personLength = 1...200
}

import Catalogue
import Domain
import Intake
import ServiceKit

/// What a command is about, as its address or the `type` of a batch line says.
enum CommandKind: String, CaseIterable, Sendable {
    case episode, participant, session, rating, correction, withdrawal, discussion, consent, review, transfer, closure
    case decline, preferences
    case preferenceReview = "preference_review"
}

/// What is known of a command before its body is read.
struct CommandPlace: Sendable {
    var episode: EpisodeID?
    var rating: RatingID?
    /// From `If-Match`.
    var expectedVersion: UInt64?
    /// A line of a batch says in its body what other commands say in address and headers.
    var isBatchLine = false
}

/// Turns a JSON document into a command, or says everything that is wrong with it.
struct CommandReader: Sendable {
    let catalogue: Catalogue
    let caller: Caller

    /// Reads one line of a batch. Its `type` is `rating` where none is given.
    func line(_ document: JSONField) throws -> CommandDraft {
        let kind = try document.anyObject().optional("type")?.choice(CommandKind.self) ?? .rating
        return try command(kind, document, at: CommandPlace(isBatchLine: true))
    }

    /// - Throws: ``FieldError`` or ``Problem`` with all faults that were found.
    func command(_ kind: CommandKind, _ document: JSONField, at place: CommandPlace) throws -> CommandDraft {
        let form = try document.object(Self.fields(of: kind, at: place))
        var faults = FieldErrors()
        let site = faults.catching { () throws(FieldError) -> SiteID? in
            try self.site(form, isRequired: kind == .episode)
        }
        if let site, let site { try caller.requireSite(site) }
        let episode = faults.catching { () throws(FieldError) -> EpisodeID in
            if let known = place.episode { return known }
            return try form["episodeId"].identity()
        }
        let expected = faults.catching { () throws(FieldError) -> UInt64? in try expectedVersion(form, place) }
        let content = try content(kind, form, place, &faults)
        try faults.throwIfAny()
        guard let site, let episode, let expected, let content else { throw Problem.internalError }
        return CommandDraft(episode: episode, site: site ?? onlySite, content: content, expectedVersion: expected)
    }

    /// The site of a caller who speaks for one alone.
    private var onlySite: SiteID? {
        if case .some(let sites) = caller.sites, sites.count == 1 { sites.first } else { nil }
    }

    private func site(_ form: JSONObject, isRequired: Bool) throws(FieldError) -> SiteID? {
        guard isRequired else { return try form.optional("site")?.name() }
        return try form["site"].name()
    }

    private func expectedVersion(_ form: JSONObject, _ place: CommandPlace) throws(FieldError) -> UInt64? {
        guard let field = form.optional("expectedVersion") else { return place.expectedVersion }
        return UInt64(try field.integer(0...Int(Int64.max)))
    }

    /// What the body may have, by the kind of command and what is known before.
    static func fields(of kind: CommandKind, at place: CommandPlace) -> Set<String> {
        var fields: Set<String> =
            switch kind {
            case .episode: ["service", "openedOn", "clinician", "participants"]
            case .participant: participantFields
            case .session: ["sessionId", "held", "missed"]
            case .rating:
                AnswersReading.fields.union([
                    "ratingId", "source", "participantId", "instrument", "version", "session", "day", "comment",
                ])
            case .correction:
                AnswersReading.fields.union(["correctionId", "instrument", "version", "session", "day", "reason"])
            case .withdrawal: ["reason"]
            case .discussion: ["discussionId", "ratingId", "day", "by"]
            case .consent: ["consentId", "participantId", "jointView", "day"]
            case .review: ["reviewId", "kind", "day", "by"]
            case .decline: ["declineId", "participantId", "instrument", "version", "session", "day"]
            case .preferences: ["preferencesId", "participantId", "instrument", "version", "session", "day", "items"]
            case .preferenceReview:
                ["preferenceReviewId", "participantId", "scale", "asked", "agreed", "accommodated", "day", "by"]
            case .transfer: ["transferId", "clinician", "reason"]
            case .closure: ["day", "reason"]
            }
        fields.insert("site")
        if place.episode == nil { fields.insert("episodeId") }
        if place.isBatchLine { fields.formUnion(["type", "expectedVersion"]) }
        if place.isBatchLine, kind == .correction || kind == .withdrawal { fields.insert("ratingId") }
        return fields
    }

    /// Nil where something was noted in `faults`.
    private func content(
        _ kind: CommandKind, _ form: JSONObject, _ place: CommandPlace, _ faults: inout FieldErrors
    ) throws -> DraftContent? {
        switch kind {
        case .episode: opening(form, &faults).map(DraftContent.opening)
        case .participant:
            faults.catching { () throws(FieldError) in .participant(try Self.participant(form)) }
        case .session: session(form, &faults)
        case .rating: try rating(form, &faults).map(DraftContent.rating)
        case .correction: try correction(form, place, &faults)
        case .withdrawal: withdrawal(form, place, &faults)
        case .discussion: discussion(form, &faults).map(DraftContent.discussion)
        case .consent: consent(form, &faults).map(DraftContent.consent)
        case .review: review(form, &faults).map(DraftContent.review)
        case .decline: decline(form, &faults).map(DraftContent.decline)
        case .preferences: preferences(form, &faults).map(DraftContent.preferences)
        case .preferenceReview: preferenceReview(form, &faults).map(DraftContent.preferenceReview)
        case .transfer:
            faults.catching { () throws(FieldError) in
                .transfer(
                    EpisodeTransfer(
                        id: try form["transferId"].identity(), clinician: try form["clinician"].string(1...200),
                        reason: try form["reason"].choice()))
            }
        case .closure:
            faults.catching { () throws(FieldError) in
                .closure(EpisodeClosure(day: try form["day"].day(), reason: try form["reason"].choice()))
            }
        }
    }
}

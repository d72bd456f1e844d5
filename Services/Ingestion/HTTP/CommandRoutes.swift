import Catalogue
import Domain
import HTTPTypes
import Hummingbird
import Intake
import ServiceKit

/// The addresses that take one command each.
///
/// Each answers 201 with `{episodeId, version, eventId}` (and `ratingId`) once the command is committed in the
/// ledger, 200 with the first result when the same command had been recorded before, and a problem otherwise.
/// `ETag` is the version of the episode after the command; `If-Match: "N"` has it recorded only if the
/// episode is at version N (412 otherwise, with the actual version in `ETag`).
///
/// Bodies are JSON objects; a field that is not named here is refused:
/// * `POST /v1/episodes`: `episodeId`, `site`, `service`, `openedOn`, `clinician`,
///   `participants: [{participantId, role, ageBand, sex?, group?}]`
/// * `POST /v1/episodes/{id}/participants`: `participantId`, `role`, `ageBand`, and where they are known `sex` (`female`,
///   `male`) and `group` (with which the client describes themself, a name of the site's own)
/// * `POST /v1/episodes/{id}/sessions`: `sessionId`, and `held: {number, day}` or `missed: {day, reason}`
/// * `POST /v1/episodes/{id}/ratings`: `ratingId` or `source: {system, id}`, `participantId`, `instrument`,
///   `version`, `session`, `day`, and `items` (a number or null each) or `total`; `comment`, the client's own words
/// * `POST /v1/ratings/{id}/corrections`: `correctionId`, `episodeId`, `instrument`, `version`, `session`, `day`,
///   `items` or `total`, `reason`; the instrument must be the rating's, so that no answers land on another's scale
/// * `POST /v1/ratings/{id}/withdrawal`: `episodeId`, `reason`
/// * `POST /v1/episodes/{id}/discussions`: `discussionId`, `ratingId`, `day`, `by`: the rating was talked about with the client
/// * `POST /v1/episodes/{id}/consents`: `consentId`, `participantId`, `jointView` (true or false), `day`: whether those who
///   share the episode may see this participant's ratings beside their own
/// * `POST /v1/episodes/{id}/declines`: `declineId`, `participantId`, `instrument`, `version`, `session`, `day`: the
///   participant was asked for the measure and would rather not
/// * `POST /v1/episodes/{id}/preferences`: `preferencesId`, `participantId`, `instrument`, `version`, `session`, `day`,
///   `items` (18 whole numbers from -3 to 3, or null)
/// * `POST /v1/episodes/{id}/preference-reviews`: `preferenceReviewId`, `participantId`, `scale` (`directiveness`,
///   `emotion`, `time`, `support`), `asked` (`strong_first`, `not_strong`, `strong_second`), `agreed` (`follow`, `meet_halfway`,
///   `try_out`, `keep_and_explain`, `refer`, `open`), `accommodated` (`yes`, `partly`, `no`), `day`, `by`
/// * `POST /v1/episodes/{id}/reviews`: `reviewId`, `kind` (`joint`, `documented`), `day`, `by`: a look back on the course
/// * `POST /v1/episodes/{id}/transfer`: `transferId`, `clinician`, `reason` (`clinician_left`, `client_request`,
///   `change_of_care`, `other`): another clinician answers for the episode, and for its open alerts, from now on
/// * `POST /v1/episodes/{id}/closure`: `day`, `reason`
///
/// `site` may be given everywhere and left out but for an opening: it is the caller's only site, or that of the
/// episode. Ids are the sender's own UUIDs; each stands for one thing at a site, for ever.
struct CommandRoutes: Sendable {
    let catalogue: @Sendable () -> Catalogue
    let intake: CommandIntake
    let metrics: IngestionMetrics

    func add(to routes: RouterGroup<CallerContext>) {
        routes.post("episodes") { request, context in
            try await answer(.episode, CommandPlace(), request, context)
        }
        routes.post("episodes/:episode/participants") { request, context in
            try await answer(.participant, Self.inEpisode(context), request, context)
        }
        routes.post("episodes/:episode/sessions") { request, context in
            try await answer(.session, Self.inEpisode(context), request, context)
        }
        routes.post("episodes/:episode/ratings") { request, context in
            try await answer(.rating, Self.inEpisode(context), request, context)
        }
        routes.post("episodes/:episode/discussions") { request, context in
            try await answer(.discussion, Self.inEpisode(context), request, context)
        }
        routes.post("episodes/:episode/consents") { request, context in
            try await answer(.consent, Self.inEpisode(context), request, context)
        }
        routes.post("episodes/:episode/reviews") { request, context in
            try await answer(.review, Self.inEpisode(context), request, context)
        }
        routes.post("episodes/:episode/declines") { request, context in
            try await answer(.decline, Self.inEpisode(context), request, context)
        }
        routes.post("episodes/:episode/preferences") { request, context in
            try await answer(.preferences, Self.inEpisode(context), request, context)
        }
        routes.post("episodes/:episode/preference-reviews") { request, context in
            try await answer(.preferenceReview, Self.inEpisode(context), request, context)
        }
        routes.post("episodes/:episode/transfer") { request, context in
            try await answer(.transfer, Self.inEpisode(context), request, context)
        }
        routes.post("episodes/:episode/closure") { request, context in
            try await answer(.closure, Self.inEpisode(context), request, context)
        }
        routes.post("ratings/:rating/corrections") { request, context in
            try await answer(.correction, CommandPlace(rating: try context.identity("rating")), request, context)
        }
        routes.post("ratings/:rating/withdrawal") { request, context in
            try await answer(.withdrawal, CommandPlace(rating: try context.identity("rating")), request, context)
        }
    }

    private static func inEpisode(_ context: CallerContext) throws(Problem) -> CommandPlace {
        CommandPlace(episode: try context.identity("episode"))
    }

    private func answer(
        _ kind: CommandKind, _ place: CommandPlace, _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        let (submission, outcome) = try await record(kind, place, request, context)
        switch outcome {
        case .recorded(let receipt): return Self.response(.created, submission, receipt)
        case .repeated(let receipt): return Self.response(.ok, submission, receipt)
        case .refused(let refusal): throw Problem(refusal, of: submission.command.event)
        case .unavailable: throw Problem.databaseUnavailable
        case .failed: throw Problem.internalError
        }
    }

    /// Faults found here are counted here; the writer counts its own.
    private func record(
        _ kind: CommandKind, _ place: CommandPlace, _ request: Request, _ context: CallerContext
    ) async throws -> (submission: Submission, outcome: Outcome) {
        do {
            var place = place
            place.expectedVersion = try request.expectedVersion()
            let document = try await request.json()
            let draft = try CommandReader(catalogue: catalogue(), caller: context.caller).command(
                kind, document, at: place)
            return try await intake.record(draft, by: context.caller, trace: context.trace)
        } catch let refusal as IntakeRefusal {
            let problem = Problem(refusal)
            metrics.refused(problem)
            throw problem
        } catch {
            metrics.refused(error)
            throw error
        }
    }

    private static func response(
        _ status: HTTPResponse.Status, _ submission: Submission, _ receipt: Receipt
    ) -> Response {
        JSON.object(submission.document(receipt)).response(status, headers: [.eTag: "\"\(receipt.version)\""])
    }
}

extension IngestionMetrics {
    /// Counts what a request is refused with before the writer sees it.
    func refused(_ error: any Error) {
        switch error {
        case let problem as Problem: refused(problem.name)
        case is FieldError: refused("invalid-content")
        default: refused("internal-error")
        }
    }
}

import Catalogue
import Domain
import HTTPTypes
import Hummingbird
import Intake
import NIOCore
import Persistence
import ServiceKit

/// `POST /v1/ratings/batch`: many commands, one JSON object a line (NDJSON), decided in the order of the lines.
///
/// A line has what the address of a single command would say in its body: `type` (`rating` where it is left out,
/// else `episode`, `participant`, `session`, `correction`, `withdrawal`, `discussion`, `consent`, `review`, `transfer`,
/// `decline`, `preferences`, `preference_review` or `closure`), `episodeId`, for a correction or withdrawal `ratingId`,
/// and where the sender minds it `expectedVersion`.
/// `?lane=backfill` records on the lane of bulk imports, which delays nothing that is live.
///
/// Each line is accepted or refused on its own. The answer is 200 with a line for each line that is not blank, in
/// order: `{line, status, episodeId, ratingId, version, eventId}` with status 201 or 200, or `{line, status, problem}`.
/// Lines with status 503 were not decided, or nothing is known of them: send them again, unchanged. The whole
/// request is refused (413) beyond 32 MiB or 10,000 lines, (400) when its body ends early, and (503) when the
/// database does not serve from the start; then nothing of it was recorded, or sending it again finds what was.
struct BatchRoute: Sendable {
    static let byteLimit = 32 << 20
    static let lineLimit = 10_000
    /// Lines that are read and decided together: one transaction of the writer.
    static let chunkSize = 500

    let catalogue: @Sendable () -> Catalogue
    let intake: CommandIntake
    let metrics: IngestionMetrics

    func add(to routes: RouterGroup<CallerContext>) {
        routes.post("ratings/batch") { request, context in try await answer(request, context) }
    }

    private func answer(_ request: Request, _ context: CallerContext) async throws -> Response {
        let lane = try Self.lane(request)
        let body = try await request.body(upTo: Self.byteLimit, types: ["application/x-ndjson"])
        guard let lines = BatchLine.split(body, limit: Self.lineLimit) else {
            throw Problem(
                "too-many-lines", .contentTooLarge, title: "The batch has too many lines",
                detail: "At most \(Self.lineLimit) lines are accepted in one request; send the rest in another.")
        }
        var batch = BatchRun(
            reader: CommandReader(catalogue: catalogue(), caller: context.caller), intake: intake,
            writer: intake.writer(of: lane), metrics: metrics, trace: context.trace, requestID: context.requestID)
        for start in stride(from: 0, to: lines.count, by: Self.chunkSize) {
            try await batch.decide(lines[start..<min(start + Self.chunkSize, lines.count)])
        }
        return Response(
            status: .ok, headers: [.contentType: "application/x-ndjson"],
            body: .init(byteBuffer: ByteBuffer(bytes: batch.results)))
    }

    private static func lane(_ request: Request) throws(Problem) -> Lane {
        switch request.uri.queryParameters["lane"] {
        case nil, "live": return .episode
        case "backfill": return .episodeBackfill
        default: throw .badRequest("lane is either live or backfill.")
        }
    }
}

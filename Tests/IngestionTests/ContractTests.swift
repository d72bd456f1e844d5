import Domain
import Foundation
import ServiceKit
import TestSupport
import Testing

@testable import Intake
@testable import attune_ingestion

/// The OpenAPI document and the service say the same.
@Suite struct ContractTests {
    static let path = "Services/Ingestion/attune-ingestion.openapi.yaml"

    /// The schema of each command's body, and what its address says beside.
    static let schemas: [(kind: CommandKind, schema: String, place: CommandPlace)] = [
        (.episode, "EpisodeOpening", CommandPlace()), (.participant, "Joining", inEpisode), (.session, "Session", inEpisode),
        (.rating, "Rating", inEpisode), (.correction, "Correction", ofRating), (.withdrawal, "Withdrawal", ofRating),
        (.discussion, "Discussion", inEpisode), (.consent, "Consent", inEpisode), (.review, "Review", inEpisode),
        (.transfer, "Transfer", inEpisode), (.closure, "Closure", inEpisode), (.decline, "Decline", inEpisode),
        (.preferences, "Preferences", inEpisode), (.preferenceReview, "PreferenceReview", inEpisode),
    ]
    private static let inEpisode = CommandPlace(episode: EpisodeID(rawValue: UUID()))
    private static let ofRating = CommandPlace(rating: RatingID(rawValue: UUID()))

    @Test func `Every address of the service stands in the document, with its methods, and no other`() async throws {
        let contract = try APIContract(Self.path)
        try await IngestionServer.run { server in
            let faults = try APIContract(Self.path).routeFaults(server.addresses)
            #expect(faults == [])
        }
        #expect(IngestionService.contract == contract.bytes)
        #expect(contract.version == ProjectVersion.current)
    }

    @Test func `Every problem that the code can answer with stands in the document, and no other`() throws {
        let faults = try APIContract(Self.path).problemFaults(in: ["Shared/ServiceKit", "Shared/Intake", "Services/Ingestion"])
        #expect(faults == [])
    }

    @Test func `The fields that the reader knows are those of the schema`() throws {
        let contract = try APIContract(Self.path)
        #expect(Set(Self.schemas.map(\.kind)) == Set(CommandKind.allCases))
        for (kind, schema, place) in Self.schemas {
            #expect(CommandReader.fields(of: kind, at: place) == contract.fields(of: schema), "\(kind)")
        }
    }

    @Test func `The service takes and refuses every field as the schema says`() async throws {
        let contract = try APIContract(Self.path)
        let (examples, cases) = (contract.examples, contract.cases)
        #expect(cases.count > 300)
        try await IngestionServer.run { server in
            for (path, body) in examples {
                let answer = try await server.post(path, String(decoding: body, as: UTF8.self))
                // Read; then there is no such episode, or no key for comments.
                #expect([201, 200, 404, 501].contains(answer.status), "\(path): \(answer.body)")
            }
            for one in cases {
                let answer = try await server.post(one.path, String(decoding: one.body, as: UTF8.self))
                let isOfContent = answer.problem == "invalid-content"
                #expect(one.fault(pointers: isOfContent ? answer.pointers : nil) == nil, "\(answer.body)")
            }
        }
    }
}

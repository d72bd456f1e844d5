import Foundation
import Testing

@testable import ServiceKit

/// What the log says at start of connections that others on the way could read.
@Suite struct ClearConnectionsTests {
    private static let declarations: [any SettingDeclaration] = DatabaseAccess.all + KafkaAccess.all

    private func found(_ bootstrap: String, _ url: String, _ more: [String: String] = [:]) throws -> [ClearConnection] {
        let environment = ["ATTUNE_KAFKA_BOOTSTRAP": bootstrap, "ATTUNE_DATABASE_URL": url].merging(more) { $1 }
        return ClearConnection.found(in: try Settings(Self.declarations, environment: environment))
    }

    @Test func `Kafka in clear text and a database that is not verified are told, off this machine`() throws {
        let both = try found(
            "127.0.0.1:9092, kafka-1.example:9092,[fd00::7]:9092", "postgresql://u:s3cret@db.example/attune")
        #expect(both.map(\.hosts) == [["kafka-1.example", "fd00::7"], ["db.example"]])
        #expect(both[0].message.contains("ATTUNE_KAFKA_SECURITY") && both[1].message.contains("sslmode=verify-full"))
        #expect(!"\(both)".contains("s3cret"))
        #expect(try found("localhost:9092,[::1]:9093", "postgresql://u@127.0.0.1/attune").isEmpty)
        #expect(
            try found(
                "k.example:9092", "postgresql://u@db.example/attune?sslmode=verify-full",
                ["ATTUNE_KAFKA_SECURITY": "ssl"]
            )
            .isEmpty)
    }

    @Test func `Who has neither, or has declared them otherwise, is judged by what is set`() throws {
        #expect(try ClearConnection.found(in: Settings([], environment: [:])).isEmpty)
        let own = Setting.string(KafkaAccess.bootstrap.name, "Brokers.").optional
        let declarations: [any SettingDeclaration] = [own] + KafkaIdentity.all
        #expect(try ClearConnection.found(in: Settings(declarations, environment: [:])).isEmpty)
        let set = try Settings(declarations, environment: [own.name: "k.example:9092"])
        #expect(ClearConnection.found(in: set).map(\.hosts) == [["k.example"]])
    }
}

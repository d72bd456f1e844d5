import Domain
import Foundation
import LocalStack
import Persistence
import Testing

@testable import attune

@Suite struct NotifyCommandTests {
    private static let routes = """
        default:
          - id: duty
            channel: {email: {address: sentinel@clinic.example}}
            second_channel: {inbox: {user: u-1}}
            language: de
        sites:
          north:
            - id: bridge
              channel:
                webhook: {url: "http://127.0.0.1:1/sentinelpath", key_id: k, key_file: hook.key, allow_private: true}
        """

    private func test(_ sink: SMTPSink, _ folder: TestFolder, _ arguments: String...) async throws -> Program.Ending {
        let routes = try folder.write(Self.routes, to: "routes.yaml")
        _ = try folder.write(String(repeating: "sentinelkey", count: 4), to: "hook.key")
        return try await Program.attune(
            ["notify", "test"] + arguments,
            environment: [
                "ATTUNE_NOTIFICATION_ROUTES_FILE": routes, "ATTUNE_SMTP_URL": sink.url,
                "ATTUNE_SMTP_FROM": "attune@clinic.example",
            ])
    }

    @Test func `A test message is sent, and each step of the conversation told without addresses`() async throws {
        let (sink, folder) = (try SMTPSink(), try TestFolder())
        let ending = try await test(sink, folder, "--recipient", "duty")
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(sink.count == 1)
        #expect(sink.mails.first?.subject == "Attune: eine Probenachricht")
        for said in [
            "duty by email", "  > MAIL FROM:<…>", "  > RCPT TO:<…>", "  > DATA", "taken over (250), text test.de@",
            "duty by inbox: kept",
        ] {
            #expect(ending.output.contains(said), "\(said) in \(ending.output)")
        }
        #expect(!(ending.output + ending.errors).contains("sentinel"))
        #expect(!ending.output.contains("clinic.example"))
    }

    @Test func `Who cannot be reached is told with status 1, and nobody by that name with 64`() async throws {
        let (sink, folder) = (try SMTPSink(), try TestFolder())
        let bridge = try await test(sink, folder, "--route", "north:safety")
        #expect(bridge.status == 1)
        #expect(bridge.output.contains("bridge by webhook"))
        #expect(bridge.output.contains("not taken over, may be later: could not connect"))
        #expect(!(bridge.output + bridge.errors).contains("sentinel"))
        #expect(try await test(sink, folder, "--recipient", "nobody").status == 64)
        #expect(try await test(sink, folder, "--route", "north:lateness").status == 64)
        #expect(try await test(sink, folder).status == 64)
        #expect(try await Program.attune(["notify", "test", "--recipient", "duty"]).status == 2)
        #expect(sink.count == 0)
    }

    @Test func `What was sent about an alert is shown by recipient, text and answer`() async throws {
        let (bench, _) = try DoctorBench.settled()
        let environment = ["ATTUNE_DATABASE_URL": bench.database.url, "ATTUNE_DATABASE_ROLE": "attune_operator"]
        let alert: AlertID = try bench.admin.run(
            "select alert_id from notification.delivery where attempts = 2 limit 1"
        ).only().id(0)
        let ending = try await Program.attune(
            ["notify", "deliveries", "--alert", "\(alert)"], environment: environment)
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(ending.output.contains("desk by email, alert: delivered"))
        #expect(ending.output.contains(": transient (451), busy"))
        #expect(ending.output.contains(": delivered (250), text alert"))
        #expect(!ending.output.contains("@"))
        let json = try await Program.attune(
            ["notify", "deliveries", "--json", "--alert", "\(alert)"], environment: environment)
        let rows = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]])
        #expect(rows.first?["recipient"] as? String == "desk")
        #expect((rows.first?["attempts"] as? [[String: Any]])?.last?["template"] as? String == "alert")
        let unknown = ["notify", "deliveries", "--alert", "018f2c1e-7a00-7000-8000-000000000001"]
        #expect(try await Program.attune(unknown, environment: environment).status == 1)
        #expect(
            try await Program.attune(["notify", "deliveries", "--alert", "x"], environment: environment).status == 64)
    }
}

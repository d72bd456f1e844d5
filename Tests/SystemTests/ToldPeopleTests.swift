import Contracts
import Foundation
import LocalStack
import Persistence
import ServiceKit
import TestSupport
import Testing

/// Real services whose routes name people of the directory by what they are.
@Suite struct ToldPeopleTests {
    private static let routes = """
        default:
          - id: duty-desk
            channel:
              email: {address: duty@clinic.example}
        sites:
          north:
            - role: clinician
        """

    @Test func `The clinician is told in their language, and whoever the alert is given to after that`() throws {
        let routes = FileManager.default.temporaryDirectory.appending(path: "routes-\(UUID()).yaml")
        try Data(Self.routes.utf8).write(to: routes)
        defer { try? FileManager.default.removeItem(at: routes) }
        let returned = FileManager.default.temporaryDirectory.appending(path: "returned-\(UUID())")
        try FileManager.default.createDirectory(at: returned.appending(path: "new"), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: returned) }
        let system = try SystemStack(
            "people",
            environment: [
                "ATTUNE_NOTIFICATION_ROUTES_FILE": routes.path, "ATTUNE_SMTP_BOUNCE_ADDRESS": "bounces@clinic.example",
                "ATTUNE_BOUNCE_MAILDIR": returned.path,
            ])
        let directory = TestPrograms.checkout.appending(path: "deploy/local/directory.csv").path
        try system.stack.runOperator(
            [
                "directory", "apply", directory, "--apply", "--by", "op-1", "--contact-key-file",
                system.stack.keys.contactKeys.path,
            ], logTo: "directory")

        let clinician = try system.token(site: "north", role: "clinician")
        let alert = try dangerousAnswer(system, token: clinician)
        let sink = try #require(system.stack.mails)
        #expect(try system.eventually { sink.count == 1 })
        let given = try system.call(
            .post, .alerting, "/v1/alerts/\(alert)/assignment", token: clinician, body: #"{"clinician": "s-north"}"#)
        #expect(given.status == 200)
        #expect(try system.eventually { sink.count == 2 })
        #expect(sink.mails.map(\.recipients) == [["c1@north.example"], ["s1@north.example"]])
        #expect(sink.mails.allSatisfy { $0.subject == "Attune: Ein Hinweis wartet (dringend)" })
        // The second comes back: danger that did not reach its clinician is told to the duty desk.
        let sender = try #require(sink.mails.last?.sender)
        #expect(sender.hasPrefix("bounces+") && sender.hasSuffix("@clinic.example"))
        let report = Data(Self.report(to: sender).utf8)
        try report.write(to: returned.appending(path: "new/1.eml"), options: .atomic)
        #expect(try system.eventually { sink.count == 3 })
        #expect(sink.mails.last?.recipients == ["duty@clinic.example"])
        #expect(try system.count("select count(*) from published.failing_contact where recipient = 'person:s-north'") == 1)
        let state = try system.drained()
        #expect(state.missing.isEmpty)
        let told = try system.count(
            "select count(*) from published.delivery where recipient in ('person:c-north-1', 'person:s-north')")
        #expect(told == 2)
    }

    private static func report(to sender: String) -> String {
        """
        To: \(sender)
        Content-Type: multipart/report; report-type=delivery-status; boundary=part

        --part
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.example

        Final-Recipient: rfc822; s1@north.example
        Action: failed
        Status: 5.1.1
        --part--
        """
    }

    /// - Returns: the id of the alert that it raised.
    private func dangerousAnswer(_ system: SystemStack, token: String) throws -> String {
        let clinic = try Clinic(system, token: token, clinician: "c-north-1")
        try clinic.tellOfDanger()
        return try clinic.safetyAlert()
    }
}

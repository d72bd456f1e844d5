import Foundation
import LocalStack
import TestSupport
import Testing

/// Whoever should hear of an alert does not, or does not answer.
extension RunbookTriedTests {
    @Test func `messages: the mail server is away, and what waits goes out by itself`() throws {
        var page = try RunbookOnTrial.open("messages")
        let (system, mail) = (page.system, page.trial.mail)
        mail.stop()
        let clinic = try page.trial.clinic()
        try clinic.tellOfDanger()
        page.values["ALERT"] = try clinic.safetyAlert()
        #expect(try system.eventually { try system.count("select count(*) from published.open_circuit") == 1 })
        let look = try page.firstLook()
        #expect(look["attune status"].status == 1)
        #expect(look["attune status"].text.contains("its circuit is open"), "\(look["attune status"].text)")
        #expect(look["deliveries"].text.contains("north-team by email"), "\(look["deliveries"].text)")
        #expect(look["deliveries"].text.contains("attempt 1 at"))
        #expect(look["duty-desk"].status == 1)
        #expect(look["duty-desk"].text.contains("not taken over"), "\(look["duty-desk"].text)")
        #expect(look["--route"].text.contains("north-bridge by webhook"), "\(look["--route"].text)")

        try mail.start()
        #expect(try page.follow("attune notify test --recipient duty-desk").status == 0)
        #expect(try page.comesTo("attune status") { $0.status == 0 && !$0.text.contains("circuit") })
        let told = try page.follow("attune notify deliveries --alert ALERT").text
        #expect(told.contains("north-team by email, alert: delivered"), "\(told)")
    }

    @Test func `safety-alerts: one that nobody is told of goes out as soon as notification is back`() throws {
        var page = try RunbookOnTrial.open("safety-alerts")
        let (system, clinic) = (page.system, try page.trial.clinic())
        system.stack.kill(.notification)
        try clinic.tellOfDanger()
        page.values["ALERT"] = try clinic.safetyAlert()
        let look = try page.firstLook()
        #expect(look["deliveries"].text.contains("Nobody has been told yet."), "\(look["deliveries"].text)")
        // Does notification answer: no, and what waits for it stands still.
        #expect(look["attune status"].text.contains(/attune-notification +attune\.alerts\.v1 +[1-9]\d* +stands still/))

        try system.stack.restart(.notification)
        let deliveries = "attune notify deliveries --alert ALERT"
        #expect(try page.comesTo(deliveries) { $0.text.contains("north-team by email, alert: delivered") })
    }

    @Test func `safety-alerts: one that nobody answers is listed until somebody does`() throws {
        let page = try RunbookOnTrial.open("safety-alerts")
        try isListedUntilAnswered(page, alert: page.trial.unanswered[0], overdue: "attune alerts overdue")
    }

    @Test func `unanswered-alerts: an alert that was passed on is listed until somebody answers it`() throws {
        let page = try RunbookOnTrial.open("unanswered-alerts")
        let alert = page.trial.unanswered[1]
        #expect(try page.comesTo("attune loop report") { $0.status == 0 && $0.text.contains("safety") })
        let given = try page.system.call(
            .post, .alerting, "/v1/alerts/assignments", token: try page.system.token(site: "north", role: "site_admin"),
            body: #"{"site": "north", "from": "c-1", "to": "c-9"}"#)
        #expect(given.status == 200)
        try isListedUntilAnswered(page, alert: alert, overdue: "attune alerts overdue")
    }

    private func isListedUntilAnswered(_ page: RunbookOnTrial, alert: String, overdue: String) throws {
        let system = page.system
        // A minute after it was raised, at most.
        #expect(try system.eventually {
            try system.count("select escalation_level from published.alert where alert_id = '\(alert)'") > 0
        })
        var page = page
        page.values["ALERT"] = alert
        let look = try page.firstLook()
        let line = look[overdue].text.split(separator: "\n").first { $0.hasPrefix(alert) }
        #expect(look[overdue].status == 1)
        #expect(line?.contains("passed on") == true, "\(look[overdue].text)")
        let answered = try system.call(
            .post, .alerting, "/v1/alerts/\(alert)/acknowledgement", token: page.trial.clinician, body: "{}")
        #expect(answered.status == 200)
        #expect(try !page.firstLook()[overdue].text.contains(alert))
    }
}

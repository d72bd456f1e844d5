import Foundation
import LocalStack
import Persistence
import TestSupport
import Testing

/// What was recorded, what follows from it, and the log about both.
extension RunbookTriedTests {
    @Test func `audit-checkpoints: a folder that is away is written to when it is back`() throws {
        let page = try Self.checkpointPage()
        let (system, files, folder) = (page.system, FileManager.default, page.trial.checkpoints)
        let aside = folder.appendingPathExtension("aside")
        try files.moveItem(at: folder, to: aside)
        // As a mount that is not there: it leads nowhere.
        try files.createSymbolicLink(at: folder, withDestinationURL: folder.appendingPathExtension("nowhere"))
        let signed = try system.count("select max(tree_size) from published.audit_checkpoint")
        #expect(try page.trial.clinic().rate(session: 1).status == 201)
        #expect(try system.eventually { try page.log(of: .audit).contains("Checkpoints wait for their folder") })
        let look = try page.firstLook()
        #expect(look["attune status"].text.contains(/checkpoint: \d+ of \d+ leaves, signed/))
        #expect(look["docker"].text.contains("Checkpoints wait for their folder"))
        #expect(look["attune audit verify"].status == 2, "\(look["attune audit verify"].text)")
        // Signing goes on meanwhile.
        #expect(try system.eventually { try system.count("select max(tree_size) from published.audit_checkpoint") > signed })

        try files.removeItem(at: folder)
        try files.moveItem(at: aside, to: folder)
        try isOver(page)
    }

    @Test func `audit-checkpoints: while a folder cannot be read nothing is signed, and nothing is lost`() throws {
        let page = try Self.checkpointPage()
        let (system, files, folder) = (page.system, FileManager.default, page.trial.checkpoints)
        let aside = folder.appendingPathExtension("aside")
        try files.moveItem(at: folder, to: aside)
        try Data().write(to: folder)
        #expect(try page.trial.clinic().rate(session: 1).status == 201)
        #expect(try system.eventually { try page.log(of: .audit).contains("No checkpoint could be signed") })
        #expect(try page.firstLook()["docker"].text.contains("No checkpoint could be signed"))
        // Whoever starts has to read it before anything else.
        try system.stack.launch(.audit)
        #expect(try page.trial.clinic().rate(session: 1).status == 201)
        #expect(try system.eventually { page.trial.answer(.audit, "/ready").contains("retries a batch") })

        try files.removeItem(at: folder)
        try files.moveItem(at: aside, to: folder)
        #expect(try system.count("select count(*) from published.quarantine where settled_at is null") == 0)
        try isOver(page)
    }

    private static func checkpointPage() throws -> RunbookOnTrial {
        var page = try RunbookOnTrial.open("audit-checkpoints")
        page.values["FOLDER"] = page.trial.checkpoints.path
        return page
    }

    /// All leaves are signed, and the newest checkpoint lies in the folder.
    private func isOver(_ page: RunbookOnTrial) throws {
        #expect(try page.system.drained().missing == [])
        #expect(try page.comesTo("attune status") { shown in
            let line = shown.text.firstMatch(of: /checkpoint: (\d+) of (\d+) leaves/)
            return line.map { $0.output.1 == $0.output.2 } ?? false
        })
        let size = try page.system.count("select max(tree_size) from published.audit_checkpoint")
        #expect(try page.system.eventually { Self.files(below: page.trial.checkpoints).contains { $0.contains("\(size)") } })
        let verified = try page.firstLook()["attune audit verify"]
        #expect(verified.status == 0, "\(verified.text)")
    }

    private static func files(below folder: URL) -> [String] {
        (FileManager.default.enumerator(atPath: folder.path)?.allObjects as? [String]) ?? []
    }

    @Test func `audit-conflict: an event that comes again with another time is named, and put back all is well`() throws {
        var page = try RunbookOnTrial.open("audit-conflict")
        page.values["FOLDER"] = page.trial.checkpoints.path
        let (system, clinic) = (page.system, try page.trial.clinic())
        #expect(try clinic.rate(session: 1).status == 201)
        #expect(try system.drained().missing == [])
        let row = try system.database().run(
            Statement(
                "select event_id, position from ledger.event where stream_id = '\(clinic.episode)' and version = 2")
        ).only()
        let (event, position) = (try row.uuid(0).uuidString.lowercased(), try row.int64(1))
        func move(by seconds: Int) throws {
            // By hand, as only the owner can: the ledger refuses it until its guard is taken away.
            try system.database().script(
                """
                begin;
                alter table ledger.event disable trigger event_append_only;
                update ledger.event set recorded_at = recorded_at + interval '\(seconds) s' where event_id = '\(event)';
                alter table ledger.event enable always trigger event_append_only;
                commit
                """)
        }
        try move(by: 60)
        let again = try page.run("attune relay republish --from \(position) --lane episode")
        #expect(again.status == 0, "\(again.text)")
        #expect(try system.eventually { try page.log(of: .audit).contains("came again with other content") })
        let look = try page.firstLook()
        #expect(look["attune audit verify"].status == 1)
        #expect(look["attune audit verify"].text.contains(event), "\(look["attune audit verify"].text)")
        #expect(look["attune doctor"].status == 1)
        #expect(look["docker"].text.contains(event), "\(look["docker"].text)")

        try move(by: -60)
        let verify = try page.firstLook()["attune audit verify"]
        #expect(verify.status == 0 && verify.text.contains("verified"), "\(verify.text)")
        #expect(try page.firstLook()["attune doctor"].status == 0)
    }

    @Test func `doctor: a course that was changed is found, and made anew from the ledger`() throws {
        let page = try RunbookOnTrial.open("doctor")
        let (system, clinic) = (page.system, try page.trial.clinic())
        #expect(try clinic.rate(session: 1).status == 201)
        #expect(try system.drained().missing == [])
        try system.database().script(
            "update scoring.trajectory set body = 'x', version = version + 1 where episode_id = '\(clinic.episode)'")
        let look = try page.firstLook()
        #expect(look["attune doctor"].status == 1)
        #expect(look["attune doctor"].text.contains(clinic.episode), "\(look["attune doctor"].text)")
        #expect(look["attune quarantine"].text.contains("nothing is in quarantine"), "\(look["attune quarantine"].text)")

        let compared = try page.follow("attune rebuild scoring --compare")
        #expect(compared.status == 1 && !compared.text.contains("no row differs"), "\(compared.text)")
        let switched = try page.follow("attune rebuild scoring --switch")
        #expect(switched.status == 0, "\(switched.text)")
        #expect(try page.comesTo("attune doctor") { $0.status == 0 })
    }
}

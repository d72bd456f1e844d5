import Domain
import Foundation
import LocalStack
import Persistence

/// What every run on a stack of its own needs: people who may post and answer, and to wait until all is worked off.
extension LocalStack {
    func tokens(of sites: [String]) throws -> [SiteID: (sender: String, clinician: String)] {
        var tokens: [SiteID: (sender: String, clinician: String)] = [:]
        for name in sites {
            guard let site = SiteID(name) else { continue }
            tokens[site] = (try token(name, "integration"), try token(name, "clinician"))
        }
        return tokens
    }

    private func token(_ site: String, _ role: String) throws -> String {
        let file = keys.folder.appendingPathComponent("\(role)-\(site).token")
        try runOperator(
            [
                "token", "--key", keys.tokenKey.path, "--site", site, "--role", role, "--seconds", "86400",
                "--output", file.path,
            ], logTo: "attune-token")
        return try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The state in which nothing changes any more, or the one after so many seconds.
    func drain(within patience: Double, meanwhile: () throws -> Void = {}) throws -> PipelineState {
        let connection = try Connection(
            DatabaseSettings(url: endpoints.database, role: "attune_operator", applicationName: DatabaseFaults.application))
        defer { connection.close() }
        let deadline = ContinuousClock.now + .seconds(patience)
        var last: PipelineState?
        while true {
            let state = try PipelineState.read(connection)
            if state.missing.isEmpty && state == last || ContinuousClock.now >= deadline { return state }
            last = state
            try meanwhile()
            Pause.seconds(0.5)
        }
    }
}

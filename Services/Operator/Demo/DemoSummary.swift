import Domain
import LocalStack

/// What came of the caseload, as a table.
struct DemoSummary {
    let state: PipelineState
    /// Mails and webhooks that reached the sinks in this run.
    let mails: Int
    let webhooks: Int

    init(state: PipelineState, stack: LocalStack) {
        self.state = state
        mails = stack.mails?.count ?? 0
        webhooks = stack.webhooks?.count ?? 0
    }

    var text: String {
        let width = rows.map(\.name.count).max() ?? 0
        let lines = rows.map { row in
            row.name + String(repeating: " ", count: width - row.name.count + 2) + row.value
        }
        return "\n" + lines.joined(separator: "\n") + "\n"
    }

    private var rows: [(name: String, value: String)] {
        var rows = [("ratings accepted", "\(state.ratings)"), ("points scored", "\(state.points)")]
        for kind in SignalKind.allCases.sorted() {
            rows.append(("alerts raised: \(kind.rawValue)", "\(state.alerts[kind] ?? 0)"))
        }
        rows.append(("alerts open, the others superseded", "\(state.openAlerts)"))
        for (channel, count) in state.delivered.sorted(by: { $0.key < $1.key }) {
            rows.append(("notifications delivered: \(channel)", "\(count)"))
        }
        return rows + [
            ("notifications withdrawn: superseded", "\(state.withdrawn)"),
            ("mails at the sink, this run", "\(mails)"), ("webhooks at the sink, this run", "\(webhooks)"),
            ("audit tree size", "\(state.treeSize)"), ("audit tree root", state.root), ("audit log", "verified"),
        ]
    }
}

/// Where to look next, while the demonstration stays up.
struct DemoInvitation {
    let endpoints: Endpoints
    let tokenFileName: String

    init(endpoints: Endpoints, tokenFile: String) {
        self.endpoints = endpoints
        tokenFileName = tokenFile
    }

    var text: String {
        let services = StackService.allCases.compactMap { service in
            endpoints.url(service).map { "  \(service.rawValue.padded(to: 14))\($0)" }
        }
        var lines = ["Running:"] + services + ["  \("kafka".padded(to: 14))\(endpoints.kafka)", ""]
        if let alerting = endpoints.url(.alerting) {
            lines += [
                "The open alerts of site north:",
                "  curl -H \"Authorization: Bearer $(cat \(tokenFileName))\" \(alerting)/v1/alerts", "",
            ]
        }
        return (lines + ["Ctrl-C stops all of it."]).joined(separator: "\n")
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }
}

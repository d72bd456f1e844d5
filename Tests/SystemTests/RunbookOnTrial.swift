import Foundation
import LocalStack
import TestSupport
import Testing

/// What a command of a page has shown.
struct Shown {
    let command: String
    let status: Int32?
    let text: String
}

/// What the commands of a page's first look have shown.
struct FirstLook {
    let shown: [Shown]

    /// That of the one command that has these words.
    subscript(_ words: String) -> Shown {
        let found = shown.filter { $0.command.contains(words) }
        #expect(found.count == 1, "\(found.count) commands of the first look have: \(words)")
        return found.first ?? Shown(command: words, status: nil, text: "")
    }
}

/// A page of docs/runbooks whose commands are run against the system as they stand there. Put in are addresses and what
/// the page writes in capitals; `docker compose` shows the logs and states of the system's processes.
struct RunbookOnTrial {
    let trial: RunbookTrial
    let page: RunbookPage
    /// For `http://…:8080`.
    var about = StackService.scoring
    var values = ["YOU": "op-1"]
    private let marks: [String: UInt64]

    var system: SystemStack { trial.system }

    /// Whatever the page before has left behind is up again.
    static func open(_ name: String) throws -> RunbookOnTrial {
        let trial = try #require(RunbookTrial.current)
        for service in StackService.allCases where trial.system.stack.process(service)?.isRunning != true {
            try trial.system.stack.launch(service)
        }
        for service in StackService.allCases { try trial.system.stack.waitUntilReady(service) }
        return RunbookOnTrial(trial: trial, page: try RunbookPage(named: name))
    }

    private init(trial: RunbookTrial, page: RunbookPage) {
        (self.trial, self.page) = (trial, page)
        marks = Self.logs(of: trial).mapValues { Self.size(of: $0) }
    }

    // MARK: - Commands of the page

    /// What there is no program for here; docs/runbooks/README.md says so.
    private static func isElsewhere(_ block: RunbookPage.Block) -> Bool {
        ["kubectl ", "df "].contains { block.text.hasPrefix($0) }
    }

    /// Runs everything under `First look`, in order.
    func firstLook() throws -> FirstLook {
        let blocks = page.blocks.filter { $0.chapter == "First look" && !Self.isElsewhere($0) }
        try #require(!blocks.isEmpty, "\(page.name) has nothing to look at")
        return FirstLook(shown: try blocks.map { try run($0.text) })
    }

    /// Runs a command that the page names, word for word.
    @discardableResult
    func follow(_ command: String) throws -> Shown {
        let isThere = page.blocks.contains { $0.text == command } || page.spans.contains { $0.text == command }
        try #require(isThere, "\(page.name) does not say: \(command)")
        return try run(command)
    }

    /// Whether a command that the page names comes to show something.
    func comesTo(_ command: String, _ condition: (Shown) -> Bool) throws -> Bool {
        var last: Shown?
        let isReached = try system.eventually {
            let shown = try follow(command)
            last = shown
            return condition(shown)
        }
        if !isReached { print(last?.text ?? "") }
        return isReached
    }

    /// What a service has logged since the page was opened.
    func log(of service: StackService) throws -> String {
        let file = try FileHandle(forReadingFrom: system.stack.settings.folder.log(service.executable))
        try file.seek(toOffset: marks[service.rawValue] ?? 0)
        return String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
    }

    // MARK: - The shell

    func run(_ command: String) throws -> Shown {
        let output = trial.folder.appendingPathComponent("shown")
        try? FileManager.default.removeItem(at: output)
        let stack = system.stack
        let shell = ManagedProcess(
            Command(
                name: "\(page.name).md", executable: URL(fileURLWithPath: "/bin/bash"),
                arguments: ["-c", "\(try docker())\ncd '\(stack.keys.folder.path)'\n\(try filled(command))"],
                environment: [
                    "PATH": "\(TestPrograms.folder.path):/usr/bin:/bin", "URL": stack.endpoints.database,
                    "ATTUNE_DATABASE_URL": stack.endpoints.database, "ATTUNE_DATABASE_ROLE": "attune_operator",
                    "ATTUNE_KAFKA_BOOTSTRAP": stack.endpoints.kafka, "ATTUNE_CATALOGUE_DIR": trial.figures.path,
                    "ATTUNE_ALERT_POLICY_FILE": trial.alertPolicy,
                    "ATTUNE_NOTIFICATION_ROUTES_FILE": stack.settings.folder.routes.path,
                    "ATTUNE_CONTACT_KEY_FILE": stack.keys.contactKeys.path,
                    "ATTUNE_SMTP_URL": trial.mail.url, "ATTUNE_SMTP_FROM": "attune@localhost",
                ],
                output: .file(output)))
        try shell.start()
        let status = shell.waitForEnd(within: .seconds(600))
        shell.kill9()
        let code: Int32? = if case .exited(let code)? = status { code } else { nil }
        return Shown(command: command, status: code, text: try String(contentsOf: output, encoding: .utf8))
    }

    private func filled(_ command: String) throws -> String {
        let addressed = try command.replacing(/http:\/\/([a-z]+|…):8080/) { match in
            let name = match.output.1
            return try system.url(name == "…" ? about : #require(StackService(rawValue: String(name))))
        }
        return addressed.replacing(/\b[A-Z]{2,}\b/) { values[String($0.output)] ?? String($0.output) }
    }

    /// `docker compose logs` and `docker compose ps`, as far as the pages use them. What is older than the trial of the
    /// page is older than any `--since`.
    private func docker() throws -> String {
        let logs = Self.logs(of: trial)
        func table(_ name: String, _ value: (String) -> String) -> String {
            "declare -A \(name)=(\(logs.keys.map { "[\($0)]='\(value($0))'" }.joined(separator: " ")))"
        }
        return """
            \(table("file") { logs[$0]?.path ?? "" })
            \(table("mark") { "\((marks[$0] ?? 0) + 1)" })
            \(table("state") { state(of: $0) })
            docker() {
                [ "$1" = compose ] || return 127
                local what=$2 lines=1000000 names=() name
                shift 2
                while [ $# -gt 0 ]; do
                    case $1 in
                        --since) shift 2 ;;
                        --tail) lines=$2; shift 2 ;;
                        *) names+=("$1"); shift ;;
                    esac
                done
                [ ${#names[@]} -gt 0 ] || names=("${!state[@]}")
                for name in "${names[@]}"; do
                    case $what in
                        logs) tail -c "+${mark[$name]}" "${file[$name]}" | tail -n "$lines" ;;
                        ps) echo "$name ${state[$name]}" ;;
                        *) return 127 ;;
                    esac
                done
            }
            """
    }

    private static func logs(of trial: RunbookTrial) -> [String: URL] {
        let folder = trial.system.stack.settings.folder
        var logs = Dictionary(uniqueKeysWithValues: StackService.allCases.map { ($0.rawValue, folder.log($0.executable)) })
        logs["kafka"] = folder.log("attune-local-kafka")
        logs["postgres"] = folder.postgres.appendingPathComponent("postgres.log")
        return logs
    }

    private static func size(of file: URL) -> UInt64 {
        let attributes = try? FileManager.default.attributesOfItem(atPath: file.resolvingSymlinksInPath().path)
        return attributes?[.size] as? UInt64 ?? 0
    }

    private func state(of name: String) -> String {
        let stack = system.stack
        switch name {
        case "kafka": return stack.kafkaProcessID == nil ? "exited" : "running"
        case "postgres": return stack.cluster?.processID == nil ? "exited" : "running"
        default:
            guard let process = StackService(rawValue: name).flatMap({ stack.process($0) }) else { return "unknown" }
            return process.isRunning ? "running" : process.exitStatus.map { "\($0)" } ?? "unknown"
        }
    }
}

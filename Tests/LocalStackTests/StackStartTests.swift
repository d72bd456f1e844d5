import Foundation
import Testing

@testable import LocalStack

@Suite struct StackStartTests {
    @Test func `a stack that cannot start whole leaves nothing running and its folder free`() throws {
        try withFolder { folder in
            let stack = LocalStack(settings(folder))
            for _ in 1...2 {
                // The database starts; the programs are not there.
                let error = #expect(throws: ProcessError.self) { try stack.start() }
                guard case .notExecutable = error else {
                    Issue.record("unexpected error \(String(describing: error))")
                    return
                }
                let home = try PostgresHome.prepare(folder.appendingPathComponent("local/postgres"))
                #expect(FileManager.default.fileExists(atPath: home.data.path))
                #expect(PostmasterFile.livingServer(of: home) == nil)
            }
        }
    }

    @Test func `two stacks in one folder are refused, the second without a trace`() throws {
        try withFolder { folder in
            let settings = settings(folder)
            try settings.folder.prepare()
            let first = try FolderLock(settings.folder.lock, folder: settings.folder.root)
            let error = #expect(throws: StackError.self) { try LocalStack(settings).start() }
            guard case .inUse = error else {
                Issue.record("unexpected error \(String(describing: error))")
                return
            }
            #expect(!FileManager.default.fileExists(atPath: settings.folder.postgres.path))
            withExtendedLifetime(first) {}
        }
    }

    @Test func `an interruption ends the start`() throws {
        try withFolder { folder in
            let stack = LocalStack(settings(folder), isInterrupted: { true })
            let error = #expect(throws: StackError.self) { try stack.start() }
            guard case .interrupted = error else {
                Issue.record("unexpected error \(String(describing: error))")
                return
            }
        }
    }

    @Test func `each service works as its own role and is told only its own settings`() {
        let endpoints = Endpoints(database: "postgresql://x", kafka: "k:1", smtp: "smtp://s", webhook: "http://w", ports: [:])
        let settings = settings(URL(fileURLWithPath: "/nowhere"))
        let commands = ServiceCommands(settings: settings, endpoints: endpoints)
        let told = Dictionary(
            uniqueKeysWithValues: StackService.allCases.map { ($0, commands.service($0, port: 7).environment) })
        for service in StackService.allCases {
            #expect(told[service]?["ATTUNE_DATABASE_ROLE"] == "attune_\(service.rawValue)")
            #expect(told[service]?["ATTUNE_HTTP_PORT"] == "7")
        }
        #expect(told.filter { $0.value["ATTUNE_AUDIT_KEY_FILE"] != nil }.keys.map(\.self) == [.audit])
        #expect(told.filter { $0.value["ATTUNE_SMTP_URL"] != nil }.keys.map(\.self) == [.notification])
        #expect(told[.ingestion]?["ATTUNE_RELAY_ON_NEW_CLUSTER"] == "republish")
    }

    private func settings(_ folder: URL) -> StackSettings {
        StackSettings(
            folder: folder.appendingPathComponent("local"), programs: folder.appendingPathComponent("programs"),
            catalogue: nil, routes: folder.appendingPathComponent("routes.yaml"), postgres: .local(.throwaway))
    }
}

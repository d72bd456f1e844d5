import ArgumentParser
import ClientText
import Crypto
import Directory
import FoundationEssentials
import Persistence
import ServiceKit

/// `attune directory apply`: brings the directory to what a file says.
struct DirectoryApplyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Bring the directory to what a CSV or JSON file says.",
        discussion: """
            Prints what would be added, changed and deactivated, and does it with --apply. The file is the whole \
            directory: what it no longer holds becomes inactive, never deleted, and the open alerts of people who leave \
            are counted, for somebody else has to take them over. Contacts are sealed before they reach the database and \
            never printed. Applying the same file again changes nothing. docs/directory.md has the form of the file. \
            Status 0: there was nothing to change, or it was done; 1: there is something to change and --apply was not \
            given, or the file or the plan is refused; 2: the database could not be asked.
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var keyOptions: ContactKeyOptions

    @Argument(help: "The file; .json is read as JSON, anything else as CSV.")
    var file: String

    @Flag(help: "Carry the plan out; without this it is only printed.")
    var apply = false

    @Option(help: "Who applies it: an opaque id of a person or job. Needed with --apply.")
    var by: String?

    @Option(help: "Per cent of the active records that one file may deactivate.")
    var removalLimit = 10

    @Option(help: "Deactivate up to so many records, whatever their share.")
    var allowRemovals: Int?

    func validate() throws {
        if apply, by?.isEmpty != false { throw ValidationError("Say with --by who applies it.") }
        guard (0...100).contains(removalLimit) else { throw ValidationError("--removal-limit is from 0 to 100.") }
        guard (allowRemovals ?? 0) >= 0 else { throw ValidationError("--allow-removals is not negative.") }
    }

    func run() throws {
        try DirectoryCommand.carryOut {
            let (content, digest) = try read()
            let masters = try keyOptions.keys()
            let isDone = try database.connect().transaction { connection in
                try DirectoryStore.lock(connection)
                let stored = try DirectoryStore.read(
                    contactsOf: content.people.map(\.id), masters, on: connection)
                let plan = DirectoryPlan(from: stored, to: content)
                try show(plan, on: connection)
                guard !plan.isEmpty else { return true }
                if let why = plan.refusal(percent: removalLimit, allowed: allowRemovals) { throw DirectoryRefusal.plan(why) }
                guard apply, let by else { return false }
                try DirectoryStore.apply(plan, masters, by: by, digest: digest, on: connection)
                print("applied")
                return true
            }
            guard isDone else {
                print("nothing was changed; --apply --by WHO carries it out")
                throw ExitCode(1)
            }
        }
    }

    private func show(_ plan: DirectoryPlan, on connection: Connection) throws {
        for line in plan.lines { print(line) }
        print(plan.isEmpty ? "the directory is as the file says" : plan.summary)
        for (person, count) in try DirectoryStore.openAlerts(of: plan.leaving, on: connection) {
            print("! \(person) leaves with \(count) open alerts: somebody else has to take them over")
        }
    }

    private func read() throws -> (DirectoryContent, digest: [UInt8]) {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: file),
            let size = attributes[.size] as? UInt64
        else { throw refusal("cannot be read", "name a file that is there") }
        guard size <= DirectoryEntries.sizeLimit else { throw refusal("is larger than 32 MiB", "check what it is") }
        guard let data = FileManager.default.contents(atPath: file) else {
            throw refusal("cannot be read", "name a file that may be read")
        }
        var faults: [DirectoryFault] = []
        var reader = DirectoryReader(folder: URL(filePath: file).deletingLastPathComponent())
        do throws(DirectoryFault) {
            let isJSON = file.lowercased().hasSuffix(".json")
            reader.read(try DirectoryEntries.read(Array(data), isJSON: isJSON, &faults))
        } catch {
            throw DirectoryRefusal.file(file, [error])
        }
        faults += reader.faults
        guard faults.isEmpty else { throw DirectoryRefusal.file(file, faults) }
        return (reader.content, Array(SHA256.hash(data: data)))
    }

    private func refusal(_ problem: String, _ advice: String) -> DirectoryRefusal {
        .file(file, [DirectoryFault(place: "", problem: problem, advice: advice)])
    }
}

import ArgumentParser
import ClientText
import Directory
import FoundationEssentials
import Persistence

/// `attune directory`: who works where, and how they are reached.
struct DirectoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "directory",
        abstract: "Load the directory of sites, teams and people, and change the key of their contacts.",
        subcommands: [DirectoryApplyCommand.self, DirectoryRekeyCommand.self])

    /// Runs what asks the database; its failure is status 2, a refusal status 1.
    static func carryOut(_ work: () throws -> Void) throws {
        do {
            try work()
        } catch let refusal as DirectoryRefusal {
            note("attune directory: \(refusal)")
            throw ExitCode(1)
        } catch let refusal as ContactError {
            note("attune directory: \(refusal); give the key file that sealed it")
            throw ExitCode(1)
        } catch let failure as DatabaseError {
            note("attune directory: \(failure)")
            throw ExitCode(2)
        }
    }
}

/// Why the directory is left as it is.
enum DirectoryRefusal: Error, CustomStringConvertible {
    case noKeyFile
    case keyFile(String, String)
    case file(String, [DirectoryFault])
    case plan(String)

    /// More faults than this help nobody.
    private static let shownFaults = 50

    var description: String {
        switch self {
        case .noKeyFile:
            "there are contacts, and no key for them; set ATTUNE_CONTACT_KEY_FILE to the contact.keys of `attune keys`"
        case .keyFile(let path, let why): "\(path): \(why); name the contact.keys of `attune keys`"
        case .file(let path, let faults):
            (["\(path) is refused"] + faults.prefix(Self.shownFaults).map { "\(path): \($0)" }
                + (faults.count > Self.shownFaults ? ["and \(faults.count - Self.shownFaults) more"] : []))
                .joined(separator: "\n")
        case .plan(let why): "nothing was changed: \(why)"
        }
    }
}

/// The keys under which contacts are sealed.
struct ContactKeyOptions: ParsableArguments {
    @Option(help: "File of the keys that seal contacts; default: ATTUNE_CONTACT_KEY_FILE.")
    var contactKeyFile: String?

    /// Nil where none is named.
    func keys() throws -> MasterKeys? {
        guard let path = contactKeyFile ?? OperatorEnvironment.text("ATTUNE_CONTACT_KEY_FILE") else { return nil }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw DirectoryRefusal.keyFile(path, "cannot be read")
        }
        do throws(MasterKeyError) {
            return try MasterKeys(text: String(decoding: data, as: UTF8.self))
        } catch {
            throw DirectoryRefusal.keyFile(path, "\(error)")
        }
    }
}
